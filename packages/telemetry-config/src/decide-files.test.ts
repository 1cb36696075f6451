import { describe, expect, test } from 'vitest'
import { decide } from './decide.ts'
import { visivo } from './product.ts'
import type { TextFile } from './read-text.ts'
import type { Sources } from './sources.ts'

/** Forty maps, each of which merges the one before twice: whoever follows them all is never done. */
const MERGED_TWICE = Array.from(
  { length: 40 },
  (_, level) => `m${level + 1}: &m${level + 1} {<<: [*m${level}, *m${level}]}\n`,
).join('')

const absent: TextFile = { state: 'absent', path: '/x' }
const file = (text: string): TextFile => ({ state: 'read', path: '/x', text })
const ask = (files: Partial<Pick<Sources, 'project' | 'global'>>) =>
  decide(visivo, {
    env: { VISIVO_POSTHOG_API_KEY: 'phc_secret' },
    envFile: {},
    project: absent,
    global: absent,
    ...files,
  })
const verdicts = (files: Parameters<typeof ask>[0]) => ask(files).checked.map(({ verdict }) => verdict)

/** Each value stands behind `telemetry_enabled:`, in the global file and under `defaults:` in the project's. */
describe('a value in a file', () => {
  const inGlobal = (value: string) => file(`a: 1\ntelemetry_enabled:${value}\nb: 2\n`)
  const inProject = (value: string) =>
    file(`name: x\ndefaults:\n  source_name: s\n  telemetry_enabled:${value}\n`)
  const rows: readonly (readonly [string, string])[] = [
    ['off', ' false'],
    ['off', ' False'],
    ['off', ' FALSE # why'],
    ['off', '\tno'],
    ['off', '   off'],
    ['off', ' 0'],
    ['off', ' "false"'],
    ['off', " 'No'"],
    ['off', ' " off "'],
    ['off', ' "0"'],
    ['off', ' !!bool "false"'],
    ['off', ' !!str false'],
    ['off', ' &a false'],
    ['off', ' 0.0'],
    ['off', ' |\n     off'],
    ['off', '\n     false'],
    ['off', ''],
    ['off', ' null'],
    ['off', ' ~'],
    ['off', ' nope'],
    ['off', ' n'],
    ['off', ' y'],
    ['off', ' 2'],
    ['off', ' []'],
    ['off', ' [true]'],
    ['off', ' {a: true}'],
    ['off', ' true false'],
    ['off', ' true#x'],
    ['off', ` \${env.ON}`],
    ['off', ' "{{ env_var(\'ON\') }}"'],
    ['off', ' *missing'],
    ['off', ' "true'],
    ['on', ' true'],
    ['on', ' TRUE'],
    ['on', ' yes'],
    ['on', " 'On'"],
    ['on', ' " yes "'],
    ['on', ' 1 # one'],
    ['on', ' "true"'],
    ['on', ' !!bool true'],
  ]
  test.each(rows)('%s:%j', (verdict, value) => {
    expect(verdicts({ global: inGlobal(value) })[5]).toBe(verdict)
    expect(verdicts({ project: inProject(value) })[4]).toBe(verdict)
    const crlf = (text: TextFile) => file(text.state === 'read' ? text.text.replaceAll('\n', '\r\n') : '')
    expect(verdicts({ global: crlf(inGlobal(value)) })[5]).toBe(verdict)
    expect(verdicts({ project: crlf(inProject(value)) })[4]).toBe(verdict)
  })
})

describe('the global file', () => {
  test.each([
    ['is empty', '', 'silent', 'not set'],
    ['has the word in a comment', '# telemetry_enabled: false\na: [\n', 'silent', 'not set'],
    ['has the word in a value', 'a: telemetry_enabled\n', 'silent', 'not set'],
    ['has the key elsewhere', 'a:\n  telemetry_enabled: false\n', 'silent', 'not set'],
    ['has the key in a block of text', 'a: |\n  telemetry_enabled: false\n', 'silent', 'not set'],
    ['says off as a project does', 'defaults:\n  telemetry_enabled: false\n', 'off', 'false, line 2'],
    [
      'says on, and off as a project does',
      'telemetry_enabled: true\ndefaults:\n  telemetry_enabled: no\n',
      'off',
      'no, line 3',
    ],
    ['has a similar key', 'telemetry_enabled_at: false\nxtelemetry_enabled: false\n', 'silent', 'not set'],
    ['says off', 'telemetry_enabled: false', 'off', 'false, line 1'],
    ['says off with line ends of the old Mac', '# x\rtelemetry_enabled: false\r', 'off', 'false, line 2'],
    ['says off with a quoted key', 'a: 1\n"telemetry_enabled": no\n', 'off', 'no, line 2'],
    ['says off in a flow map', '{a: 1,\ntelemetry_enabled: false}', 'off', 'false, line 2'],
    ['says off in a nested flow map', '{a: {\ntelemetry_enabled: false\n}}', 'silent', 'not set'],
    [
      'has no blank behind the colon, in a flow map',
      '{telemetry_enabled:false}',
      'off',
      'set, but not to a clear yes or no, line 1',
    ],
    [
      'has its blank before the colon',
      '{a: 1,\ntelemetry_enabled :false}',
      'off',
      'set, but not to a clear yes or no, line 1',
    ],
    ['has =', '{telemetry_enabled=false}', 'off', 'set, but not to a clear yes or no, line 1'],
    ['has a longer word', '{telemetry_enabled_since: 2020}', 'silent', 'not set'],
    ['says off behind a complex key', '? telemetry_enabled\n: off\n', 'off', 'off, line 2'],
    ['says on, then off', 'telemetry_enabled: true\ntelemetry_enabled: false\n', 'off', 'false, line 2'],
    ['says off, then on', 'telemetry_enabled: no\ntelemetry_enabled: yes\n', 'off', 'no, line 1'],
    [
      'says on, then off in a flow map',
      '{telemetry_enabled: true,\ntelemetry_enabled: no}',
      'off',
      'no, line 2',
    ],
    ['has another key twice', '{a: 1, a: 2, telemetry_enabled: true}', 'on', 'true, line 1'],
    ['says on twice', 'telemetry_enabled: true\ntelemetry_enabled: yes\n', 'on', 'true, line 1'],
    ['says off in its second document', 'a: 1\n---\ntelemetry_enabled: false\n', 'off', 'false, line 3'],
    ['says off through an alias', 'a: &off false\ntelemetry_enabled: *off\n', 'off', 'false, line 2'],
    ['says off through a merge', 'a: &a {telemetry_enabled: false}\n<<: *a\n', 'off', 'false, line 1'],
    [
      'says off through a merge of several',
      'a: &a {telemetry_enabled: false}\n<<: [{b: 1}, *a]\n',
      'off',
      'false, line 1',
    ],
    [
      'says off in a merge, on itself',
      'a: &a {telemetry_enabled: off}\n<<: *a\ntelemetry_enabled: on\n',
      'off',
      'off, line 1',
    ],
    [
      'says nothing clear',
      'telemetry_enabled: phc_secret\n',
      'off',
      'set, but not to a clear yes or no, line 1',
    ],
    ['lacks the colon', 'telemetry_enabled false\n', 'off', 'set, but not to a clear yes or no, line 1'],
    ['is a list', '- telemetry_enabled: true\n', 'off', 'set, but not to a clear yes or no, line 1'],
    [
      'is broken',
      'a: 1\nb: [\ntelemetry_enabled: true\n',
      'off',
      "the file can't be read (not valid YAML, line 3)",
    ],
    [
      'is broken in a line that looks whole',
      'a: b: c\ntelemetry_enabled: true\n',
      'off',
      "the file can't be read (not valid YAML, line 1)",
    ],
    [
      'says yes within a text that goes on behind an escaped quote',
      'a: "C:\\x\\"\ntelemetry_enabled: true\n',
      'off',
      "the file can't be read (not valid YAML, line 1)",
    ],
    [
      'is indented with a tab',
      'a:\n\ttelemetry_enabled: true\n',
      'off',
      "the file can't be read (not valid YAML, line 2)",
    ],
    [
      'contains itself',
      'a: &a\n  <<: *a\n<<: *a\nx: telemetry_enabled\n',
      'off',
      "the file can't be read (not valid YAML)",
    ],
    ['is broken, without the word', 'a: [', 'silent', 'not set'],
    [
      'has an alias to nothing',
      'telemetry_enabled: true\na: *b\n',
      'off',
      "the file can't be read (not valid YAML)",
    ],
    [
      'is nested deeper than the stack',
      `telemetry_enabled: true\na: ${'['.repeat(10_000)}`,
      'off',
      "the file can't be read (not valid YAML, line 2)",
    ],
  ])('%s', (_, text, verdict, value) => {
    expect(ask({ global: file(text) }).checked[5]).toMatchObject({ kind: 'global', verdict, value })
  })

  test('exists but is unreadable: off, and says which and why', () => {
    expect(
      ask({ global: { state: 'unreadable', path: '/h/.visivo/config.yml', reason: 'EACCES' } }),
    ).toMatchObject({
      enabled: false,
      because: {
        kind: 'global',
        value: "the file can't be read (EACCES)",
        path: '/h/.visivo/config.yml',
        broken: true,
      },
    })
  })
})

describe('the project file', () => {
  test.each([
    ['says off', 'name: x\ndefaults:\n  telemetry_enabled: false\n', 'off', 'false, line 3'],
    [
      'says off among others',
      `defaults: # d\n\n  # c\n  source_name: \${ref(a b)}\n  threads: 8\n  telemetry_enabled: no # n\n`,
      'off',
      'no, line 6',
    ],
    [
      'says off behind an odd line',
      'defaults:\n  a: "x: \\" y"\n  telemetry_enabled: no\n',
      'off',
      'no, line 3',
    ],
    ['says off in a flow map', 'defaults: {telemetry_enabled: false}\n', 'off', 'false, line 1'],
    [
      'says off in one word, as it is called',
      'name: x\ndefaults.telemetry_enabled: false\n',
      'off',
      'false, line 2',
    ],
    [
      'says on in one word beside an off',
      'defaults.telemetry_enabled: true\ndefaults:\n  telemetry_enabled: off\n',
      'off',
      'off, line 3',
    ],
    ['says off, with quoted keys', '"defaults":\n  \'telemetry_enabled\': false\n', 'off', 'false, line 2'],
    [
      'says off in the second defaults',
      'defaults:\n  telemetry_enabled: true\ndefaults:\n  telemetry_enabled: false\n',
      'off',
      'false, line 4',
    ],
    [
      'says off through an alias',
      'a: &a\n  telemetry_enabled: false\ndefaults: *a\n',
      'off',
      'false, line 2',
    ],
    [
      'says off through a merge',
      'a: &a\n  telemetry_enabled: false\ndefaults:\n  <<: *a\n',
      'off',
      'false, line 2',
    ],
    ['says on', 'defaults:\n  telemetry_enabled: true\n', 'on', 'true, line 2'],
    [
      'says on beside a template that YAML alone does not take',
      "a: {{ env_var('A') }}/x\ndefaults:\n  telemetry_enabled: true\n",
      'on',
      'true, line 3',
    ],
    [
      'leaves it to a template',
      "a: {{ env_var('A') }}/x\ndefaults:\n  telemetry_enabled: {{ env_var('ON') }}\n",
      'off',
      'set, but not to a clear yes or no, line 3',
    ],
    [
      'says off between the braces of two texts',
      'a: ["{{", {b: "}}"}]\ndefaults: {a: "{{", telemetry_enabled: no, b: "}}"}\n',
      'off',
      'no, line 2',
    ],
    [
      'says off between two texts that look like one call',
      'defaults: {a: "{{ f(", telemetry_enabled: no, b: ") }}"}\n',
      'off',
      'no, line 1',
    ],
    [
      'says off behind braces that close on another line',
      "a: 1 # {{ env_var('A')\n}}, telemetry_enabled: no\n",
      'off',
      "the file can't be read (not valid YAML, line 2)",
    ],
    [
      'says off below braces that stand on several lines',
      "a: {{ env_var('A')\n  }}\ndefaults: {telemetry_enabled: no}\n",
      'off',
      'no, line 3',
    ],
    [
      'was copied from a page, with its blanks',
      'defaults:\n\u00a0\u00a0telemetry_enabled: false\n',
      'off',
      'false, line 2',
    ],
    [
      'has a blank before the colon that is no space',
      'defaults:\n  telemetry_enabled\u202f: false\n',
      'off',
      'false, line 2',
    ],
    [
      'has something in the word that nobody sees',
      'defaults:\n  telemetry_\u200benabled: false\n',
      'off',
      'false, line 2',
    ],
    [
      'was copied from a page that runs from right to left',
      'defaults:\n  \u2066telemetry_enabled\u2069: false\n',
      'off',
      'false, line 2',
    ],
    [
      'has a control character before the word',
      'defaults:\n  \btelemetry_enabled: false\n',
      'off',
      'false, line 2',
    ],
    [
      'has a control character within the word',
      'defaults:\n  telemetry_\x7fenabled: false\n',
      'off',
      'false, line 2',
    ],
    ['has a new page before the word', 'defaults:\n \ftelemetry_enabled: false\n', 'off', 'false, line 2'],
    [
      'was copied from a page, and written in Latin-1',
      'defaults:\n\ufffd\ufffda: 1\n\ufffd\ufffdtelemetry_enabled: false\n',
      'off',
      'false, line 3',
    ],
    [
      'has other blanks in a text',
      'defaults:\n  telemetry_enabled: true\n  a: b :\u00a0c\n',
      'on',
      'true, line 2',
    ],
    ['says it at the margin, as in a file of your own', 'telemetry_enabled: false\n', 'off', 'false, line 1'],
    [
      'says yes in its place, and no at the margin',
      'defaults:\n  telemetry_enabled: true\ntelemetry_enabled: false\n',
      'off',
      'false, line 3',
    ],
    [
      'has no blank behind the colon, in a flow map',
      'defaults: {telemetry_enabled:false}\n',
      'off',
      'set, but not to a clear yes or no, line 1',
    ],
    [
      'has neither a value nor a colon, in a flow map',
      'defaults: {telemetry_enabled}\n',
      'off',
      'set, but not to a clear yes or no, line 1',
    ],
    [
      'has neither a value nor a colon, as a key on its own',
      'defaults:\n  ? telemetry_enabled\n',
      'off',
      'set, but not to a clear yes or no, line 2',
    ],
    [
      'has no colon that is one, in a flow map',
      'defaults: {telemetry_enabled\uff1afalse}\n',
      'off',
      'set, but not to a clear yes or no, line 1',
    ],
    [
      'has the quotes of a page around the word',
      'defaults:\n  \u201ctelemetry_enabled\u201d: false\n',
      'off',
      'set, but not to a clear yes or no, line 2',
    ],
    [
      'has the quotes of a page around both words',
      '{\u201cdefaults\u201d: {\u201ctelemetry_enabled\u201d: false}}\n',
      'off',
      'set, but not to a clear yes or no, line 1',
    ],
    [
      'has the quotes of a page around the first word',
      '\u201cdefaults\u201d:\n  telemetry_enabled: false\n',
      'off',
      'false, line 2',
    ],
    [
      'has the quotes of a page around both in one word',
      '\u201cdefaults.telemetry_enabled\u201d: false\n',
      'off',
      'set, but not to a clear yes or no, line 1',
    ],
    [
      'has a longer word',
      'defaults:\n  my.telemetry_enabled: false\n  telemetry_enabled-for: x\n',
      'silent',
      'not set',
    ],
    ['says it deeper', 'defaults:\n  a:\n    telemetry_enabled: false\n', 'silent', 'not set'],
    ['says it elsewhere', 'defaults:\n  a: 1\nmodels:\n  telemetry_enabled: false\n', 'silent', 'not set'],
    ['says it under nested defaults', 'a:\n  defaults:\n    telemetry_enabled: false\n', 'silent', 'not set'],
    ['says it in a block of text', 'defaults:\n  a: |\n    telemetry_enabled: false\n', 'silent', 'not set'],
    [
      'says it in SQL',
      'models:\n  - name: a\n    sql: |\n      defaults:\n        telemetry_enabled: false\n',
      'silent',
      'not set',
    ],
    ['says it in a comment', 'defaults:\n  # telemetry_enabled: false\n  a: 1\n', 'silent', 'not set'],
    ['has empty defaults', 'defaults:\nmodels: [telemetry_enabled]\n', 'silent', 'not set'],
    [
      'has defaults that are none',
      'defaults: telemetry_enabled\n',
      'off',
      'set, but not to a clear yes or no, line 1',
    ],
    [
      'is so large that a parser would take seconds for its yes',
      `defaults:\n  telemetry_enabled: true\nmodels:\n${'  - name: x\n'.repeat(10_000)}`,
      'off',
      "the file can't be read (more than 100,000 characters are not searched for a yes)",
    ],
    [
      'says on, beside nineteen thousand aliases',
      `defaults:\n  telemetry_enabled: true\na: &a 1\nx:\n${'- *a\n'.repeat(19_000)}`,
      'on',
      'true, line 2',
    ],
    [
      'merges what merges what was merged twice, forty times',
      `m0: &m0 {a: 1}\n${MERGED_TWICE}defaults: {telemetry_enabled: true, <<: *m40}\n`,
      'off',
      "the file can't be read (not valid YAML)",
    ],
    ['is as large and has no word of it', `models:\n${'  - name: x\n'.repeat(10_000)}`, 'silent', 'not set'],
    [
      'is broken elsewhere',
      'defaults:\n  telemetry_enabled: true\nmodels: [\n',
      'off',
      "the file can't be read (not valid YAML, line 4)",
    ],
  ])('%s', (_, text, verdict, value) => {
    expect(ask({ project: file(text) }).checked[4]).toMatchObject({ kind: 'project', verdict, value })
  })
})
