import { describe, expect, test } from 'vitest'
import { temporaryProject } from '../../test/temp-project.ts'
import { compileProject } from './compile.ts'
import { loadProject } from './load.ts'

const compile = async (text: string) =>
  compileProject(
    await loadProject(temporaryProject({ 'project.visivo.yml': `name: p\n${text}\n` }), { env: {} }),
    '.',
  )

describe('what YAML reads as a number or a boolean is a text as it was written', () => {
  test.each(['007', '1e3', '0x1F', '12345678901234567890', 'True'])('as the name %s', async (name) => {
    const { models, edges } = await compile(
      `models: [{ name: ${name}, sql: select 1 }, { name: other, sql: "from \${ref(${name})}" }]`,
    )
    expect(models.map((model) => model.name)).toEqual([name, 'other'])
    expect(edges.map(({ to }) => to.name)).toEqual([name])
  })

  test('as the source of a model and that of the defaults', async () => {
    const { models } = await compile(
      'defaults: { source_name: 01 }\nsources: [{ name: 01, type: duckdb }, { name: 02, type: duckdb }]\n' +
        'models: [{ name: a, sql: select 1 }, { name: b, source: 02, sql: select 1 }]',
    )
    expect(models.map((model) => model.source)).toEqual(['01', '02'])
  })

  test('as what a source is opened with', async () => {
    const seed = '{ table_name: 2024, args: [seed, 1.10, 007, ~, true] }'
    const { sources } = await compile(
      `sources: [{ name: s, type: duckdb, database: 2024.10, seeds: [${seed}] }]`,
    )
    expect(sources[0]).toMatchObject({
      database: '2024.10',
      seeds: [{ table_name: '2024', args: ['seed', '1.10', '007', null, 'true'] }],
    })
  })

  test('as a setting of the project', async () => {
    expect(await compile('cli_version: 1.10')).toMatchObject({ cli_version: '1.10' })
  })

  test('as the path of an include and what it leaves out', async () => {
    const files = {
      'project.visivo.yml': 'name: p\nincludes: [{ path: 2024, exclusions: [01] }]\n',
      '2024/01/a.yml': 'models: [{ name: out, sql: select 1 }]\n',
      '2024/02/a.yml': 'models: [{ name: in, sql: select 1 }]\n',
    }
    const { objects } = await loadProject(temporaryProject(files), { env: {} })
    expect([...objects.keys()]).toEqual(['in'])
  })

  test('as a key', async () => {
    const { charts } = await compile('charts: [{ name: c, labels: { 1.10: a, 007: b } }]')
    expect(charts[0]?.labels).toEqual({ '1.10': 'a', '007': 'b' })
  })
})

test('the settings of Plotly keep their numbers, whatever they are called', async () => {
  const props = '{ name: 1, source: [0, 1], args: [true] }'
  const { insights } = await compile(`insights: [{ name: i, props: ${props} }]`)
  expect(insights[0]?.props).toEqual({ name: 1, source: [0, 1], args: [true] })
})

test.each([
  ['a number that a double rounds', '9007199254740993', '9007199254740993'],
  ['a number below zero that a double rounds', '-9007199254740993', '-9007199254740993'],
  ['a number past those of a double', '9'.repeat(400), '9'.repeat(400)],
  ['a number that a double holds', '9007199254740992', 9007199254740992],
  ['a time', '!!timestamp 2024-01-01', '2024-01-01'],
  ['bytes', '!!binary aGVsbG8=', 'aGVsbG8='],
])('nothing of a value is lost: %s', async (_sentence, written, expected) => {
  const { charts } = await compile(`charts: [{ name: c, layout: { title: ${written} } }]`)
  expect(charts[0]?.layout).toEqual({ title: expected })
})
