import { OTHER, UNKNOWN } from './placeholders.ts'
import { fit, type Safe, safe } from './safe.ts'

/** Every text that `sanitizeVersion` can give: `1.2.3`, `1.2.3-beta.4`, `<unknown>`. */
export const VERSION_SHAPE =
  /^(?:<unknown>|(?:[0-9]{1,5}\.){2}[0-9]{1,5}(?:-(?:alpha|beta|canary|dev|next|nightly|pre|preview|rc)(?:\.?[0-9]{1,8})?)?)$/

/** Every text that `sanitizePlatformVersion` can give: one to four numbers, or `<unknown>`. */
export const PLATFORM_VERSION_SHAPE = /^(?:<unknown>|[0-9]{1,5}(?:\.[0-9]{1,5}){0,3})$/

const LEADING_NUMBERS = /^[0-9]{1,5}(?:\.[0-9]{1,5}){0,3}(?![0-9])/

const PLATFORM_NAMES: ReadonlyMap<string, Safe> = new Map([
  ['aix', safe`aix`],
  ['android', safe`android`],
  ['darwin', safe`darwin`],
  ['freebsd', safe`freebsd`],
  ['linux', safe`linux`],
  ['netbsd', safe`netbsd`],
  ['openbsd', safe`openbsd`],
  ['sunos', safe`sunos`],
  ['win32', safe`windows`],
])

const ARCHITECTURE_NAMES: ReadonlyMap<string, Safe> = new Map([
  ['arm', safe`arm`],
  ['arm64', safe`arm64`],
  ['ia32', safe`i386`],
  ['loong64', safe`loong64`],
  ['mips', safe`mips`],
  ['mipsel', safe`mipsel`],
  ['ppc', safe`ppc`],
  ['ppc64', safe`ppc64`],
  ['riscv64', safe`riscv64`],
  ['s390x', safe`s390x`],
  ['x64', safe`x86_64`],
])

/** Every text that `sanitizePlatform` can give. */
export const PLATFORMS: readonly Safe[] = [...PLATFORM_NAMES.values(), OTHER]

/** Every text that `sanitizeArchitecture` can give. */
export const ARCHITECTURES: readonly Safe[] = [...ARCHITECTURE_NAMES.values(), OTHER]

/**
 * A semantic version: three numbers and at most a usual prerelease word with a number (`-beta.4`). A leading `v`
 * and build metadata (`+…`) are removed; everything else is `<unknown>`.
 */
export function sanitizeVersion(version: string): Safe {
  if (typeof version !== 'string') return UNKNOWN
  const [withoutBuild = ''] = version.split('+', 1)
  return fit(VERSION_SHAPE, withoutBuild.startsWith('v') ? withoutBuild.slice(1) : withoutBuild) ?? UNKNOWN
}

/** `process.platform` in the words of the promises: `darwin`, `linux`, `windows` …; an unknown one is `other`. */
export function sanitizePlatform(platform: string): Safe {
  return PLATFORM_NAMES.get(platform) ?? OTHER
}

/** The leading numbers of `os.release()`: `6.8.0-acme-laptop` is `6.8.0`, because a kernel's suffix may name a company. */
export function sanitizePlatformVersion(release: string): Safe {
  if (typeof release !== 'string') return UNKNOWN
  return fit(PLATFORM_VERSION_SHAPE, LEADING_NUMBERS.exec(release)?.[0]) ?? UNKNOWN
}

/** `process.arch` in the words of the promises: `x86_64`, `arm64` …; an unknown one is `other`. */
export function sanitizeArchitecture(architecture: string): Safe {
  return ARCHITECTURE_NAMES.get(architecture) ?? OTHER
}
