import { describe, expect, test } from 'vitest'
import { temporaryProject } from '../../test/temp-project.ts'
import { loadProject } from './load.ts'

const load = (sql: string) =>
  loadProject(
    temporaryProject({ 'project.visivo.yml': `name: p\nmodels:\n  - name: m\n    sql: ${sql}\n` }),
    { env: {} },
  )

const QUERY = '\n      select a, -- paid\n      b from t\n'
const inQuotes = (quote: string, text: string) => `${quote}${text.trim()}${quote}`

describe('a query of which YAML would make a comment is refused', () => {
  test.each([
    ['folded', `>${QUERY}`],
    ['folded, without its last line break', `>-${QUERY}`],
    ['with lines as Windows ends them', `>${QUERY}`.replaceAll('\n', '\r\n')],
    ['plain', QUERY.trim()],
    ['in double quotes', inQuotes('"', QUERY)],
    ['in double quotes, with lines that are joined', '"select a, -- paid \\\n      b from t"'],
    ['in single quotes', inQuotes("'", QUERY)],
    ['before another comment', `>${QUERY.replace('b from', '/* b */ -- c\n      b from')}`],
    ['behind a text with dashes', `>\n      select '--',${QUERY}`],
    ['behind a reference with a quote', `>\n      select * from \${ref(it's)}, -- paid\n      t\n`],
  ])('%s', async (_case, sql) => {
    await expect(load(sql)).rejects.toThrow(
      /^project\.visivo\.yml:4: YAML folds these lines into one, so the comment `-- paid ?` takes in the rest of the query\. Write `sql: \|`, which keeps the lines\.$/,
    )
  })

  test('behind an alias, where it is written', async () => {
    const text = `name: p\nx-q: &q >${QUERY}models: [{ name: m, sql: *q }]\n`
    await expect(loadProject(temporaryProject({ 'project.visivo.yml': text }), { env: {} })).rejects.toThrow(
      'project.visivo.yml:2: YAML folds',
    )
  })
})

test.each([
  ['a comment on the last line ends with a backslash', '>\n      select a\n      from t -- paid \\\n'],
  ['its lines are kept', `|${QUERY}`],
  ['the comment is on the last line', '>\n      select a\n      from t -- paid\n'],
  ['only comments follow, and a semicolon', '>\n      select a -- one\n      -- two\n      ;\n'],
  ['only a comment over several lines follows', '>\n      select a -- one\n      /* two,\n      three */\n'],
  ["a comment holds a sign of somebody's own font", '|\n      select a -- \uE000 paid\n      from t\n'],
  ['an empty line ends the comment', '>\n      select a, -- paid\n\n      b from t\n'],
  ['a line that is indented more ends it', '>\n      select a, -- paid\n        b from t\n'],
  ['it has line breaks that are written', '"select a, -- paid\\n\n      b from t"'],
  ['all is on one line', "select '-- a' as a"],
  ['the dashes are in a text', ">\n      select 'it''s -- a',\n      b from t\n"],
  ['the dashes are in a text with a backslash', ">\n      select e'it\\'s -- a',\n      b from t\n"],
  ['the dashes are in a text in single quotes', "'select ''it''''s -- a'',\n      b from t'"],
  ['the dashes are in a text over two lines', ">\n      select 'a -- a\n      b', c from t\n"],
  ['the dashes are in a name', '>\n      select "-- a",\n      b from t\n'],
  ['the dashes are between dollars', '>\n      select $x$-- a$x$,\n      b from t\n'],
  ['the dashes are in a comment that ends', '>\n      select /* -- a */ a,\n      b from t\n'],
])('a query is read where %s', async (_case, sql) => {
  const { objects } = await load(sql)
  expect(objects.get('m')?.value.sql).toMatch(/select/)
})
