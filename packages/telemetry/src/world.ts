import { homedir } from 'node:os'
import { detectCi } from '@visivo/ci-detect'
import { type Product, visivo } from '@visivo/telemetry-config'

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
  /** The person wants to see what would be sent, and nothing is sent. */
  readonly debug: boolean
}

/** Looks at the process unless it is told otherwise. */
export function lookAround(given: Partial<Pick<World, 'product' | 'env' | 'home' | 'stderr'>> = {}): World {
  const { product = visivo, env = process.env, home = homeDirectory() } = given
  const { stderr = () => process.stderr } = given
  const debug = isYes(env[`${product.envPrefix}_TELEMETRY_DEBUG`])
  let isCi: boolean | undefined
  return {
    product,
    env,
    home,
    stderr,
    debug,
    get isCi() {
      isCi ??= detectCi({ env }).ci
      return isCi
    },
  }
}

function isYes(value: string | undefined): boolean {
  return !['', '0', 'false', 'no', 'off'].includes((value ?? '').trim().toLowerCase())
}

/** Empty where there is none; then nothing is recorded. */
function homeDirectory(): string {
  try {
    return homedir()
  } catch {
    return ''
  }
}
