import { attempt } from './attempt.ts'

/** What is asked of an emitter: each of Node's has it. */
export interface Limited {
  getMaxListeners(): number
  setMaxListeners(most: number): unknown
}

/** The emitter that this process is, without its environment. */
const ownProcess: Limited = {
  getMaxListeners: () => process.getMaxListeners(),
  setMaxListeners: (most) => process.setMaxListeners(most),
}

/** The limits with room of ours, as we set them last: any other the program has set since. */
const ours = new WeakMap<Limited, number>()

/**
 * Makes room for one listener of ours on every event of an emitter: Node prints a warning to whoever has more than ten,
 * and no program is to have eleven because of us, whether its own come before ours or after. A limit that it sets while
 * we listen is its own and counts ours as well. Gives the function that takes the room away again, from a limit of ours
 * alone. Never throws: where no room is to be had there is none.
 */
export function makeListenerRoom(emitter: Limited = ownProcess): () => void {
  const change = (by: number) => {
    const most = changeRoom(emitter, by)
    if (most !== undefined) ours.set(emitter, most)
    return most !== undefined
  }
  if (!change(1)) return () => {}
  return () => void (attempt(() => emitter.getMaxListeners()) === ours.get(emitter) && change(-1))
}

/**
 * The same for an emitter that has the listener to its own end; of that nothing is remembered, for each response is one.
 */
export function makeRoomForGood(emitter: Limited): void {
  changeRoom(emitter, 1)
}

/** Gives the new limit; nothing where there is none. */
function changeRoom(emitter: Limited, by: number): number | undefined {
  try {
    const most = emitter.getMaxListeners()
    // 0 is no limit, too.
    if (most === 0 || most === Number.POSITIVE_INFINITY || most + by === 0) return undefined
    emitter.setMaxListeners(most + by)
    return most + by
  } catch {
    return undefined
  }
}
