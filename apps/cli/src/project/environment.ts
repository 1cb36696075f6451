import { MissingVariableError, type Place, ProjectParseError } from '../errors.ts'

// Inside quotes of YAML's own, its quotes are written as `\"` or `''`.
const JINJA = /\{\{\s*env_var\(\s*(\\?"|''?)(\w+)\1\s*\)\s*\}\}/g
// Passed on as they are, `{{ env_var('A', 'b') }}` and `${env.A:-b}` would be texts in a query.
const OTHER_FORM = /\{\{-?\s*env_var\b[^}]*\}?\}?|\$\{\s*env\.(?!\w+\s*\})[^}]*\}?/
const VARIABLE = /\$\{\s*env\.(\w+)\s*\}/g

/**
 * The text of a project file with every `{{ env_var('NAME') }}` written as `${env.NAME}`, so that
 * the rest of the program knows one form. Lines stay where they are.
 */
export function normalizeVariables(text: string): string {
  return text.replace(JINJA, (_match, _quote, name: string) => `\${env.${name}}`)
}

/** Throws a ProjectParseError when a string names a variable of the environment in a way that isn't supported here. */
export function refuseOtherForms(text: string, place: Place): void {
  const found = OTHER_FORM.exec(text)
  if (found) {
    const message = `${found[0]} is not supported. Write {{ env_var('NAME') }} or \${env.NAME}.`
    throw new ProjectParseError(message, { place })
  }
}

/**
 * Why a name is not taken from a variable of the environment, and what to do; undefined where none is named. The compiled
 * project, which may be shared, holds names and no value of a variable.
 */
export function explainVariableInName(name: string): string | undefined {
  const [found] = name.matchAll(VARIABLE)
  return found && `a name can't come from the environment, as from ${found[1]} here. Write the name itself`
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
        `the environment variable ${name} is not set. Set it, or put ${name}=… into the env file.`,
        { place },
      )
    }
    return value
  })
}
