import { describe, expect, test } from 'vitest'
import { COMMAND_SHAPE, type CommandSpec, sanitizeCommand } from './index.ts'

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
      aliases: ['r', 'execute!'],
      options: [
        { names: ['--dag-filter'], value: 'required' },
        { names: ['-t', '--threads'], value: 'required' },
        { names: ['-o', '--output-dir'], value: 'required' },
      ],
    },
    {
      name: 'telemetry',
      commands: [{ name: 'show', options: [{ names: ['--all'], value: 'none' }] }, { name: 'log' }],
    },
  ],
}

const tool: CommandSpec = { name: 'tool' }
const nested = (depth: number): CommandSpec => ({
  name: `c${depth}`,
  commands: depth === 9 ? [] : [nested(depth + 1)],
})

type Row = readonly [says: string, argv: readonly string[], command: string, args: readonly string[]]

const run = (args: readonly string[]) => sanitizeCommand(['run', ...args], program)

test("the promises' own example comes out letter for letter", () => {
  const argv = 'run --dag-filter +my_chart+ --threads 4 --output-dir /home/user/output'.split(' ')
  expect(sanitizeCommand(argv, program)).toEqual({
    command: 'run',
    args: ['--dag-filter', '<value>', '--threads', '<value>', '--output-dir', '<path>'],
  })
})

describe('commands', () => {
  test.each<Row>([
    ['a declared command', ['run'], 'run', []],
    ['no command', [], '<none>', []],
    ['only flags', ['--verbose'], '<none>', ['--verbose']],
    ['an alias is its command', ['r'], 'run', []],
    ['an alias need not look like a name', ['execute!'], 'run', []],
    ['a path of commands', ['telemetry', 'show'], 'telemetry show', []],
    ['a path stops where the words stop', ['telemetry'], 'telemetry', []],
    ['a second command is an argument', ['run', 'run'], 'run', ['<value>']],
    ['a mistyped command does not come out', ['rnu', '--verbose'], '<unknown>', ['--verbose']],
    ['a path in place of a command', ['/home/jane', 'run'], '<unknown>', ['<value>']],
    [
      'flags of another command, after a mistyped one',
      ['rnu', '--threads', '4'],
      '<unknown>',
      ['<flag>', '<value>'],
    ],
    ['a mistyped subcommand', ['telemetry', 'shwo', 'show'], 'telemetry <unknown>', ['<value>']],
    [
      'flags before the command',
      ['-v', '--env-file', 'a/.env', 'run'],
      'run',
      ['-v', '--env-file', '<path>'],
    ],
    ['flags of the command before it', ['--threads', 'run'], 'run', ['<flag>']],
    [
      'flags of the parents',
      ['telemetry', '-v', 'show', '--all', '-v'],
      'telemetry show',
      ['-v', '--all', '-v'],
    ],
    ['a value that is a command', ['--env-file', 'run', 'run'], 'run', ['--env-file', '<value>']],
    ['commands are spelled exactly', ['Run'], '<unknown>', []],
    ['an empty word', [''], '<unknown>', []],
    ['a lone dash', ['-'], '<unknown>', []],
    ['a negative number', ['-5', 'run'], '<unknown>', ['<value>']],
    ['nothing is a command after --', ['--', 'run'], '<none>', ['--', '<value>']],
    ['names of Object.prototype', ['constructor', '__proto__'], '<unknown>', ['<value>']],
  ])('%s', (_says, argv, command, args) => {
    expect(sanitizeCommand(argv, program)).toEqual({ command, args })
  })

  test('a program without commands has arguments only', () => {
    expect(sanitizeCommand(['a.csv', 'b'], tool)).toEqual({ command: '<none>', args: ['<path>', '<value>'] })
    expect(sanitizeCommand(['a'], { name: 'tool', commands: [] })).toEqual({
      command: '<none>',
      args: ['<value>'],
    })
  })

  test('the flags of the fifth command are known, and so are those that are secret', () => {
    const options = [{ names: ['--seed'], value: 'required', sensitive: true }] as const
    const root = ['e', 'd', 'c', 'b', 'a'].reduce<CommandSpec>((spec, name) => ({ name, commands: [spec] }), {
      name: 'f',
      options,
    })
    expect(sanitizeCommand('b c d e f --seed x'.split(' '), root)).toEqual({
      command: 'b c d e f',
      args: ['--seed', '<redacted>'],
    })
  })

  test('the path has at most five names', () => {
    const { command, args } = sanitizeCommand(['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7'], nested(0))
    expect(command).toBe('c1 c2 c3 c4 c5')
    expect(args).toEqual(['<value>', '<value>'])
  })

  test.each([
    ['40 characters are a name', 'a'.repeat(40), 'a'.repeat(40)],
    ['41 are not', 'a'.repeat(41), '<unknown>'],
    ['joined by - _ . :', 'a-b_c.d:9', 'a-b_c.d:9'],
    ['in capitals', 'Run', 'Run'],
    ['with capitals within', 'heatUp:toMax', 'heatUp:toMax'],
    ['starting with a digit', '2run', '<unknown>'],
    ['with two separators in a row', 'a--b', '<unknown>'],
    ['ending in a separator', 'run-', '<unknown>'],
    ['with a space', 'my run', '<unknown>'],
    ['with a line break', 'run\n', '<unknown>'],
    ['__proto__', '__proto__', '<unknown>'],
    ['constructor', 'constructor', 'constructor'],
  ])('a declared name is kept if it looks like one: %s', (_says, name, command) => {
    expect(sanitizeCommand([name, 'x'], { name: 't', commands: [{ name }] })).toEqual({
      command,
      args: ['<value>'],
    })
  })
})

test('a command without a proper name is undeclared by its alias too, and so are its flags', () => {
  const root: CommandSpec = {
    name: 't',
    commands: [{ name: 'my run', aliases: ['run'], options: [{ names: ['--all'], value: 'none' }] }],
  }
  expect(sanitizeCommand(['run', '--all'], root)).toEqual({ command: '<unknown>', args: ['<flag>'] })
})

test.each([
  ['<none>', true],
  ['<unknown>', true],
  ['run', true],
  ['Run-all_x.y:2', true],
  ['telemetry show', true],
  ['telemetry <unknown>', true],
  ['a b c d e', true],
  ['a b c d <unknown>', true],
  [`${'a'.repeat(40)} ${'b'.repeat(40)}`, true],
  ['', false],
  [' run', false],
  ['run ', false],
  ['run  all', false],
  ['run\n', false],
  ['a b c d e f', false],
  ['a b c d e <unknown>', false],
  ['<unknown> run', false],
  ['<none> run', false],
  ['run <none>', false],
  ['<jane>', false],
  ['2run', false],
  ['run -x', false],
  ['/home', false],
  ['a'.repeat(41), false],
  [`a ${'b'.repeat(41)}`, false],
])('the shape of %j: %s', (text, fits) => {
  expect(COMMAND_SHAPE.test(text)).toBe(fits)
})

describe('bounds', () => {
  const values = (count: number) => Array<string>(count).fill('x')

  test.each([
    ['31 arguments are kept', 31, 31, '<value>'],
    ['32 arguments are kept', 32, 32, '<value>'],
    ['of 33 arguments, 32 and <more>', 33, 33, '<more>'],
    ['of 10,000 arguments, 32 and <more>', 10_000, 33, '<more>'],
  ])('%s', (_says, given, kept, last) => {
    const { args } = run(values(given))
    expect(args).toHaveLength(kept)
    expect(args.at(-2)).toBe('<value>')
    expect(args.at(-1)).toBe(last)
  })

  test.each([
    ['32 switches in a cluster are kept', 32, 32, '-v'],
    ['of 33 switches in a cluster, 32 and <more>', 33, 33, '<more>'],
    ['of a cluster of megabytes, 32 and <more>', 5_000_000, 33, '<more>'],
  ])('%s', (_says, given, kept, last) => {
    const { args } = run([`-${'v'.repeat(given)}`])
    expect(args).toHaveLength(kept)
    expect(args.at(-1)).toBe(last)
  })

  test('arguments without end', () => {
    function* endless() {
      for (;;) yield 'x'
    }
    expect(run(values(1)).args).toHaveLength(1)
    expect(sanitizeCommand(endless() as never, program).args).toHaveLength(33)
  })
})

describe('wrong types', () => {
  const UNREADABLE = { command: '<unknown>', args: [] }

  test.each<readonly [string, unknown, unknown]>([
    ['no argv', undefined, program],
    ['no tree', ['run'], undefined],
    ['a number among the words', ['run', 5], program],
    ['a hole among the words', Array(1), program],
    ['a tree that refers to nothing', ['run'], { commands: [null] }],
    ['options without names', ['run'], { options: [{}] }],
    [
      'a proxy',
      ['run'],
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('s3cret')
          },
        },
      ),
    ],
  ])('%s', (_says, argv, root) => {
    expect(sanitizeCommand(argv as never, root as never)).toEqual(UNREADABLE)
  })

  test('an object with the text of a declared name is not kept', () => {
    const name = { toString: () => 's3cret' }
    const root = { name: 't', commands: [{ name }], options: [{ names: ['-x'], value: 'none' }] }
    expect(sanitizeCommand([name, '-x'] as never, root as never)).toEqual(UNREADABLE)
    expect(sanitizeCommand(['s3cret', '-x'], root as never)).toEqual({ command: '<unknown>', args: ['-x'] })
  })
})

describe('a command that can be typed at several places', () => {
  const heat = {
    standsFor: ['oven', 'heat'],
    options: [{ names: ['--degrees'], value: 'required' }],
  } as const
  const deep = { name: 'deep', standsFor: ['a', 'b', 'c', 'd', 'e', 'f'], commands: [{ name: 'x' }] }
  const four = {
    name: 'four',
    standsFor: ['a', 'b', 'c', 'd'],
    commands: [{ name: 'x', commands: [{ name: 'y' }] }],
  }
  const oven: CommandSpec = {
    name: 'oven',
    commands: [
      { name: 'heat', ...heat },
      { name: 'bake', standsFor: ['bake'], aliases: ['b'] },
    ],
  }
  const root: CommandSpec = {
    name: 't',
    commands: [
      oven,
      { name: 'oven:heat', ...heat },
      deep,
      four,
      { name: 'bad', standsFor: ['oven', 'my heat'] },
    ],
  }

  test.each<Row>([
    ['at its own', ['oven', 'heat', '--degrees', '180'], 'oven heat', ['--degrees', '<value>']],
    ['at another', ['oven:heat', '--degrees', '180'], 'oven heat', ['--degrees', '<value>']],
    ['below one that it is not part of', ['oven', 'bake', 'x'], 'bake', ['<value>']],
    ['by an alias there', ['oven', 'b'], 'bake', []],
    ['of more names than a command has', ['deep', 'x'], 'a b c d e', ['<value>']],
    ['of almost as many', ['four', 'x', 'y'], 'a b c d x', ['<value>']],
    ['whose command below is mistyped', ['four', 'y'], 'a b c d <unknown>', []],
    ['by what is no name', ['bad'], '<unknown>', []],
  ])('%s', (_says, argv, command, args) => {
    expect(sanitizeCommand(argv, root)).toEqual({ command, args })
    expect(command).toMatch(COMMAND_SHAPE)
  })
})

describe('a default', () => {
  const serve: CommandSpec = {
    name: 'serve',
    options: [{ names: ['--port'], value: 'required' }],
    commands: [{ name: 'stop' }],
  }
  const withDefault: CommandSpec = {
    ...program,
    commands: [...(program.commands ?? []), serve],
    default: serve,
  }
  const takesWords: CommandSpec = { ...program, default: { name: '' } }
  const takesNone: CommandSpec = { ...program, default: { name: '', commands: program.commands ?? [] } }
  const ownToken: CommandSpec = {
    name: 'tool',
    options: [{ names: ['-t', '--token'], value: 'required' }],
    default: { name: '', options: [{ names: ['-t', '--threads'], value: 'required' }] },
  }
  const endless: { name: string; commands: CommandSpec[]; default?: CommandSpec } = {
    name: 'again',
    commands: [],
  }
  endless.default = endless
  const nameless: CommandSpec = { name: '', commands: [{ name: 'x' }] }
  Object.assign(nameless, { default: nameless })

  test.each<
    readonly [says: string, root: CommandSpec, ...(Row extends readonly [string, ...infer R] ? R : never)]
  >([
    ['what is not named is it', withDefault, [], 'serve', []],
    ['its flags are known', withDefault, ['--port', '80'], 'serve', ['--port', '<value>']],
    ['so are those of its parent', withDefault, ['--no-color'], 'serve', ['--no-color']],
    ["a parent's own flag wins", ownToken, ['-t', 's3cret'], '<none>', ['-t', '<redacted>']],
    ['a word that names nothing goes to it', withDefault, ['./site'], 'serve <unknown>', []],
    ['a command of its own does', withDefault, ['stop'], 'serve stop', []],
    ['one that is named is not it', withDefault, ['run', '--port', '80'], 'run', ['--port', '<value>']],
    ['nor is its sibling', withDefault, ['telemetry', 'log'], 'telemetry log', []],
    ['named, it is the same', withDefault, ['serve', '--port=80'], 'serve', ['--port=<value>']],
    ['behind -- nothing is named', withDefault, ['--', 'run'], 'serve', ['--', '<value>']],
    ['a program takes words itself', takesWords, ['./site', 'run'], '<none>', ['<path>', '<value>']],
    ['and has commands', takesWords, ['run', '-t', '4'], 'run', ['-t', '<value>']],
    ['one that takes no words is nothing', takesNone, ['-v'], '<none>', ['-v']],
    ['and knows what names no command', takesNone, ['rnu', 'run'], '<unknown>', ['<value>']],
    ['and what does', takesNone, ['run', '-t', '4'], 'run', ['-t', '<value>']],
    ['one that leads to itself', endless, ['x'], 'again again again again again', ['<value>']],
    ['one without a name that does', nameless, ['q', '--z'], '<none>', ['<value>', '<flag>']],
  ])('%s', (_says, root, argv, command, args) => {
    expect(sanitizeCommand(argv, root)).toEqual({ command, args })
    expect(command).toMatch(COMMAND_SHAPE)
  })
})
