/** A call between two braces on one line, as in `{{ env_var('NAME') }}`. */
const TEMPLATE = /\{\{\s*\w+\([^(){}\n]*\)\s*\}\}/g

/**
 * The text of a project with a word of the same length in the place of every template: a program puts a value there
 * before it parses the file. To YAML alone, what stands right behind one, as in `{{ env_var('DIR') }}/my.duckdb`, is an
 * error.
 */
export function withoutTemplates(text: string): string {
  return text.replace(TEMPLATE, (template) => '_'.repeat(template.length))
}
