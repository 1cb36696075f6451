import { temporaryProject } from './temp-project.ts'

/** How a project comes to the rows of a CSV. */
export const CSV_SOURCES = [
  ['a CSV', '{ name: s, type: csv, file: d/*.csv }'],
  ['a seed', '{ name: s, type: duckdb, database: s.db, seeds: [{ table_name: s, args: [cat, d/0.csv] }] }'],
] as const

/** A project whose model gives all rows of such a source, with the files that it reads. */
export function projectOf(source: string, ...texts: readonly string[]): string {
  return temporaryProject({
    'project.visivo.yml': `name: p\nsources:\n  - ${source}\nmodels:\n  - { name: m, source: ref(s), sql: select * from s }\n`,
    ...Object.fromEntries(texts.map((text, at) => [`d/${at}.csv`, text])),
  })
}
