export { ARG_SHAPE } from './args.ts'
export { COMMAND_SHAPE, type CommandSpec, type SanitizedCommand, sanitizeCommand } from './command.ts'
export { ENDPOINT_SHAPE, sanitizeEndpoint } from './endpoint.ts'
export { ERROR_TYPE_SHAPE, sanitizeErrorType } from './error.ts'
export type { OptionSpec } from './flags.ts'
export { HEX16_SHAPE, safeHex16, safeUuid, UUID_SHAPE } from './id.ts'
export {
  ARCHITECTURES,
  PLATFORM_VERSION_SHAPE,
  PLATFORMS,
  sanitizeArchitecture,
  sanitizePlatform,
  sanitizePlatformVersion,
  sanitizeVersion,
  VERSION_SHAPE,
} from './metadata.ts'
export { METHODS, sanitizeMethod } from './method.ts'
export { FLAG, MORE, NONE, OTHER, PATH, REDACTED, UNKNOWN, UNMATCHED, VALUE } from './placeholders.ts'
export { sanitizeRoute } from './route.ts'
export type { Safe } from './safe.ts'
