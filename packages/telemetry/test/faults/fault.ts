import type { Scene } from '../scene.ts'

/** What goes wrong, and what has to come of it. */
export interface Fault {
  /** One cell of the table in `docs/reliability.md`. */
  readonly fault: string
  /** How many events were recorded, how many arrived, and how many arrived a second time (under the same uuid). */
  readonly events: readonly [recorded: number | 'all', arrived: number | 'all', doubles: number]
  /** Why it can't be made to go wrong here; nothing when it can. */
  readonly impossible?: () => string | undefined
  /** What takes long anyway, and longer beside others, or has a second for it: it has the machine to itself. */
  readonly alone?: true
  readonly happens: (scene: Scene) => Promise<void>
}
