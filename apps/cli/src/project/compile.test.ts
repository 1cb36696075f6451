import { describe, expect, test } from 'vitest'
import { temporaryProject } from '../../test/temp-project.ts'
import { CircularReferenceError, UnknownReferenceError } from '../errors.ts'
import { compileProject } from './compile.ts'
import { loadProject } from './load.ts'

const compile = (yaml: string, sourceName?: string) =>
  compileFiles({ 'project.visivo.yml': yaml }, sourceName)

async function compileFiles(files: Readonly<Record<string, string>>, sourceName?: string) {
  const directory = temporaryProject(files)
  const project = await loadProject(directory, { env: { PASSWORD: 'hunter2-value' } })
  return compileProject(project, '..', sourceName)
}

const YAML = `name: p
defaults: { source_name: first, telemetry_enabled: false }
sources:
  - { name: first, type: duckdb, database: "\${env.PASSWORD}.db" }
  - name: second
    type: postgresql
    host: db.internal
    database: postgres://me:literal-secret@db.internal/shop
    password: literal-secret
  - { name: third, type: snowflake, password: "{{ env_var('PASSWORD') }}" }
models:
  - { name: plain, sql: select 1 }
  - { name: placed, source: "\${ref(second)}", sql: select 1 }
  - { name: old, target: ref(third), sql: "select * from \${ref(plain)}" }
insights:
  - { name: i, props: { x: "?{\${ref(plain).x} + \${ref(placed).y}}", names: "\${ref(plain)}" } }
charts: [{ name: c, insights: ["\${ref('i')}"] }]
destinations: [{ name: d, type: slack, webhook_url: "https://hooks.example/literal-secret" }]
`

describe('a compiled project', () => {
  test('names the source of every model, and what depends on what', async () => {
    const { models, edges } = await compile(YAML)
    expect(models.map(({ name, source }) => [name, source])).toEqual([
      ['plain', 'first'],
      ['placed', 'second'],
      ['old', 'third'],
    ])
    expect(edges.map(({ from, to }) => `${from.kind}/${from.name} → ${to.kind}/${to.name}`)).toEqual([
      'models/plain → sources/first',
      'models/placed → sources/second',
      'models/old → sources/third',
      'models/old → models/plain',
      'insights/i → models/plain',
      'insights/i → models/placed',
      'charts/c → insights/i',
    ])
  })

  test('has plain names for references; SQL stays as written', async () => {
    const { insights, charts, models } = await compile(YAML)
    expect(insights[0]?.props).toEqual({ x: '?{plain.x + placed.y}', names: 'plain' })
    expect(charts[0]?.insights).toEqual(['i'])
    expect(models[2]?.sql).toBe('select * from ${ref(plain)}')
  })

  test.each([
    ['charts: [{ name: c, insights: [i] }]', 'charts/c', 'insights/i'],
    [
      'charts: [{ name: c, selector: { name: all } }]\ntables: [{ name: t, selector: all }]',
      'tables/t',
      'selectors/all',
    ],
    ['dashboards: [{ name: d, rows: [{ items: [{ chart: "007" }] }] }]', 'dashboards/d', 'charts/007'],
    ['traces: [{ name: t, model: m }]', 'traces/t', 'models/m'],
    ['models: [{ name: merged, models: [m, ref(n)] }]', 'models/merged', 'models/m'],
    ['models: [{ name: k, source: s, sql: select 1 }]', 'models/k', 'sources/s'],
  ])(
    'follows the bare name of an object as it does a reference, or a filter would not: %s',
    async (yaml, from, to) => {
      const objects = `name: p
sources: [{ name: s, type: duckdb, database: x.db }]
models: [{ name: m, sql: select 1 }, { name: n, sql: select 1 }]
insights: [{ name: i }]
charts: [{ name: 007 }]`
      const { edges } = await compileFiles({
        'project.visivo.yml': `${objects}\nincludes: [{ path: a.yml }]\n`,
        'a.yml': yaml,
      })
      expect(
        edges.map((edge) => `${edge.from.kind}/${edge.from.name} ${edge.to.kind}/${edge.to.name}`),
      ).toContain(`${from} ${to}`)
    },
  )

  test.each([
    [
      'a markdown that is a text',
      'dashboards: [{ name: d, rows: [{ items: [{ markdown: Monthly sales }] }] }]',
    ],
    ['a setting of another system', 'destinations: [{ name: d, type: slack, target: channel }]'],
    ['a setting of a database', 'sources: [{ name: s, type: snowflake, target: prod }]'],
  ])('takes no name for a reference in %s', async (_case, yaml) => {
    expect((await compile(`name: p\n${yaml}\n`)).edges).toEqual([])
  })

  test('takes --source over the default, for the models that name none', async () => {
    const { models } = await compile(YAML, 'third')
    expect(models.map(({ source }) => source)).toEqual(['third', 'second', 'third'])
  })

  test('takes the default also for a model whose source is left empty', async () => {
    const { models } = await compile(YAML.replace('{ name: plain,', '{ name: plain, source: ,'))
    expect(models[0]).toMatchObject({ name: 'plain', source: 'first' })
  })

  test('holds no value of the environment and no secret of a source or a destination', async () => {
    const text = JSON.stringify(await compile(YAML))
    expect(text).not.toMatch(/hunter2-value|literal-secret|db\.internal/)
    expect(text).toContain('${env.PASSWORD}.db')
  })

  test('counts ten kinds, zeros included, and not what is written inside other objects', async () => {
    const { object_counts } = await compile(`${YAML}tables: [{ name: t, insight: { name: inside } }]\n`)
    expect(object_counts).toEqual({
      sources: 3,
      models: 3,
      traces: 0,
      insights: 1,
      charts: 1,
      tables: 1,
      dashboards: 0,
      alerts: 0,
      inputs: 0,
      destinations: 1,
    })
  })

  test('takes a name that JavaScript has a meaning for', async () => {
    const { places, models } = await compile(
      'name: p\nmodels: [{ name: __proto__, sql: x }, { name: constructor }]\n',
    )
    expect(Object.keys(places)).toEqual(['__proto__', 'constructor'])
    expect(models.map(({ name }) => name)).toEqual(['__proto__', 'constructor'])
  })
})

describe('references that lead nowhere', () => {
  test('are all named, with lines and near names', async () => {
    const yaml =
      'name: p\nmodels: [{ name: orders }]\ncharts:\n  - name: a\n    x: ${ref(order)}\n  - name: b\n    x: ${ref(zzz)}\n'
    await expect(compile(yaml)).rejects.toThrow(UnknownReferenceError)
    await expect(compile(yaml)).rejects.toThrow(
      "project.visivo.yml:5: 'a' references 'order', which the project doesn't have. Did you mean 'orders'?\n" +
        "project.visivo.yml:7: 'b' references 'zzz', which the project doesn't have.",
    )
  })

  test('are found also where they are bare names', async () => {
    const yaml =
      'name: p\nmodels:\n  - name: m\n    source: zz\ncharts:\n  - name: sales\n    insights:\n      - yy\n' +
      'dashboards:\n  - name: d\n    rows:\n      - items:\n          - chart: sale\n'
    await expect(compile(yaml)).rejects.toThrow(
      "project.visivo.yml:4: 'm' references 'zz', which the project doesn't have.\n" +
        "project.visivo.yml:8: 'sales' references 'yy', which the project doesn't have.\n" +
        "project.visivo.yml:13: 'd' references 'sale', which the project doesn't have. Did you mean 'sales'?",
    )
  })

  test.each([
    [
      '--source',
      'secnd',
      "--source names 'secnd', which is none of the project's sources. Did you mean 'second'?",
    ],
    ['--source that is a model', 'plain', "--source names 'plain', which is none"],
    [
      '--source that is near a model alone',
      'plai',
      /^--source names 'plai', which is none of the project's sources\.$/,
    ],
  ])('%s', async (_case, source, message) => {
    await expect(compile(YAML, source)).rejects.toThrow(message)
  })

  test('a default source', async () => {
    await expect(compile('name: p\ndefaults: { source_name: gone }\n')).rejects.toThrow(
      'defaults.source_name names',
    )
  })
})

describe('a circle', () => {
  test.each([
    ['of three', ['a: b', 'b: c', 'c: a'], 'a → b → c → a'],
    ['of one', ['a: a'], 'a → a'],
    ['behind a straight part', ['a: b', 'b: c', 'c: b'], 'b → c → b'],
  ])('%s is shown', async (_case, pairs, path) => {
    const items = pairs
      .map((pair) => pair.split(': '))
      .map(([name, to]) => `  - { name: ${name}, x: "\${ref(${to})}" }`)
    const yaml = `name: p\ncharts:\n${items.join('\n')}\n`
    await expect(compile(yaml)).rejects.toThrow(CircularReferenceError)
    await expect(compile(yaml)).rejects.toThrow(`themselves: ${path}. Remove`)
  })

  test('a model may name its own columns', async () => {
    const yaml =
      'name: p\nmodels: [{ name: m, metrics: [{ name: t, expression: "sum(${ref(m).x})" }], sql: select 1 }]\n'
    expect((await compile(yaml)).edges).toEqual([])
  })

  test('a chain of 20000 objects is none', async () => {
    const items = Array.from(
      { length: 20_000 },
      (_, index) => `  - { name: n${index}, x: "\${ref(n${index + 1})}" }`,
    )
    const { edges } = await compile(`name: p\ncharts:\n${items.join('\n')}\n  - name: n20000\n`)
    expect(edges).toHaveLength(20_000)
  })
})
