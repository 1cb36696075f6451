import { MissingVariableError, type Place, ProjectParseError } from '../errors.ts'

const JINJA = /\{\{\s*env_var\(\s*(['"])(\w+)\1\s*\)\s*\}\}/g
const OTHER_JINJA = /\{\{-?\s*env_var\b[^}]*\}?\}?/
const VARIABLE = /\$\{\s*env\.(\w+)\s*\}/g

/**
 * The text of a project file with every `{{ env_var('NAME') }}` written as `${env.NAME}`, so that
 * the rest of the program knows one form. Lines stay where they are.
 */
export function normalizeVariables(text: string): string {
  return text.replace(JINJA, (_match, _quote, name: string) => `\${env.${name}}`)
}

/** Throws a ProjectParseError when a string calls `env_var` in a way that isn't supported here. */
export function refuseOtherJinja(text: string, place: Place): void {
  const call = OTHER_JINJA.exec(text)
  if (call) {
    throw new ProjectParseError(`${call[0]} is not supported. Write {{ env_var('NAME') }} or \${env.NAME}.`, {
      place,
    })
  }
}

/**
 * The string with the values of its `${env.NAME}` put in. This is done when something runs, never for what
 * is written to disk. Throws a MissingVariableError naming the variable when it isn't set.
 */
export function resolveVariables(text: string, env: Readonly<NodeJS.ProcessEnv>, place: Place): string {
  return text.replace(VARIABLE, (_match, name: string) => {
    const value = env[name]
    if (value === undefined) {
      throw new MissingVariableError(
        `the environment variable ${name} is not set. Set it, or put ${name}=… into the .env file.`,
        { place },
      )
    }
    return value
  })
}
