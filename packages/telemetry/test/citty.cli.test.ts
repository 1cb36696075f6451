import { sanitizeCommand } from '@visivo/sanitize'
import { defineCommand, runCommand, runMain } from 'citty'
import { describe, expect, onTestFinished, test } from 'vitest'
import { commandSpecOf, noteErrors } from '../src/citty.ts'
import { testCake } from './cli-cases.ts'

/** As a program without types may say it. */
const { nothing } = JSON.parse('{}')

testCake('citty', {
  // citty takes any flag.
  'no such flag': { code: 0 },
})

describe('what citty declares', () => {
  const loaded: string[] = []
  const lazy =
    (name: string, ...alias: string[]) =>
    async () => {
      loaded.push(name)
      return defineCommand({
        meta: async () => ({ alias }),
        args: { outputDir: { type: 'string', alias: ['o', 'out'] } },
      })
    }
  const main = defineCommand({
    args: async () => ({
      mood: { type: 'enum', options: ['good', 'bad'], alias: 'f' },
      hot: { type: 'boolean', alias: nothing },
      'in-tins': {},
    }),
    subCommands: {
      bake: lazy('bake', 'b'),
      mix: lazy('mix', 'm', 'stir'),
      gone: () => Promise.reject(new Error('no such module')),
    },
  })

  test.each([
    ['arguments that are resolved late', ['--mood', 'good', 'bake'], 'bake', ['--mood', '<value>']],
    ['the spelling that citty adds', ['bake', '--output-dir', 'x'], 'bake', ['--output-dir', '<value>']],
    ['aliases of a flag', ['mix', '-o', 'x', '--out=x'], 'mix', ['-o', '<value>', '--out=<value>']],
    [
      'a short name behind two dashes, which takes no command for it',
      ['--f', 'good', 'mix', '--o', 'x'],
      'mix',
      ['--f', '<value>', '--o', '<value>'],
    ],
    ['a negated flag that is no switch', ['--no-mood', 'mix', '--no-out'], 'mix', ['--no-mood', '--no-out']],
    ['a switch before a command', ['--hot', 'mix'], 'mix', ['--hot']],
    ['a flag of no type, which takes no command for its value', ['--in-tins', 'mix'], 'mix', ['--in-tins']],
    ['the same with a value', ['--in-tins=x', 'mix'], 'mix', ['--in-tins=<value>']],
    ['the other spelling that citty adds', ['--inTins', 'mix'], 'mix', ['--inTins']],
    ['one of two aliases', ['stir'], 'mix', []],
    ['the alias of a command that is loaded late', ['m'], 'mix', []],
    [
      'an alias before the name of another command',
      ['m', 'bake', '--out=x'],
      'mix',
      ['<value>', '--out=<value>'],
    ],
    ['a value before it that is one', ['--mood', 'bake', 'm'], 'mix', ['--mood', '<value>']],
    ['a name that is nothing behind --', ['--', 'bake'], '<none>', ['--', '<value>']],
    ['a command that can not be loaded', ['gone', '--x'], 'gone', ['<flag>']],
  ])('%s', async (_sentence, argv, command, args) => {
    expect(sanitizeCommand(argv, await commandSpecOf(main, argv))).toEqual({ command, args })
  })

  test('a program that can not say what it declares declares nothing', async () => {
    const broken = defineCommand({ args: () => Promise.reject(new Error('not now')) })
    expect(sanitizeCommand(['--x'], await commandSpecOf(broken, ['--x'])).args).toEqual(['<flag>'])
  })

  test('a program of one command, with arguments of its own', async () => {
    const single = defineCommand({ args: { layers: { type: 'string' }, cake: { type: 'positional' } } })
    const followed = noteErrors(single, { note: () => {} })
    expect(sanitizeCommand(['--layers', '3'], await commandSpecOf(followed, []))).toEqual({
      command: '<none>',
      args: ['--layers', '<value>'],
    })
    expect(sanitizeCommand(['--cake=x'], await commandSpecOf(followed, [])).args).toEqual(['<flag>'])
  })

  test('a flag of no type, where there are no commands, may take a word, and leaves a flag alone', async () => {
    const single = defineCommand({ args: { token: {}, open: {} } })
    const argv = ['--token', 's3cret', '--token', '--open']
    expect(sanitizeCommand(argv, await commandSpecOf(single, argv)).args).toEqual([
      '--token',
      '<redacted>',
      '--token',
      '--open',
    ])
  })

  test('commands and a default that are resolved late', async () => {
    const late = defineCommand({
      subCommands: async () => ({ bake: lazy('bake') }),
      default: async () => 'bake',
    })
    expect(sanitizeCommand(['bake'], await commandSpecOf(late, ['bake'])).command).toBe('bake')
    expect(sanitizeCommand(['--out=x'], await commandSpecOf(late, ['--out=x'])).command).toBe('bake')
  })

  test('what was typed is taken from the process where a program does not hand it over', async () => {
    const before = process.argv
    onTestFinished(() => {
      process.argv = before
    })
    process.argv = ['node', 'cake.js', 'bake', '--out=x']
    expect(sanitizeCommand(['bake', '--out=x'], await commandSpecOf(main)).args).toEqual(['--out=<value>'])
  })

  test('a command that is not asked for is not loaded', async () => {
    loaded.length = 0
    await commandSpecOf(main, ['bake'])
    expect(loaded).toEqual(['bake'])
    await commandSpecOf(main, ['--mood', 'good'])
    expect(loaded).toEqual(['bake'])
  })
})

describe('a default command of citty', () => {
  const ran: string[] = []
  const command = (name: string, alias?: string) =>
    defineCommand({
      meta: { name, ...(alias && { alias }) },
      args: { port: { type: 'string' } },
      run: () => void ran.push(name),
    })
  const oven = defineCommand({ subCommands: { heat: command('oven heat') }, default: 'heat' })
  const main = defineCommand({
    subCommands: { bake: command('bake'), serve: async () => command('serve', 's'), oven },
    default: 's',
  })

  test.each([
    ['nothing', [], 'serve', []],
    ['its flag', ['--port=80'], 'serve', ['--port=<value>']],
    ['a name that is nothing behind --', ['--', 'bake'], 'serve', ['--', '<value>']],
    ['one behind a word', ['bake', '--port', '80'], 'bake', ['--port', '<value>']],
    ['a level further down', ['oven', '--port=80'], 'oven heat', ['--port=<value>']],
  ])('%s runs what is recorded', async (_sentence, argv, command, args) => {
    ran.length = 0
    await runCommand(main, { rawArgs: [...argv] })
    expect(ran).toEqual([command])
    expect(sanitizeCommand(argv, await commandSpecOf(main, argv))).toEqual({ command, args })
  })

  test('a version is asked for by a word that stands alone, and behind a command it is a flag like any other', async () => {
    const argsOf = async (...argv: string[]) => sanitizeCommand(argv, await commandSpecOf(main, argv)).args
    expect(await argsOf('--version')).toEqual(['--version'])
    expect(await argsOf('-v')).toEqual(['-v'])
    ran.length = 0
    await runMain(main, { rawArgs: ['bake', '--version'] })
    expect(ran).toEqual(['bake'])
    expect(await argsOf('bake', '--version')).toEqual(['<flag>'])
    expect(await argsOf('bake', '-v', '--help')).toEqual(['<flag>', '--help'])
  })

  test('what runs itself where no command is named is used by a bare run', async () => {
    const spec = await commandSpecOf(
      defineCommand({ subCommands: { bake: command('bake') }, run: () => {} }),
      [],
    )
    expect(spec.default?.name).toBe('')
    expect(sanitizeCommand([], spec).command).toBe('<none>')
    expect(sanitizeCommand(['bkae'], spec).command).toBe('<unknown>')
  })

  test('a word that names no command is none to citty', async () => {
    await expect(runCommand(main, { rawArgs: ['jane'] })).rejects.toThrow('Unknown command')
    expect(sanitizeCommand(['jane'], await commandSpecOf(main, ['jane'])).command).toBe('<unknown>')
  })
})

test('a program that hands over no list of words goes on', async () => {
  const spec: Promise<unknown> = Reflect.apply(commandSpecOf, undefined, [defineCommand({}), null])
  await expect(spec).resolves.toEqual({ name: '' })
})

test('a command that asks itself by `this` still can', async () => {
  const asked: unknown[] = []
  const command = defineCommand({
    meta: { name: 'bake' },
    run(this: unknown) {
      asked.push(this)
    },
  })
  const noting = noteErrors(command, { note: () => {} })
  await runCommand(noting, { rawArgs: [] })
  expect(asked).toEqual([noting])
})

test('what a command below throws is told, by a promise too', async () => {
  const noted: unknown[] = []
  const error = new TypeError('burnt')
  const bake = defineCommand({ run: () => Promise.reject(error) })
  const main = defineCommand({ subCommands: { bake } })
  const noting = noteErrors(main, { note: (outcome) => noted.push(outcome) })
  await expect(runCommand(noting, { rawArgs: ['bake'] })).rejects.toBe(error)
  expect(noted).toEqual([{ error }])
})

test.each(['setup', 'run', 'cleanup'])('what %s throws is told, and thrown on', async (step) => {
  const noted: unknown[] = []
  const error = new TypeError('burnt')
  const fail = () => {
    throw error
  }
  const command = noteErrors(defineCommand({ [step]: fail }), { note: (outcome) => noted.push(outcome) })
  await expect(runCommand(command, { rawArgs: [] })).rejects.toBe(error)
  expect(noted).toEqual([{ error }])
})
