import { describe, expect, test } from 'vitest'
import { type CommandSpec, sanitizeCommand } from './index.ts'

const program: CommandSpec = {
  name: 'visivo',
  options: [
    { names: ['-v', '--verbose'], value: 'none' },
    { names: ['--no-color'], value: 'none' },
    { names: ['-e', '--env-file'], value: 'required' },
  ],
  commands: [
    {
      name: 'run',
      options: [
        { names: ['--dag-filter'], value: 'required' },
        { names: ['-t', '--threads'], value: 'required' },
        { names: ['-o', '--output-dir'], value: 'required' },
        { names: ['-q'], value: 'none' },
        { names: ['--private'], value: 'none' },
        { names: ['-l', '--log'], value: 'optional' },
        { names: ['-m', '--models'], value: 'required', variadic: true },
        { names: ['--tags'], value: 'optional', variadic: true },
        { names: ['-p', '--password'], value: 'required' },
        { names: ['--tokens'], value: 'required', variadic: true },
        { names: ['--seed-phrase'], value: 'required', sensitive: true },
        { names: ['--auth'], value: 'optional' },
      ],
    },
  ],
}

const tool: CommandSpec = { name: 'tool', options: [{ names: ['-5'], value: 'none' }] }
const run = (args: readonly string[]) => sanitizeCommand(['run', ...args], program)

describe('flags', () => {
  test.each<readonly [string, readonly string[], readonly string[]]>([
    ['a value after a flag', ['--threads', '4'], ['--threads', '<value>']],
    ['a value after a short flag', ['-o', 'out/dir'], ['-o', '<path>']],
    ['a value glued with =', ['--threads=4'], ['--threads=<value>']],
    ['a path glued with =', ['--output-dir=/home/jane'], ['--output-dir=<path>']],
    [
      'a glued value that is a path by its start',
      ['--output-dir=~', '-o=.', '-vo=.', '-o.'],
      ['--output-dir=<path>', '-o=<path>', '-v', '-o=<path>', '-o<path>'],
    ],
    ['an empty glued value', ['--threads=', 'x'], ['--threads=<value>', '<value>']],
    ['a glued value with another =', ['--dag-filter=a=/b'], ['--dag-filter=<path>']],
    ['a value glued to a short flag', ['-t4'], ['-t<value>']],
    ['a path glued to a short flag', ['-o/home/jane'], ['-o<path>']],
    ['a short flag with =', ['-o=out.csv', 'x'], ['-o=<path>', '<value>']],
    ['a switch takes nothing', ['-v', 'x'], ['-v', '<value>']],
    ['a switch with a glued value', ['--verbose=jane'], ['--verbose=<value>']],
    ['a negated switch', ['--no-color'], ['--no-color']],
    ['an undeclared negation', ['--no-verbose'], ['<flag>']],
    ['a cluster of switches', ['-vq'], ['-v', '-q']],
    ['a cluster whose last takes the next word', ['-vt', '--jane', 'x'], ['-v', '-t', '<value>', '<value>']],
    ['a cluster whose last takes the rest', ['-vqt4'], ['-v', '-q', '-t<value>']],
    ['a cluster whose last takes the rest after =', ['-vo=/a'], ['-v', '-o=<path>']],
    ['a cluster whose switch has a value', ['-vq=a/b'], ['-v', '-q=<path>']],
    ['a cluster with an undeclared letter', ['-vjane', 'x'], ['-v', '<flag>', '<value>']],
    ['a cluster starting with an undeclared letter', ['-jv'], ['<flag>']],
    ['an undeclared flag', ['--jane', 'x'], ['<flag>', '<value>']],
    ['an undeclared flag with a glued value', ['--jane=doe', 'x'], ['<flag>', '<value>']],
    ['an undeclared short flag', ['-j', 'x/y'], ['<flag>', '<path>']],
    ['an abbreviated flag', ['--thread', '4'], ['<flag>', '<value>']],
    ['a flag in other capitals', ['--Threads', '4'], ['<flag>', '<value>']],
    ['three dashes', ['---verbose'], ['<flag>']],
    [
      'a required value that looks like a flag',
      ['--threads', '--verbose', 'x'],
      ['--threads', '<value>', '<value>'],
    ],
    ['a required value that is --', ['--threads', '--', '-v'], ['--threads', '<value>', '-v']],
    ['a required value that is missing', ['--threads'], ['--threads']],
    ['an optional value', ['--log', 'a.txt', 'x'], ['--log', '<path>', '<value>']],
    ['an optional value that is a flag', ['--log', '--verbose', 'x'], ['--log', '--verbose', '<value>']],
    [
      'an optional value that is an undeclared flag',
      ['--log', '--jane', 'x'],
      ['--log', '<flag>', '<value>'],
    ],
    ['an optional value that is a negative number', ['--log', '-5'], ['--log', '<value>']],
    ['an optional value, then --', ['-l', '--', '-v'], ['-l', '--', '<value>']],
    ['an optional value glued', ['-lfile'], ['-l<value>']],
    [
      'a variadic option',
      ['--models', 'a', '-5', 'b/c', '-v', 'x'],
      ['--models', '<value>', '<value>', '<path>', '-v', '<value>'],
    ],
    [
      'a variadic option whose first value is a flag',
      ['-m', '-v', 'a', '-v'],
      ['-m', '<value>', '<value>', '-v'],
    ],
    ['an optional variadic option', ['--tags', 'a', 'b', '--log'], ['--tags', '<value>', '<value>', '--log']],
    ['an optional variadic option without values', ['--tags', '-v', 'a'], ['--tags', '-v', '<value>']],
    ['repeated flags', ['-v', '-v', '-t', '1', '-t', '2'], ['-v', '-v', '-t', '<value>', '-t', '<value>']],
    [
      'everything after -- is a value',
      ['--', '--verbose', 'a/b', '--', '--token', 'x'],
      ['--', '<value>', '<path>', '<value>', '<value>', '<value>'],
    ],
    ['a lone dash', ['-', '-v'], ['<value>', '-v']],
    ['an en dash', ['–v'], ['<value>']],
    ['an em dash', ['—verbose'], ['<value>']],
    ['a minus sign', ['−v'], ['<value>']],
    ['negative numbers', ['-5', '-0.5', '-.5', '-1e5', '-1E-15', '-1.5e+3'], Array(6).fill('<value>')],
    ['almost negative numbers', ['-5a', '-.', '-E5', '-1e', '-5\n', '--5'], Array(6).fill('<flag>')],
    ['a flag with a line break', ['--verbose\n', '-v\n'], ['<flag>', '-v', '<flag>']],
    ['a cluster that begins beyond the BMP', ['-😀v'], ['<flag>']],
    [
      'names of Object.prototype',
      ['--__proto__', '--constructor=x', '-hasOwnProperty'],
      ['<flag>', '<flag>', '<flag>'],
    ],
  ])('%s', (_says, argv, args) => {
    expect(run(argv).args).toEqual(args)
  })

  test('a declared negative number is a flag', () => {
    expect(sanitizeCommand(['-5', '-55', '-57', '-7'], tool).args).toEqual([
      '-5',
      '-5',
      '-5',
      '-5',
      '<flag>',
      '<value>',
    ])
  })

  test.each([
    ['40 characters', `--${'a'.repeat(38)}`, true],
    ['41 characters', `--${'a'.repeat(39)}`, false],
    ['one dash and a word', '-help', true],
    ['a question mark', '-?', false],
    ['an underscore', '--dry_run', true],
    ['a dot', '--o.ven', true],
    ['a colon', '--cake:tin', true],
    ['an underscore in front', '--_run', false],
    ['a dot behind', '--run.', false],
    ['40 characters with an underscore', `--a_${'a'.repeat(36)}`, true],
    ['41 characters with an underscore', `--a_${'a'.repeat(37)}`, false],
    ['three dashes', '---x', false],
    ['no dash', 'verbose', false],
    ['nothing behind the dash', '-', false],
    ['a space', '--a b', false],
    ['a line break', '--verbose\n', false],
    ['not ASCII', '--größe', false],
  ])('a declared spelling is kept if it looks like a flag: %s', (_says, name, kept) => {
    const spec: CommandSpec = { name: 't', options: [{ names: [name], value: 'none' }] }
    expect(sanitizeCommand([name], spec).args.includes(name as never)).toBe(kept)
  })

  test.each([
    ['takes its value all the same', ['--größe', 'go', 'go'], 'go', ['<flag>', '<value>']],
    ['has none glued to it', ['--größe=9', 'go'], 'go', ['<flag>']],
    ['nor to a letter', ['-?9', 'go'], 'go', ['<flag>']],
    ['nor by a sign', ['-?=9', 'go'], 'go', ['<flag>']],
    ['says that it is a secret', ['--größe-token', 'x', 'go'], 'go', ['<flag>', '<redacted>']],
    ['is one of several', ['-v?', 'x', 'go'], 'go', ['-v', '<flag>', '<value>']],
    ['is no flag without a dash', ['größe', 'go'], '<unknown>', ['<value>']],
    ['nor what separates', ['--', 'go'], '<none>', ['--', '<value>']],
  ])('a declared flag whose name does not look like one %s', (_says, argv, command, args) => {
    const required = ['--größe', '-?', '--größe-token', 'größe', '--', '-']
    const spec: CommandSpec = {
      name: 't',
      options: [
        { names: ['-v'], value: 'none' },
        ...required.map((name) => ({ names: [name], value: 'required' as const })),
      ],
      commands: [{ name: 'go' }],
    }
    expect(sanitizeCommand(argv, spec)).toEqual({ command, args })
  })

  test("a command's option wins over the global one of the same spelling", () => {
    const spec: CommandSpec = {
      name: 't',
      options: [{ names: ['-f'], value: 'none' }],
      commands: [{ name: 'a', options: [{ names: ['-f'], value: 'required' }] }, { name: 'b' }],
    }
    expect(sanitizeCommand(['a', '-f', '-x'], spec).args).toEqual(['-f', '<value>'])
    expect(sanitizeCommand(['b', '-f', '-x'], spec).args).toEqual(['-f', '<flag>'])
  })
})

describe('sensitive flags', () => {
  test.each<readonly [string, readonly string[], readonly string[]]>([
    ['a separate value', ['--password', 's3cret', 'x'], ['--password', '<redacted>', '<value>']],
    ['a value glued with =', ['--password=a/b', 'x'], ['--password=<redacted>', '<value>']],
    ['a value glued to the short name', ['-ps3cret'], ['-p<redacted>']],
    ['a value glued to the short name with =', ['-p=s3cret'], ['-p=<redacted>']],
    ['a value in a cluster', ['-vqps3cret'], ['-v', '-q', '-p<redacted>']],
    ['a value in a cluster with =', ['-vp=s3cret'], ['-v', '-p=<redacted>']],
    ['a value that looks like a flag', ['-p', '--s3cret'], ['-p', '<redacted>']],
    ['a value that looks like a path', ['-p', '/s3cret'], ['-p', '<redacted>']],
    [
      'every value of a variadic one',
      ['--tokens', 'a', 'b', 'c/d', '-v', 'x'],
      ['--tokens', '<redacted>', '<redacted>', '<redacted>', '-v', '<value>'],
    ],
    [
      'one that is declared so',
      ['--seed-phrase', 'a', '--seed-phrase=b'],
      ['--seed-phrase', '<redacted>', '--seed-phrase=<redacted>'],
    ],
    ['an optional value', ['--auth', 's3cret', 'x'], ['--auth', '<redacted>', '<value>']],
    [
      'an optional value with a dash',
      ['--auth', '-', '--auth', '-5'],
      ['--auth', '<redacted>', '--auth', '<redacted>'],
    ],
    ['an optional value that is a flag', ['--auth', '-v', 'x'], ['--auth', '-v', '<value>']],
    ['a switch takes no word', ['--private', 'x'], ['--private', '<value>']],
    ['an undeclared one', ['--api-key', 's3cret', 'x'], ['<flag>', '<redacted>', '<value>']],
    ['an undeclared one with one dash', ['-secret', 's3cret'], ['<flag>', '<redacted>']],
    ['an undeclared one with a glued value', ['--api-key=s3cret', 'x'], ['<flag>', '<value>']],
    ['an undeclared one before a flag', ['--api-key', '-v', 'x'], ['<flag>', '-v', '<value>']],
    [
      'a glued value does not make an undeclared flag sensitive',
      ['--jane=token', 'x'],
      ['<flag>', '<value>'],
    ],
  ])('%s', (_says, argv, args) => {
    expect(run(argv).args).toEqual(args)
  })

  test.each([
    ['first', ['--token', '--to', '-t']],
    ['last', ['-t', '--to', '--token']],
  ])('one of which only the %s name says so', (_says, names) => {
    const spec: CommandSpec = { name: 't', options: [{ names, value: 'required' }] }
    expect(sanitizeCommand(['-t', 's3cret', '--to=s3cret'], spec).args).toEqual([
      '-t',
      '<redacted>',
      '--to=<redacted>',
    ])
  })

  test('an undeclared one before the command takes only its value', () => {
    expect(sanitizeCommand(['--api-key', 's3cret', 'run'], program)).toEqual({
      command: 'run',
      args: ['<flag>', '<redacted>'],
    })
  })
})
