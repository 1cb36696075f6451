import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A temporary directory as `visivo compile` and `visivo run` leave it. */
export interface TempProject {
  readonly directory: string
  /** Writes a file of the directory: text as it is, everything else as JSON. */
  write(file: string, content: unknown): Promise<void>
  remove(): Promise<void>
}

/** Names as people give them, and as nobody should. */
export const NAMES = [
  'orders',
  'net revenue',
  `it's "quoted"`,
  '100% margin',
  'a%2Fb',
  'ümlaut/слэш',
  '<b>&amp;',
] as const

/** Stands in the fixture wherever a client must not see it. */
export const SECRET = 'hunter2-never-served'

/** What `visivo compile` writes, with secrets in every place where a connection can stand. */
export const compiledProject = {
  name: 'shop <b>&"',
  defaults: { source_name: 'warehouse', telemetry_enabled: true, note: SECRET },
  sources: [
    { name: 'warehouse', type: 'duckdb', database: SECRET, seeds: [{ args: [SECRET] }] },
    { name: 'crm', type: 'postgresql', host: SECRET, username: SECRET, password: SECRET },
  ],
  targets: [{ name: 'prod', type: 'postgresql', password: SECRET }],
  destinations: [{ name: 'mail', type: 'smtp', password: SECRET }],
  alerts: [
    { name: 'late', type: 'slack', webhook_url: SECRET },
    { name: 'odd', type: { token: SECRET } },
  ],
  models: [
    ...NAMES.map((name) => ({ name, source: 'warehouse', sql: 'select 1' })),
    { name: 'inline', source: { name: 'own', type: 'mysql', password: SECRET }, sql: 'select 2' },
    { name: '../outside', source: 'warehouse', sql: 'select 3' },
  ],
  insights: [],
  charts: [{ name: 'my_chart', insights: ['revenue'] }],
  tables: [],
  dashboards: [
    { name: 'overview', rows: [{ height: 'small', items: [{ chart: 'my_chart' }] }] },
    {
      name: 'deep',
      rows: [
        { items: [{ table: { model: { source: { type: 'x', token: SECRET } } } }] },
        { items: [{ target: { host: SECRET } }, { alert: { webhook_url: SECRET } }] },
        { items: [{ destination: { password: SECRET } }] },
      ],
    },
  ],
  inputs: [],
  edges: [{ from: { kind: 'model', name: 'orders' }, to: { kind: 'source', name: 'warehouse' } }],
  object_counts: { sources: 2, models: 9, dashboards: 2 },
  env: { TOKEN: SECRET },
}

/** 250 rows of two columns: `[0, 'row 0']` and on. */
export const ordersData = {
  name: 'orders',
  columns: [
    { name: 'id', type: 'INTEGER' },
    { name: 'label', type: 'VARCHAR' },
  ],
  rows: Array.from({ length: 250 }, (_, id) => [id, `row ${id}`]),
}

/** Makes an empty directory. */
export async function emptyProject(): Promise<TempProject> {
  const root = await mkdtemp(join(tmpdir(), 'visivo-api-'))
  const directory = join(root, 'target')
  await mkdir(join(directory, 'data'), { recursive: true })
  return {
    directory,
    write: (file, content) =>
      writeFile(join(directory, file), typeof content === 'string' ? content : JSON.stringify(content)),
    remove: () => rm(root, { recursive: true, force: true }),
  }
}

/** Makes a directory with the compiled project, the data of `orders`, and a secret beside it. */
export async function tempProject(): Promise<TempProject> {
  const project = await emptyProject()
  await project.write('project.json', compiledProject)
  await project.write('data/orders.json', ordersData)
  await project.write('outside.json', { ...ordersData, rows: [[1, SECRET]] })
  return project
}
