import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { withoutRoot } from '../../../../packages/telemetry/test/without-root.ts'
import { temporaryProject } from '../../test/temp-project.ts'
import { loadProject } from './load.ts'

const load = (files: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}) =>
  loadProject(temporaryProject(files), { env })

const names = async (files: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}) => [
  ...(await load(files, env)).objects.keys(),
]

const model = (name: string) => `models: [{ name: ${name}, sql: select 1 }]\n`

describe('includes', () => {
  test.each([
    ['a file', '[{ path: a.yml }]', ['a']],
    ['a directory with everything below it, by name', '[{ path: dir }]', ['one', 'two', 'deep', 'deeper']],
    ['a directory without those below it', '[{ path: dir/, depth: 0 }]', ['one', 'two']],
    ['one level below', '[{ path: dir, depth: 1 }]', ['one', 'two', 'deep']],
    ['all but a name at any depth', '[{ path: dir, exclusions: [deep*.yml] }]', ['one', 'two']],
    ['all but a directory', '[{ path: dir, exclusions: [sub] }]', ['one', 'two']],
    [
      'all but what is called like a key of every object',
      '[{ path: proto, exclusions: [constructor] }]',
      ['kept'],
    ],
    ['all but a pattern with directories', "[{ path: dir, exclusions: ['**/x/*'] }]", ['one', 'two', 'deep']],
    ['nothing of a package that lies in it', '[{ path: installed }]', ['ours']],
    ['all but a directory with a slash behind it', '[{ path: dir, exclusions: [sub/] }]', ['one', 'two']],
    ['all but a directory as seen from here', '[{ path: dir, exclusions: [./sub] }]', ['one', 'two']],
    [
      'all but files of one level, and what is deeper stays',
      "[{ path: dir, exclusions: ['sub/*.yml'] }]",
      ['one', 'two', 'deeper'],
    ],
    [
      'a directory whose settings are left empty',
      '[{ path: nested, depth: , exclusions:  }]',
      ['end', 'start'],
    ],
    ['a file that is empty, and one whose list is', '[{ path: empty.yml }, { path: list.yml }]', []],
    ['a file twice counts once', '[{ path: a.yml }, { path: ./a.yml }]', ['a']],
    ['an included file includes, relative to itself', '[{ path: nested/start.yml }]', ['start', 'end']],
    ['files that include each other', '[{ path: circle/a.yml }]', ['ca', 'cb']],
    ['a path from the environment', '[{ path: "${env.WHERE}.yml" }]', ['a']],
  ])('%s', async (_case, includes, expected) => {
    const files = {
      'project.visivo.yml': `name: p\nincludes: ${includes}\n`,
      'a.yml': model('a'),
      'installed/ours.yml': model('ours'),
      'installed/node_modules/theirs.yml': model('theirs'),
      'empty.yml': '---\n# nothing yet\n',
      'list.yml': 'models:\n',
      'proto/kept.yml': model('kept'),
      'proto/constructor/out.yml': model('out'),
      'dir/1.yml': model('one'),
      'dir/2.yaml': model('two'),
      'dir/.hidden.yml': model('hidden'),
      'dir/notes.txt': 'not: [yaml',
      'dir/sub/deep.yml': model('deep'),
      'dir/sub/x/deeper.yml': model('deeper'),
      'nested/start.yml': `${model('start')}includes: [{ path: more/end.yml }]\n`,
      'nested/more/end.yml': model('end'),
      'circle/a.yml': `${model('ca')}includes: [{ path: b.yml }]\n`,
      'circle/b.yml': `${model('cb')}includes: [{ path: a.yml }]\n`,
    }
    expect(await names(files, { WHERE: 'a' })).toEqual(expected)
  })

  test('a file that is included again through a link counts once', async () => {
    const directory = temporaryProject({
      'project.visivo.yml': 'name: p\nincludes: [{ path: link/a.yml }, { path: a }, { path: link/a.yml }]\n',
      'a/a.yml': model('a'),
    })
    symlinkSync(join(directory, 'a'), join(directory, 'link'), 'junction')
    expect([...(await loadProject(directory, { env: {} })).objects.keys()]).toEqual(['a'])
  })

  test.each([
    ['a file that is missing', '  - path: gone.yml', "project.visivo.yml:3: 'gone.yml' doesn't exist"],
    [
      'a git repository',
      '  - path: visivo-io/more.git@main',
      "project.visivo.yml:3: 'visivo-io/more.git@main' is a git",
    ],
    [
      'a git repository without a version',
      '  - path: https://example.com/more.git',
      "project.visivo.yml:3: 'https://example.com/more.git' is a git",
    ],
    ['no path', '  - depth: 1', 'project.visivo.yml:3: an item of `includes:` needs a `path:`'],
    [
      'a variable that is empty, which would be every file of the directory',
      '  - path: ${env.EMPTY}',
      'project.visivo.yml:3: an item of `includes:` needs a `path:`',
    ],
  ])('%s is an error with its line', async (_case, item, message) => {
    const files = { 'project.visivo.yml': `name: p\nincludes:\n${item}\n` }
    await expect(load(files, { EMPTY: '' })).rejects.toThrow(message)
  })
})

test.each([
  ['a pattern that is no list', 'exclusions: drafts', '`exclusions:` is a list'],
  ['a depth in quotes', "depth: '0'", '`depth:` is a whole number, 0 or more'],
  ['a depth below none', 'depth: -1', '`depth:` is a whole number, 0 or more'],
])('an include with %s is refused, not read as one without', async (_case, keys, message) => {
  const files = {
    'project.visivo.yml': `name: p\nincludes: [{ path: dir, ${keys} }]\n`,
    'dir/a.yml': model('a'),
  }
  await expect(load(files)).rejects.toThrow(`project.visivo.yml:2: ${message}`)
})

describe('objects', () => {
  test('an object written inside another one gets a name of its own and a reference', async () => {
    const project = await load({
      'project.visivo.yml': [
        'name: p',
        'charts:',
        '  - name: outer',
        '    insights:',
        '      - name: inner',
        '        props: { table: { name: not an object }, x: "?{${ref(m).x}}" }',
        '      - ${ref(other)}',
        'models:',
        '  - { name: m, source: { name: s, type: duckdb }, sql: select 1 }',
        '  - { name: n, metrics: [{ name: total, expression: sum(x) }], sql: select 1 }',
        '  - { name: o, metrics: [{ name: total, expression: sum(x) }], sql: select 1 }',
        'insights: [{ name: other }]',
      ].join('\n'),
    })
    expect([...project.objects].map(([name, { kind, inline }]) => [name, kind, inline])).toEqual([
      ['outer', 'charts', false],
      ['inner', 'insights', true],
      ['m', 'models', false],
      ['s', 'sources', true],
      ['n', 'models', false],
      ['o', 'models', false],
      ['other', 'insights', false],
    ])
    const outer = project.objects.get('outer')
    expect(outer?.value.insights).toEqual(['${ref(inner)}', '${ref(other)}'])
    expect(outer?.references.map(({ name }) => name)).toEqual(['inner', 'other'])
    expect(project.objects.get('inner')?.references).toEqual([
      { name: 'm', path: '.x', place: { file: 'project.visivo.yml', line: 6 } },
    ])
  })

  test('anchors, aliases and merge keys mean what they stand for', async () => {
    const project = await load({
      'project.visivo.yml': [
        'name: p',
        'x-base: &base { type: duckdb, database: a.db }',
        'sources:',
        '  - { <<: *base, name: one }',
        '  - { <<: *base, name: two, database: b.db }',
      ].join('\n'),
    })
    expect(project.objects.get('one')?.value).toEqual({ type: 'duckdb', database: 'a.db', name: 'one' })
    expect(project.objects.get('two')?.value).toMatchObject({ database: 'b.db' })
    expect(project.warnings).toEqual([])
  })

  test('a merge key is one in a file that says it is YAML 1.1, too', async () => {
    const { objects } = await load({
      'project.visivo.yml':
        '%YAML 1.1\n---\nname: p\nx-base: &base { sql: select 1 }\nmodels: [{ <<: *base, name: m }]\n',
    })
    expect(objects.get('m')?.value).toEqual({ sql: 'select 1', name: 'm' })
  })

  test('of a merge key only what is not written anew refers to something', async () => {
    const project = await load({
      'project.visivo.yml': [
        'name: p',
        'models:',
        '  - &base { name: a, source: ref(s), sql: "select * from ${ref(b)}", table: { name: inner } }',
        '  - { <<: *base, name: b, sql: select 1, table: ref(other) }',
        '  - { <<: [{ sql: select 2 }, *base], name: c, table: ref(other) }',
      ].join('\n'),
    })
    const refersTo = (name: string) => project.objects.get(name)?.references.map((one) => one.name)
    expect(refersTo('a')).toEqual(['s', 'b', 'inner'])
    expect(refersTo('b')).toEqual(['s', 'other'])
    expect(refersTo('c')).toEqual(['s', 'other'])
    expect(project.objects.get('c')?.value).toMatchObject({ name: 'c', sql: 'select 2', source: 'ref(s)' })
  })

  test('an anchor is used as often as there are objects', async () => {
    const item = (_: unknown, at: number) => `  - { <<: *base, name: m${at} }`
    const items = Array.from({ length: 2000 }, item).join('\n')
    expect(
      await names({ 'project.visivo.yml': `name: p\nx: &base { sql: select 1 }\nmodels:\n${items}\n` }),
    ).toHaveLength(2000)
  })

  test('an alias means the last anchor of its name before it', async () => {
    const { objects } = await load({
      'project.visivo.yml': 'name: p\nmodels:\n  - { name: &a x, k: *a }\n  - { name: &a y, k: *a }\n',
    })
    expect([...objects.values()].map(({ value }) => value.k)).toEqual(['x', 'y'])
  })

  test.each([
    ['a list and an alias in it', 'models: [&m { name: m, sql: select 1 }, *m]'],
    ['two charts', 'charts: [{ name: a, insights: [&m { name: m }] }, { name: b, insights: [*m] }]'],
    ['a list and a chart', 'insights: [&m { name: m }]\ncharts:\n  - { name: a, insights: [*m] }'],
  ])('an object that %s both hold is one object', async (_case, text) => {
    const found = await names({ 'project.visivo.yml': `name: p\n${text}\n` })
    expect(found.filter((name) => name === 'm')).toEqual(['m'])
  })

  test.each([
    ['two models', 'models: [{ name: a, sql: select 1 }, { name: a, sql: select 2 }]', 'models'],
    ['a chart and its insight', 'charts:\n  - { name: a, insights: [{ name: a }] }', 'charts'],
    ['a model and a chart in JSON', '"models":[{"name":"a"}],"charts":[{"name":"a"}]', 'models'],
    ['one text that is two kinds', 'models: [&a { name: a }]\ncharts: [*a]', 'models'],
  ])('none is lost to another of its name on the same line: %s', async (_case, text, kind) => {
    const file = text.startsWith('"') ? `{"name":"p",${text}}` : `name: p\n${text}\n`
    await expect(load({ 'project.visivo.yml': file })).rejects.toThrow(
      new RegExp(`:\\d: the name 'a' is taken by project\\.visivo\\.yml:\\d \\(${kind}\\)`),
    )
  })

  test('a key that is not known is told, with what may be meant', async () => {
    const { warnings } = await load({ 'project.visivo.yml': 'name: p\nmodles: []\n' })
    expect(warnings).toEqual([
      "project.visivo.yml:2: 'modles' is not a key that is known here; it is ignored. Did you mean 'models'?",
    ])
  })

  test.each(['defaults.telemetry_enabled', 'telemetry_enabled'])(
    'a project that opts out by %s at the margin is told nothing else',
    async (key) => {
      const { warnings } = await load({ 'project.visivo.yml': `name: p\n${key}: false\n` })
      expect(warnings).toEqual([])
    },
  )

  test.each(['defaults', 'defaults.telemetry_enabled', 'telemetry_enabled'])(
    '%s of an included file counts for nothing, which is told',
    async (key) => {
      const { defaults, warnings } = await load({
        'project.visivo.yml': 'name: p\nincludes: [{ path: other/project.visivo.yml }]\n',
        'other/project.visivo.yml': `name: other\n${key}: {}\n`,
      })
      expect(defaults).toEqual({})
      expect(warnings).toEqual([
        `other/project.visivo.yml:2: '${key}' counts in project.visivo.yml alone; it is ignored here.`,
      ])
    },
  )

  test.each([
    ['telemetry_enable', 'telemetry_enabled'],
    ['Telemetry_Enabled', 'telemetry_enabled'],
    ['telemetry-enabled', 'telemetry_enabled'],
    ['source-name', 'source_name'],
  ])(
    'an opt-out or a source that is set by a slip, %s, is told, and what others set is not',
    async (key, meant) => {
      const { warnings } = await load({
        'project.visivo.yml': `name: p\ndefaults:\n  target_name: t\n  threads: 4\n  alert_name: a\n  ${key}: false\n`,
      })
      expect(warnings).toEqual([
        `project.visivo.yml:6: '${key}' below \`defaults:\` is not a key that is known here. Did you mean '${meant}'?`,
      ])
    },
  )

  test.each(['बिक्री', 'สินค้า', 'e\u0301v'])('a name with letters of any language: %s', async (name) => {
    expect(await names({ 'project.visivo.yml': `name: p\n${model(name)}` })).toEqual([name])
  })

  test('the older `targets` are sources', async () => {
    const { objects } = await load({
      'project.visivo.yml': 'name: p\ntargets: [{ name: t, type: sqlite }]\n',
    })
    expect(objects.get('t')?.kind).toBe('sources')
  })
})

describe('what is wrong is said with file and line', () => {
  test.each([
    [
      'a quote that nothing closes, where it begins',
      'name: p\nmodels:\n  - name: "a\n    sql: select 1\ncharts: []\n',
      /^project\.visivo\.yml:3: Missing closing "quote/,
    ],
    ['a key twice', 'name: p\nname: q\n', /^project\.visivo\.yml:2: Map keys must be unique\. Keep one/],
    [
      'a text with a colon, with what to do',
      "name: p\nmodels:\n  - name: a\n    sql: select 'b: c'\n",
      /^project\.visivo\.yml:4: Nested mappings [^.]*\. Put quotes around a text with `: `/,
    ],
    [
      'a key that is indented less than its neighbours, with what to do',
      'name: p\nmodels:\n  - name: a\n   sql: select 1\n',
      /^project\.visivo\.yml:4: Sequence item without - indicator\. .*in one column/,
    ],
    [
      'a key without its colon, with what to do',
      'name: p\nmodels\n  - name: a\n',
      /^project\.visivo\.yml:2: Implicit keys [^.]*\. Write a colon and a space behind each key/,
    ],
    [
      'a query below its key that nothing indents, with what to do',
      'name: p\nmodels:\n  - name: a\n    sql: |\n    select 1\n',
      /^project\.visivo\.yml:5: Implicit map keys [^.]*\. Write .* each indented deeper than its key/,
    ],
    [
      'a text that begins like no text, with what to do',
      'name: p\nmodels:\n  - { name: `a`, sql: select 1 }\n',
      /^project\.visivo\.yml:3: Plain value cannot start .*`\. Put quotes around the text\.$/,
    ],
    [
      'a tab, with what to do',
      'name: p\nmodels:\n\t- name: a\n',
      /^project\.visivo\.yml:3: Tabs are not allowed as indentation\. Write spaces\.$/,
    ],
    ['a file that is a list', '- name: p\n', /^project\.visivo\.yml:1: a project file holds keys/],
    ['a list that is none', 'name: p\nmodels:\n  name: a\n', /^project\.visivo\.yml:3: `models:` is a list/],
    [
      'an item that is no mapping',
      'name: p\nmodels:\n  - a\n',
      /^project\.visivo\.yml:3: an item of `models:` has keys/,
    ],
    [
      'an item without a name',
      'name: p\nmodels:\n  - sql: x\n',
      /^project\.visivo\.yml:3: an item of `models:` has no `name:`/,
    ],
    [
      'a source without a name inside of a model',
      'name: p\nmodels:\n  - name: m\n    source: { type: duckdb }\n',
      /^project\.visivo\.yml:4: an item of `sources:` has no `name:`/,
    ],
    [
      'a name that is a path',
      'name: p\nmodels:\n  - name: ../a\n',
      /^project\.visivo\.yml:3: the name "\.\.\/a" has characters/,
    ],
    [
      'a name that is taken',
      'name: p\nmodels:\n  - name: a\ncharts:\n  - name: a\n',
      /^project\.visivo\.yml:5: the name 'a' is taken by project\.visivo\.yml:3 \(models\)/,
    ],
    ['a project without a name', 'models: []\n', /^project\.visivo\.yml:1: the project has no `name:`/],
    [
      'another use of env_var',
      `name: p\nmodels:\n  - name: a\n    sql: "{{ env_var('A', 'b') }}"\n`,
      /^project\.visivo\.yml:4: .*is not supported/,
    ],
    [
      'a reference without its end',
      'name: p\ncharts:\n  - name: a\n    insights:\n      - ${ref(b)\n',
      /^project\.visivo\.yml:5: \$\{ref\(b\) is not a reference\. Write \$\{ref\(name\)\}/,
    ],
    [
      'an anchor that contains itself',
      'name: p\nmodels:\n  - &a { name: a, model: *a }\n',
      /^project\.visivo\.yml:3: this anchor contains itself/,
    ],
    [
      'an anchor that contains itself by a merge key',
      'name: p\nmodels:\n  - &a { name: a, <<: *a }\n',
      /^project\.visivo\.yml:3: this anchor contains itself/,
    ],
    [
      'an alias without an anchor',
      'name: p\nmodels:\n  - { name: a, sql: *select }\n',
      /^project\.visivo\.yml:3: no anchor &select stands before the alias \*select/,
    ],
    [
      'a list for a name',
      'name: p\nmodels:\n  - name: [a]\n',
      /^project\.visivo\.yml:3: the name "\[\\"a\\"\]" has characters/,
    ],
    [
      'a second document',
      'name: p\nmodels: []\n---\nname: q\n',
      /^project\.visivo\.yml:3: a second YAML document begins here\. Remove the line `---`, or move .* `includes:` names\.$/,
    ],
    [
      'brackets without end',
      `name: p\nmodels:\n  - { name: a, x: ${'['.repeat(10_000)}${']'.repeat(10_000)} }\n`,
      /^project\.visivo\.yml:3: what stands here is nested too deeply to be read\. Nest it less deeply\.$/,
    ],
    [
      'dashes without end',
      `name: p\nmodels:\n  ${'- '.repeat(10_000)}a\n`,
      /^project\.visivo\.yml:3: what stands here is nested too deeply to be read\. Nest it less deeply\.$/,
    ],
    [
      'a template without quotes',
      'name: p\ncharts:\n  - name: a\n    title: {{ foo }}\n',
      /^project\.visivo\.yml:4: brackets, such as those of `\{\{ … \}\}`, are no text .* Put quotes around them\.$/,
    ],
    [
      'a bracket that is not closed',
      'name: p\nmodels:\n  - name: a\n    args: [echo\n',
      /^project\.visivo\.yml:5: .* end with a \]$/,
    ],
    [
      'aliases of aliases without end',
      bomb(),
      /^project\.visivo\.yml:1: the aliases in this file stand for more/,
    ],
  ])('%s', async (_case, text, message) => {
    await expect(load({ 'project.visivo.yml': text })).rejects.toThrow(message)
  })

  test('or that the directory is none', async () => {
    const directory = temporaryProject({ 'project.visivo.yml': 'name: p\n' })
    const file = join(directory, 'project.visivo.yml')
    await expect(loadProject(file, { env: {} })).rejects.toThrow(
      `${file} is not a directory. Check --working-dir.`,
    )
  })

  test("and Node's own words about YAML are not printed", async () => {
    const warn = vi.spyOn(process, 'emitWarning')
    onTestFinished(() => warn.mockRestore())
    const text = 'name: p\ncharts:\n  - { name: a, title: {{ foo }} }\n'
    await expect(load({ 'project.visivo.yml': text })).rejects.toThrow('Put quotes around them.')
    expect(warn).not.toHaveBeenCalled()
  })

  test('in an included file too', async () => {
    const files = {
      'project.visivo.yml': 'name: p\nincludes: [{ path: m/a.yml }]\n',
      'm/a.yml': '\n\nmodels: x\n',
    }
    await expect(load(files)).rejects.toThrow('m/a.yml:3: `models:` is a list')
  })

  const includes = { 'project.visivo.yml': 'name: p\nincludes: [{ path: m }]\n', 'm/a.yml': '' }
  const unreadable = (name: string, reason: string) =>
    `the project file ${name} can't be read (${reason}). It has to be a text in UTF-8 that you may read.`

  test.each<[string, object, (directory: string) => void, string, string]>([
    [
      'a project file that is a directory',
      {},
      (directory) => mkdirSync(join(directory, 'project.visivo.yml')),
      'project.visivo.yml',
      'EISDIR: illegal operation on a directory',
    ],
    [
      'an included link to nothing',
      includes,
      (directory) => symlinkSync(join(directory, 'gone'), join(directory, 'm', 'b.yml'), 'junction'),
      'm/b.yml',
      'ENOENT: no such file or directory',
    ],
  ])('%s', async (_case, files, put, name, reason) => {
    const directory = temporaryProject({ ...files })
    put(directory)
    const message = unreadable(join(directory, name), reason)
    await expect(loadProject(directory, { env: {} })).rejects.toThrow(message)
  })

  test.skipIf(process.platform === 'win32')('what nobody may read', async () => {
    const directory = temporaryProject(includes)
    chmodSync(directory, 0o755)
    const loading = () => withoutRoot(() => loadProject(directory, { env: {} }))
    chmodSync(join(directory, 'm'), 0)
    await expect(loading()).rejects.toThrow(
      "project.visivo.yml:2: 'm' can't be read (EACCES: permission denied). Make it readable for you.",
    )
    chmodSync(join(directory, 'm'), 0o755)
    chmodSync(join(directory, 'project.visivo.yml'), 0)
    await expect(loading()).rejects.toThrow(
      unreadable(join(directory, 'project.visivo.yml'), 'EACCES: permission denied'),
    )
  })

  test('no project, no directory', async () => {
    await expect(load({})).rejects.toThrow(/there is no project\.visivo\.yml in .*--working-dir/)
    const gone = join(temporaryProject({}), 'gone')
    await expect(loadProject(gone, { env: {} })).rejects.toThrow('is not a directory')
  })

  test('the name is told even when the rest of the file is broken', async () => {
    const told: string[] = []
    const directory = temporaryProject({ 'project.visivo.yml': 'name: p\nmodels: [\n' })
    await expect(loadProject(directory, { env: {}, onName: (name) => told.push(name) })).rejects.toThrow()
    expect(told).toEqual(['p'])
  })

  test.each([
    ['no text', 'name: true', 'true'],
    ['a number with zeros before it', 'name: 007', '007'],
    ['a link to another value', 'defaults: &d p\nname: *d', 'p'],
  ])('the name is told as it is compiled: %s', async (_sentence, text, name) => {
    const told: string[] = []
    const directory = temporaryProject({ 'project.visivo.yml': `${text}\n` })
    const options = { env: {}, onName: (one: string) => void told.push(one) }
    expect((await loadProject(directory, options)).name).toBe(name)
    expect(told.at(-1)).toBe(name)
  })
})

function bomb(): string {
  const lines = Array.from({ length: 9 }, (_, level) => {
    const items = Array.from({ length: 9 }, () => (level === 0 ? 'x' : `*a${level - 1}`))
    return `x-${level}: &a${level} [${items.join(', ')}]`
  })
  return `name: p\n${lines.join('\n')}\nmodels: *a8\n`
}
