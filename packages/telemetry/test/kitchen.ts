import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineProduct } from '@visivo/telemetry-config'
import { catalogueOf } from '../src/events.ts'
import { createGuard, type StoredEvent } from '../src/guard.ts'
import { openOutbox } from '../src/outbox.ts'
import { type Places, placesOf } from '../src/places.ts'
import { type Receiver, startReceiver } from '../src/testing.ts'
import { killCouriers, run, type Seen, type Start } from './processes.ts'

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url))
/** The product of every example, and of every guide. */
export const cake = defineProduct({ name: 'cake' })
const guard = createGuard(catalogueOf(cake.versionProperty))

/** How an example is started; without anything, on a person's machine with telemetry on. */
export interface Order extends Pick<Start, 'whileRunning'> {
  readonly argv?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** One example of an adopter, with a home and a receiver of its own. */
export class Kitchen {
  root = ''
  home = ''
  /** All that its processes printed. */
  readonly printed: string[] = []
  readonly #script: string
  #receiver: Receiver | undefined

  constructor(framework: string, script: string) {
    this.#script = join(REPOSITORY, 'examples/adopters', framework, script)
  }

  async open(): Promise<void> {
    this.root = mkdtempSync(join(tmpdir(), 'kitchen-'))
    this.home = join(this.root, 'home')
    mkdirSync(this.home)
    this.#receiver = await startReceiver()
  }

  get receiver(): Receiver {
    if (!this.#receiver) throw new Error('the kitchen is closed')
    return this.#receiver
  }

  get recorded(): readonly StoredEvent[] {
    return recordedIn(this.home, this.receiver)
  }

  /** Runs the example to its end. */
  async start({ argv = [], env = {}, whileRunning }: Order = {}): Promise<Seen> {
    const seen = await run([process.execPath, this.#script, ...argv], {
      cwd: this.root,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: this.home,
        USERPROFILE: this.home,
        TMPDIR: this.root,
        // Without it oclif asks the system, which knows nothing of a user that it has no entry for, and ends.
        SHELL: '/bin/sh',
        NO_COLOR: '1',
        CI: 'false',
        CAKE_POSTHOG_HOST: this.receiver.url,
        CAKE_POSTHOG_API_KEY: 'phc_test',
        ...env,
      },
      whileRunning,
    })
    // Where this repository lies, and in what the package is called, is nothing that the tool says.
    this.printed.push(`${seen.stdout}${seen.stderr}`.replaceAll(REPOSITORY, '/'))
    return seen
  }

  /** All that was sent, and all that lies in its home. */
  get left(): readonly string[] {
    return [...this.receiver.bodies, ...filesIn(this.home)]
  }

  async close(): Promise<void> {
    await killCouriers(placesIn(this.home, this.receiver))
    await this.receiver.close()
    rmSync(this.root, { recursive: true, force: true })
  }
}

/** Where a cake that sends to a receiver writes what it sends. */
export function placesIn(home: string, receiver: Receiver): Places {
  return placesOf(cake, home, { host: receiver.url, apiKey: 'phc_test' })
}

/** Different events that arrived, or wait. */
export function recordedIn(home: string, receiver: Receiver): readonly StoredEvent[] {
  const outbox = openOutbox(placesIn(home, receiver).outbox, guard)
  const waiting = outbox.waiting().flatMap((name) => outbox.read(name) ?? [])
  const all = [...waiting, ...receiver.events]
  return [...new Map(all.map((event) => [event.uuid, event])).values()]
}

/** The path of everything below a directory, and what is in it. */
function filesIn(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => {
    const path = join(directory, name)
    try {
      return statSync(path).isFile() ? `${name}\n${readFileSync(path, 'utf8')}` : name
    } catch {
      // A courier that is still at work took it away since the directory was listed.
      return name
    }
  })
}
