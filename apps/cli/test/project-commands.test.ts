import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryDirectory, temporaryProject } from './temp-project.ts'
import { exampleProject, visivo } from './visivo.ts'

const json = (...path: readonly string[]) => JSON.parse(readFileSync(join(...path), 'utf8'))

const withModels = (...models: readonly string[]) => `name: p
sources:
  - { name: memory, type: duckdb, database: ':memory:' }
  - { name: warehouse, type: snowflake }
defaults: { source_name: memory }
models:
${models.map((model) => `  - ${model}`).join('\n')}
`

describe('on the example project', () => {
  test('compile reads every file, counts, and writes project.json', async () => {
    const cwd = exampleProject()
    const { code, stdout, stderr } = await visivo(cwd, ['compile'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^Compiled example-sales: 2 sources, 6 models, .* → target\/project\.json\n$/)
    const project = json(cwd, 'target', 'project.json')
    expect(project).toMatchObject({ name: 'example-sales', object_counts: { models: 6, traces: 0 } })
    expect(project.models.map(({ name }: { name: string }) => name)).toContain('monthly_revenue')
    expect(JSON.stringify(project.dashboards)).not.toContain('ref(')
  })

  test.each([
    ['no objects', 'models: []'],
    ['1 model', 'models: [{ name: m, sql: select 1 }]'],
  ])('compile counts %s', async (counts, yaml) => {
    const cwd = temporaryProject({ 'project.visivo.yml': `name: p\n${yaml}\n` })
    expect((await visivo(cwd, ['compile'])).stdout).toBe(
      `Compiled p: ${counts} → ${join('target', 'project.json')}\n`,
    )
  })

  test.each(['link', 'link/yet/to/be/made'])(
    'project.json says from its real place where the project lies, in %s',
    async (output) => {
      const [cwd, elsewhere] = [exampleProject(), join(temporaryDirectory(), 'else', 'where')]
      mkdirSync(elsewhere, { recursive: true })
      symlinkSync(elsewhere, join(cwd, 'link'), 'junction')
      expect(await visivo(cwd, ['compile', '-o', output])).toMatchObject({ code: 0 })
      const real = realpathSync(join(cwd, output))
      expect(resolve(real, json(real, 'project.json').project_directory)).toBe(realpathSync(cwd))
    },
  )

  test('run executes what a filter selects, into the directory that is asked for', async () => {
    const [cwd, output] = [exampleProject(), join(temporaryDirectory(), 'user', 'output')]
    const args = ['run', '--dag-filter', '+my_chart+', '--threads', '4', '--output-dir', output]
    const { code, stdout, stderr } = await visivo(cwd, args)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Ran 2 models in \d+\.\d s → /)
    expect(stderr).toMatch(/\[2\/2\]/)
    expect(readdirSync(join(output, 'data')).sort()).toEqual(['monthly_revenue.json', 'paid lines.json'])
    const { columns, rows } = json(output, 'data', 'monthly_revenue.json')
    expect(columns[0]).toEqual({ name: 'month', type: 'DATE' })
    expect(rows).toHaveLength(24)
    expect(rows[0][0]).toBe('2024-01-01')
    expect(rows[2][3]).toBeCloseTo((rows[0][2] + rows[1][2] + rows[2][2]) / 3, 1)
  })

  test('run executes every model, and the seeds again, over what is there', async () => {
    const cwd = exampleProject()
    for (const args of [['run'], ['run', '--skip-compile', '--threads', '1']]) {
      const { code, stdout } = await visivo(cwd, args)
      expect(code).toBe(0)
      expect(stdout).toMatch(/^Ran 6 models/)
    }
    const results = readdirSync(join(cwd, 'target', 'data'))
    expect(results).toHaveLength(6)
    for (const result of results) expect(json(cwd, 'target', 'data', result).rows.length).toBeGreaterThan(0)
  })
})

describe('run refuses with the place and what to do', () => {
  test.each([
    [
      'SQL that DuckDB refuses',
      '{ name: m, sql: selec 1 }',
      /project\.visivo\.yml:7: the model 'm' failed: Parser Error/,
    ],
    [
      'a query that fails after its first rows',
      `{ name: m, sql: "select if(range = 900000, error('late'), 1) from range(1000000)" }`,
      /the model 'm' failed: .*late/,
    ],
    ['SQL without rows', '{ name: m, sql: create table t (a int) }', /'m' gives no rows/],
    ['a model without SQL', '{ name: m, args: [python, x.py] }', /'m' has no `sql:`/],
    [
      'a source of another type',
      '{ name: m, source: ref(warehouse), sql: select 1 }',
      /'m' runs on 'warehouse', a source of type snowflake\. Only duckdb and csv/,
    ],
    [
      'a column of another model',
      '{ name: m, sql: "select ${ref(m).a}" }',
      /Only a whole model can be referenced in SQL/,
    ],
    [
      'a variable that is not set',
      '{ name: m, sql: "select ${env.GONE}" }',
      /project\.visivo\.yml:7: the environment variable GONE is not set/,
    ],
  ])('%s', async (_case, model, message) => {
    const cwd = temporaryProject({ 'project.visivo.yml': withModels(model) })
    const { code, stdout, stderr } = await visivo(cwd, ['run'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(existsSync(join(cwd, 'target', 'data', 'm.json'))).toBe(false)
  })

  const source = (yaml: string) =>
    `name: p\nsources:\n  - ${yaml}\nmodels:\n  - { name: m, source: ref(s), sql: select 1 }\n`
  test.each([
    [
      'a database that is missing',
      '{ name: s, type: duckdb, database: gone.db }',
      /:3: the database of 's' doesn't exist: .*gone\.db/,
    ],
    [
      'a database that is none',
      '{ name: s, type: duckdb, database: project.visivo.yml }',
      /:3: the database of 's' can't be opened/,
    ],
    ['a source without its file', '{ name: s, type: csv }', /:3: the csv source 's' needs `file:`/],
    [
      'a source whose file is left empty',
      "{ name: s, type: csv, file: '' }",
      /:3: the csv source 's' needs `file:`/,
    ],
    [
      'a CSV that is missing',
      '{ name: s, type: csv, file: gone.csv }',
      /:3: the source 's' can't be read: there is no file .*gone\.csv\. Check `file:`\.\n$/,
    ],
    [
      'attached databases',
      "{ name: s, type: duckdb, database: ':memory:', attach: [x] }",
      /:3: .* attaches databases/,
    ],
    [
      'a seed that fails',
      '{ name: s, type: duckdb, database: s.db, seeds: [{ table_name: t, args: [node, -e, "console.error(\'oh no\'); process.exitCode = 3"] }] }',
      /:3: the seed of table 't' \(node\) ended with exit code 3: oh no/,
    ],
    [
      'a seed that says much before it fails, of which the end tells why',
      "{ name: s, type: duckdb, database: s.db, seeds: [{ table_name: t, args: [node, -e, \"console.error('x'.repeat(999) + ' the end'); process.exitCode = 3\"] }] }",
      /ended with exit code 3: x{400,500} the end\n$/,
    ],
    [
      'a seed that prints nothing',
      '{ name: s, type: duckdb, database: s.db, seeds: [{ table_name: t, args: [node, -e, ""] }] }',
      /printed nothing/,
    ],
    [
      'a seed that does not exist',
      '{ name: s, type: duckdb, database: s.db, seeds: [{ table_name: t, args: [./no-such-program] }] }',
      /could not run: spawn \.\/no-such-program ENOENT/,
    ],
  ])('%s', async (_case, yaml, message) => {
    const { code, stderr } = await visivo(temporaryProject({ 'project.visivo.yml': source(yaml) }), ['run'])
    expect(code).toBe(1)
    expect(stderr).toMatch(message)
  })

  test('all models that can not run are named at once, before anything runs', async () => {
    const models = withModels(
      '{ name: a, args: [x] }',
      '{ name: good, sql: select 1 }',
      '{ name: b, sql: "  " }',
    )
    const cwd = temporaryProject({ 'project.visivo.yml': models })
    const { stderr } = await visivo(cwd, ['run'])
    expect(stderr).toMatch(/'a' has no.*\n.*'b' has no/)
    expect(existsSync(join(cwd, 'target', 'data'))).toBe(false)
  })

  test('what several models stumble over is told once', async () => {
    const models = ['a', 'b'].map((name) => `  - { name: ${name}, source: ref(s), sql: select 1 }\n`)
    const project = source('{ name: s, type: csv }').replace(/ {2}- \{ name: m.*\n/, models.join(''))
    const { stderr } = await visivo(temporaryProject({ 'project.visivo.yml': project }), ['run'])
    expect(stderr).toMatch(/^Error: project\.visivo\.yml:3: the csv source 's' needs `file:`[^\n]*\n$/)
  })

  test('--skip-compile without a compiled project', async () => {
    const cwd = temporaryProject({
      'project.visivo.yml': withModels(),
      'target/project.json': '{"name": "cut',
    })
    expect((await visivo(cwd, ['run', '--skip-compile'])).stderr).toContain('is not a compiled project')
    expect((await visivo(cwd, ['run', '--skip-compile', '-o', 'x'])).stderr).toContain(
      'Run `visivo compile` first',
    )
  })

  test('--skip-compile with a compiled project whose counts somebody edited', async () => {
    const cwd = temporaryProject({ 'project.visivo.yml': withModels() })
    await visivo(cwd, ['compile'])
    const path = join(cwd, 'target', 'project.json')
    const compiled = JSON.parse(readFileSync(path, 'utf8'))
    for (const object_counts of [
      undefined,
      { models: 'many' },
      { cakes: 1 },
      { models: -1 },
      { models: 1.5 },
    ]) {
      writeFileSync(path, JSON.stringify({ ...compiled, object_counts }))
      const { stderr } = await visivo(cwd, ['run', '--skip-compile'])
      expect(stderr).toContain('is not a compiled project')
    }
  })

  test.each([
    ['a model that is null', { models: [null] }, /project\.json is not a compiled project\. Run `visivo/],
    ['no models', { models: undefined }, /project\.json is not a compiled project\. Run `visivo/],
    ['no sources', { sources: undefined }, /project\.json is not a compiled project\. Run `visivo/],
    [
      'an edge to nothing',
      { edges: [{ from: { kind: 'models', name: 'm' } }] },
      /project\.json is not a compiled project\. Run `visivo/,
    ],
    ['an edge that is null', { edges: [null] }, /project\.json is not a compiled project\. Run `visivo/],
    [
      'a model whose result would lie elsewhere',
      { models: [{ name: '../../esc', source: 'memory', sql: 'select 1' }] },
      /project\.json holds the name "\.\.\/\.\.\/esc", which no object can have\. Run `visivo compile`/,
    ],
  ])('--skip-compile with %s that somebody wrote there', async (_case, change, message) => {
    const cwd = temporaryProject({ 'p/project.visivo.yml': withModels('{ name: m, sql: select 1 }') })
    const project = join(cwd, 'p')
    await visivo(project, ['compile'])
    const path = join(project, 'target', 'project.json')
    writeFileSync(path, JSON.stringify({ ...json(path), ...change }))
    const { code, stderr } = await visivo(project, ['run', '--skip-compile', '--dag-filter', '+m'])
    expect(code).toBe(1)
    expect(stderr).toMatch(message)
    expect(readdirSync(project).sort()).toEqual(['project.visivo.yml', 'target'])
  })
})

describe('run takes', () => {
  test('the environment file, under what the process has set', async () => {
    const cwd = temporaryProject({
      'project.visivo.yml': withModels(
        `{ name: m, sql: "select '\${env.A}' as a, '{{ env_var('B') }}' as b" }`,
      ),
      '.env': 'A=file\nB=file\n',
    })
    expect((await visivo(cwd, ['run'], { B: 'process' })).code).toBe(0)
    expect(json(cwd, 'target', 'data', 'm.json').rows).toEqual([['file', 'process']])
  })

  test('it for the programs of seeds, and variables in their arguments', async () => {
    const program = `"'a,b\\\\n' + process.env.A + ',\${env.B}'"`
    const cwd = temporaryProject({
      'project.visivo.yml': `name: p
sources: [{ name: s, type: duckdb, database: s.db, seeds: [{ table_name: t, args: [node, -p, ${program}] }] }]
models: [{ name: m, source: ref(s), sql: from t }]
`,
      '.env': 'A=1\nB=2\n',
    })
    expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
    expect(json(cwd, 'target', 'data', 'm.json').rows).toEqual([[1, 2]])
  })

  test.each([
    ['rows of numbers like its own', '2025,2026\\\\n1,2', [[1, 2]]],
    ['no rows', '2025,2026', []],
  ])('the first line that a seed prints as its header, also above %s', async (_case, text, rows) => {
    const cwd = temporaryProject({
      'project.visivo.yml': `name: p
sources: [{ name: s, type: duckdb, database: s.db, seeds: [{ table_name: t, args: [node, -p, "'${text}'"] }] }]
models: [{ name: m, source: ref(s), sql: 'select "2025", "2026" from t' }]
`,
    })
    expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
    expect(json(cwd, 'target', 'data', 'm.json').rows).toEqual(rows)
  })

  test('a model in SQL, with its comment and semicolon, and a table of the same name', async () => {
    const cwd = temporaryProject({
      'project.visivo.yml': withModels(
        '{ name: base, sql: "select 2 as a; -- two\\n;" }',
        '{ name: m, sql: "select sum(x.a) as a from ${ref(base)} as x cross join ${ref(base)} as y" }',
      ),
    })
    const { code, stderr } = await visivo(cwd, ['run', '--dag-filter', 'm'])
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(json(cwd, 'target', 'data', 'm.json').rows).toEqual([[2]])
  })

  test('a database that another reader has open', async () => {
    const cwd = exampleProject()
    await visivo(cwd, ['run', '--dag-filter', '+top_products'])
    const readers = temporaryProject({
      'project.visivo.yml': `name: p
sources: [{ name: s, type: duckdb, database: "${join(cwd, 'target', 'warehouse.duckdb')}" }]
models: [{ name: m, source: ref(s), sql: select count(*) from orders }]
`,
    })
    const ends = await Promise.all([visivo(readers, ['run', '-o', 'a']), visivo(readers, ['run', '-o', 'b'])])
    expect(ends.map(({ code }) => code)).toEqual([0, 0])
  })
})

test('an unknown filter, a typo in a command and in a flag say what may be meant', async () => {
  const cwd = exampleProject()
  expect(await visivo(cwd, ['run', '--dag-filter', '+my_chat+'])).toMatchObject({
    code: 1,
    stderr: "Error: --dag-filter names 'my_chat', which the project doesn't have. Did you mean 'my_chart'?\n",
  })
  expect(await visivo(cwd, ['comple'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean compile?'),
  })
  expect(await visivo(cwd, ['run', '--thread', '4'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean --threads?'),
  })
})

const LISTS = /^Error: [^\n]*\n(?: {2}\(Did you mean [^\n]*\)\n)? {2}Run visivo [^\n]*--help\.\n$/

test.each<[string, string[]]>([
  ['a command', ['comple']],
  ['a flag', ['run', '--nope']],
  ['a command of telemetry', ['telemetry', 'nope']],
])('%s that does not exist is told with where those are listed that do', async (_case, args) => {
  expect(await visivo(temporaryDirectory(), args)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(LISTS),
  })
})

test.each<[string, string[]]>([
  ['a filter', ['run', '--dag-filter', '++']],
  ['a number', ['run', '--threads', 'many']],
  ['a name of an event', ['telemetry', 'log', '--event', 'cake']],
  ['a word too many', ['compile', 'cake']],
])('%s that is wrong is told in one line, without advice for something else', async (_case, args) => {
  const { code, stderr } = await visivo(temporaryDirectory(), args)
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^Error: [^\n]*\.\n$/)])
  expect(stderr).not.toContain('--help')
})

test('--verbose adds the stack and what caused the error', async () => {
  const cwd = temporaryProject({ 'project.visivo.yml': withModels('{ name: m, sql: selec 1 }') })
  const { stderr } = await visivo(cwd, ['run', '--verbose'])
  expect(stderr).toMatch(/QueryError: .*\n[\s\S]*\n\s+at [\s\S]*Caused by: /)
})
