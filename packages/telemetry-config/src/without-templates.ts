/**
 * A call with one word between two braces, as in `{{ env_var('NAME') }}`, on one line. No opt-out has room in it: with any other
 * argument, it could begin in one text of a line and end in the next.
 */
const TEMPLATE = /\{\{[ \t]*\w+\([ \t]*(['"])\w+\1[ \t]*\)[ \t]*\}\}/g

/**
 * The text of a project with a word of the same length in the place of every template: a program puts a value there
 * before it parses the file. To YAML alone, what stands right behind one, as in `{{ env_var('DIR') }}/my.duckdb`, is an
 * error.
 */
export function withoutTemplates(text: string): string {
  return text.replace(TEMPLATE, (template) => '_'.repeat(template.length))
}
