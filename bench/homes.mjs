import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { until } from './processes.mjs'

const LOCK = /^courier-[0-9a-f]{8}-(\d+)\.lock$/

/** A home directory for one variant, and what telemetry does in it. It is used for one PostHog only. */
export class Home {
  constructor(scratch, name) {
    this.path = join(scratch, name)
    mkdirSync(this.path, { recursive: true })
  }

  /** The pid of the courier that runs, if one does. */
  courier() {
    for (const { path } of this.#locks()) {
      // `pid id`
      const pid = Number.parseInt(readText(path), 10)
      if (pid > 0 && isRunning(pid)) return pid
    }
    return undefined
  }

  /** How many couriers were ever started here: every one takes the next number. */
  couriersStarted() {
    return Math.max(0, ...this.#locks().map(({ number }) => number))
  }

  /** Whether couriers were asked to wait, because a delivery failed. */
  isBackingOff() {
    return this.#destinations().some((directory) => {
      const [, retryAt = 0] = /"retryAt":(\d+)/.exec(readText(join(directory, 'courier.json'))) ?? []
      return Number(retryAt) > Date.now()
    })
  }

  /** How many events wait. */
  waiting() {
    const files = this.#destinations().flatMap((directory) => list(join(directory, 'outbox')))
    return files.filter((name) => name.endsWith('.json')).length
  }

  /** Ends the courier and forgets that there was one, or that it failed: the next command has to start one. */
  async forgetCourier() {
    // One that was started a moment ago has not said yet which process it is.
    await until(() => !this.#locks().some(({ path }) => isClaim(path)), 2_000)
    const pid = this.courier()
    if (pid !== undefined) {
      process.kill(pid, 'SIGKILL')
      await until(() => !isRunning(pid))
    }
    for (const { path } of this.#locks()) rmSync(path, { force: true })
    this.forgetFailures()
  }

  forgetFailures() {
    for (const directory of this.#destinations()) rmSync(join(directory, 'courier.json'), { force: true })
  }

  #destinations() {
    const root = join(this.path, '.visivo', 'telemetry')
    return list(root)
      .filter((name) => /^[0-9a-f]{16}$/.test(name))
      .map((name) => join(root, name))
  }

  #locks() {
    return this.#destinations().flatMap((directory) =>
      list(directory).flatMap((name) => {
        const [, number] = LOCK.exec(name) ?? []
        return number === undefined ? [] : [{ path: join(directory, name), number: Number(number) }]
      }),
    )
  }
}

/** A process that ended and that nobody has collected yet does not run. */
export function isRunning(pid) {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  return !/^\d+ \(.*\) Z/.test(readText(`/proc/${pid}/stat`))
}

function isClaim(path) {
  const found = statSync(path, { throwIfNoEntry: false })
  return found !== undefined && found.size === 0 && found.mtimeMs > Date.now() - 5_000
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function list(directory) {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
