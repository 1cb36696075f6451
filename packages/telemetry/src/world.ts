import { fstatSync, statSync } from 'node:fs'
import { devNull } from 'node:os'
import { detectCi } from '@visivo/ci-detect'
import { homeDirectory, type Product, visivo } from '@visivo/telemetry-config'
import { makeListenerRoom } from './listener-room.ts'

/** The terminal on which a person would read the notice. */
export interface Terminal {
  readonly isTTY?: boolean | undefined
  write(text: string): unknown
}

/** Whose telemetry this is, and the machine it looks at. */
export interface World {
  readonly product: Product
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  /** Asked for only when there is something to say: Node takes 4 ms to set it up. */
  readonly stderr: () => Terminal
  /** In CI, a container or a serverless host. */
  readonly isCi: boolean
  /** What a command leaves running ends with it, or may: in CI, a service of systemd, a container that bears no mark. */
  readonly endsCouriers: boolean
  /** The person wants to see what would be sent, and nothing is sent. */
  readonly debug: boolean
}

/** Looks at the process unless it is told otherwise. */
export function lookAround(given: Partial<Pick<World, 'product' | 'env' | 'home' | 'stderr'>> = {}): World {
  const { product = visivo, env = process.env, home = homeDirectory(), stderr = ownTerminal } = given
  const debug = isDebug(product, env)
  let ci: boolean | undefined
  const isCi = () => {
    ci ??= detectCi({ env }).ci
    return ci
  }
  return {
    product,
    env,
    home,
    stderr,
    debug,
    get isCi() {
      return isCi()
    },
    get endsCouriers() {
      return isCi() || endsAll(env, stderr)
    },
  }
}

/** Whether it is one: a program without types may hand over a name in place of a product, or `null` for a home. */
export function isWhole({ product, env, home, stderr }: World): boolean {
  return (
    typeof product.directoryName === 'string' &&
    typeof env === 'object' &&
    env !== null &&
    typeof home === 'string' &&
    typeof stderr === 'function'
  )
}

/**
 * Whether all that this process leaves running is ended after it: it is what a service of systemd runs, which is told its
 * own process id, or the first process of a container or another space of process ids; or the script of either runs it.
 * A unit may say otherwise (`KillMode=`). A shell in which a person types may be such a process as well, and goes on.
 */
function endsAll({ SYSTEMD_EXEC_PID }: World['env'], stderr: World['stderr']): boolean {
  const isFirst = (pid: number) => pid === 1 || String(pid) === SYSTEMD_EXEC_PID
  return isFirst(process.pid) || (isFirst(process.ppid) && stderr().isTTY !== true)
}

function isDebug({ envPrefix }: Product, env: World['env']): boolean {
  try {
    const value = env[`${envPrefix}_TELEMETRY_DEBUG`] ?? ''
    return !['', '0', 'false', 'no', 'off'].includes(value.trim().toLowerCase())
  } catch {
    // Deno hides it from a program that may not read it. The decider can't read it either, and that is off.
    return false
  }
}

/** This process's stderr; where it can be no terminal it is not set up just to be asked. */
function ownTerminal(): Terminal {
  return { isTTY: mayBeTerminal() && process.stderr.isTTY, write: writeQuietly }
}

const ignore = () => {}
let unwritten = 0
let removeRoom = () => {}

/** Whoever reads stderr may be gone: what only telemetry had to say must not end the host as an error of the stream. */
function writeQuietly(text: string): void {
  const { stderr } = process
  unwritten += 1
  // One for all that is being written: Node would warn of the eleventh.
  if (unwritten === 1) {
    removeRoom = makeListenerRoom(stderr)
    stderr.on('error', ignore)
  }
  const done = () => {
    unwritten -= 1
    if (unwritten > 0) return
    stderr.off('error', ignore)
    removeRoom()
  }
  // The stream tells of an error here first, and then everybody.
  stderr.write(text, (error) => (error ? setImmediate(done) : done()))
}

/** A terminal is a character device, and so is the null device that services and scripts write to. */
function mayBeTerminal(): boolean {
  try {
    // As big integers, see docs/decisions/0008.
    const found = fstatSync(2, { bigint: true })
    return found.isCharacterDevice() && found.rdev !== statSync(devNull, { bigint: true }).rdev
  } catch {
    // It is closed, or this system can't say: then the stream itself is asked.
    return true
  }
}
