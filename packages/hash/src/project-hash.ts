import { digest16 } from './digest.ts'

/** The public salt of the existing Visivo, kept so that a project has the same hash in all its clients. */
export const PROJECT_SALT = 'visivo-telemetry-v1'

/**
 * The pseudonym of a project: 16 lower-case hex digits, always the same for the same name and salt.
 * An empty or missing name has none. It hides a name from a reader, not from a guesser: whoever knows the
 * salt can hash a guess and compare.
 */
export function projectHash(name: string | undefined, salt: string = PROJECT_SALT): string | undefined {
  return name ? digest16(`${salt}:${name}`) : undefined
}
