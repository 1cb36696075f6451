import { type CommandSpec, sanitizeCommand } from '@visivo/sanitize'
import { describe, expect, onTestFinished, test } from 'vitest'
import yargs, { type Argv } from 'yargs'
import { commandSpecOf } from '../src/yargs.ts'
import { testCake } from './cli-cases.ts'

testCake('yargs', {
  // yargs fills no declared argument with what stands there.
  'what stands behind --': { code: 1, errorType: 'Error' },
})

describe('what yargs declares', () => {
  const called: string[] = []
  const cli = yargs([])
    .option('outputDir', { type: 'string' })
    .option('hot', { type: 'boolean' })
    .count('verbose')
    .alias('verbose', 'v')
    .option('config', { type: 'string' })
    .alias('c', 'config')
    .alias('h', 'help')
    .option('in-tins', { type: 'array' })
    .option('pair', { nargs: 2 })
    .command('$0 [recipe]', 'without a command', { sugar: { type: 'boolean' } })
    .command('taste', false, async (command) => {
      called.push('taste')
      await undefined
      return command.option('raw', { type: 'boolean' })
    })
    .command(['mix [bowl]', 'm', 'stir'], 'mix', (command) => {
      called.push('mix')
      return command.positional('bowl', { type: 'string' }).option('at', { nargs: 2 })
    })
    .command('burn', 'fails', () => {
      throw new Error('a builder of somebody else')
    })
    .completion('completion')

  test.each([
    ['the spelling that yargs adds', ['mix', '--output-dir', 'x'], 'mix', ['--output-dir', '<value>']],
    ['a switch that is spelled out', ['--hot', 'true', 'mix', 'x'], 'mix', ['--hot', '<value>', '<value>']],
    [
      'one that is spelled out as false',
      ['--hot', 'false', 'mix', 'x'],
      'mix',
      ['--hot', '<value>', '<value>'],
    ],
    ['a switch before a command', ['--hot', 'mix', 'x'], 'mix', ['--hot', '<value>']],
    ['a negated switch takes no word', ['--no-hot', 'true'], '<none>', ['--no-hot', '<value>']],
    ['a negated flag of another type, before a command', ['--no-config', 'mix'], 'mix', ['--no-config']],
    ['a flag that is given to its short name', ['-c', 'mix', 'stir'], 'mix', ['-c', '<value>']],
    ['a flag in place of the value of another', ['mix', '--config', '--hot'], 'mix', ['--config', '--hot']],
    ['the other spelling that yargs adds', ['mix', '--inTins', 'x'], 'mix', ['--inTins', '<value>']],
    [
      'a list of values that are called as commands are',
      ['--in-tins', 'taste', 'mix'],
      '<none>',
      ['--in-tins', '<value>', '<value>'],
    ],
    ['two values that are called so', ['--pair', 'taste', 'mix'], '<none>', ['--pair', '<value>', '<value>']],
    ['a short name behind two dashes', ['--c', 'mix', 'stir', '--v'], 'mix', ['--c', '<value>', '--v']],
    ['the help under another name', ['mix', '-h'], 'mix', ['-h']],
    ['a counted flag', ['mix', '-vv'], 'mix', ['-v', '-v']],
    ['a negated flag that is counted', ['--no-verbose', 'mix'], 'mix', ['--no-verbose']],
    ['a flag of what runs without a command', ['--sugar'], '<none>', ['--sugar']],
    ['a word for it', ['./recipe', '--sugar'], '<none>', ['<path>', '--sugar']],
    ['a hidden command, declared by a promise', ['taste', '--raw'], 'taste', ['--raw']],
    ['one of two aliases', ['stir', 'bowl'], 'mix', ['<value>']],
    ['a flag with two values', ['mix', '--at', '1', '2'], 'mix', ['--at', '<value>', '<value>']],
    ['an argument, given as a flag', ['mix', '--bowl', 'x'], 'mix', ['--bowl', '<value>']],
    ['a builder that fails declares its name', ['burn', '--x'], 'burn', ['<flag>']],
    ['what a shell asks', ['--get-yargs-completions', 'mix'], 'mix', ['--get-yargs-completions']],
  ])('%s', async (_sentence, argv, command, args) => {
    expect(sanitizeCommand(argv, await commandSpecOf(cli, yargs, argv))).toEqual({ command, args })
  })

  test('an instance that does not say what it declares, as another version might, declares nothing', async () => {
    const mute: typeof cli = Object.create(cli, { getInternalMethods: { value: () => ({}) } })
    expect(sanitizeCommand(['mix'], await commandSpecOf(mute, yargs, ['mix'])).command).toBe('<none>')
  })

  test('a flag that is counted is known with yargs before 17.2, too, where it is no key', async () => {
    const counting = yargs([]).count('verbose').alias('verbose', 'v')
    const declared: object = Reflect.apply(Reflect.get(counting, 'getOptions'), counting, [])
    const aged = Object.assign(counting, { getOptions: () => ({ ...declared, key: {} }) })
    expect(sanitizeCommand(['-vv'], await commandSpecOf(aged, yargs, ['-vv'])).args).toEqual(['-v', '-v'])
  })

  test.each<[string, (command: Argv, isAsked: boolean) => unknown]>([
    ['gives nothing', (command) => void command.option('raw', {})],
    ['gives null', (command) => command.option('raw', {}) && null],
    ['gives another instance', () => yargs([]).option('raw', {})],
    [
      'leaves its flags out of the help',
      (command, isAsked) => (isAsked ? command : command.option('raw', {})),
    ],
  ])('a builder that %s has declared its flags', async (_sentence, build) => {
    const argv = ['bake', '--raw', 'x']
    const cli = yargs([]).command('bake', 'bake', build as (command: Argv) => void)
    expect(sanitizeCommand(argv, await commandSpecOf(cli, yargs, argv)).args).toEqual(['--raw', '<value>'])
  })

  test('a builder that parses, too, ends no program, prints nothing and runs no command', async () => {
    const done: string[] = []
    const parsing = yargs([])
      .command('bake', 'ends in .argv', (command) => command.option('layers', { demandOption: true }).argv)
      .command(
        'oven',
        'ends in .argv behind a command',
        (command) => command.command('heat', 'heat', {}, () => void done.push('heat')).demandCommand(1).argv,
      )
      .command('mix', 'waits for it', async (command) => {
        await command.option('bowl', { demandOption: true }).parse()
        return command
      })
      .command('taste', 'parses at once', (command) => {
        command.command('$0', 'taste', {}, () => void done.push('taste')).parseSync()
        return command.option('raw', { type: 'boolean' })
      })
    const read = async (...argv: string[]) => sanitizeCommand(argv, await commandSpecOf(parsing, yargs, argv))
    expect(await read('bake', '--layers', '3')).toEqual({ command: 'bake', args: ['--layers', '<value>'] })
    expect((await read('oven', 'heat')).command).toBe('oven heat')
    expect((await read('mix', '--bowl', 'x')).args).toEqual(['--bowl', '<value>'])
    expect((await read('taste', '--raw')).args).toEqual(['--raw'])
    expect(done).toEqual([])
  })

  test.each([[['help']], [['mix', 'help']], [['mix', 'bowl', 'help']], [['nope', 'help']], [['usage']]])(
    '%j is a question, to which yargs answers without running anything',
    async (argv) => {
      const ran: string[] = []
      const asked = yargs([])
        .alias('help', 'usage')
        .command(['serve [site]', '$0'], 'serve', {}, () => void ran.push('serve'))
        .command('mix [bowl]', 'mix', {}, () => void ran.push('mix'))
      const { command } = sanitizeCommand(argv, await commandSpecOf(asked, yargs, argv))
      await asked.parseAsync(argv, {}, () => {})
      expect(ran).toEqual([])
      expect(command).toBe('help')
    },
  )

  test.each([
    [['mix', 'help', 'bowl']],
    [['mix', '--', 'help']],
    [['mix', '--at', 'help']],
    [['mix', '--of', 'flour', 'help']],
    [['mix', 'h']],
    [['mix', 'hot']],
  ])('%j is none, and runs the command', async (argv) => {
    const ran: string[] = []
    const run = yargs([])
      .alias('help', 'h')
      .option('hot', { type: 'boolean' })
      .command(
        'mix [bowl..]',
        'mix',
        { at: { type: 'string' }, of: { type: 'array' } },
        () => void ran.push('mix'),
      )
    const { command } = sanitizeCommand(argv, await commandSpecOf(run, yargs, argv))
    await run.parseAsync(argv, {}, () => {})
    expect(ran).toEqual([command])
    expect(command).toBe('mix')
  })

  test('without its help yargs takes the word for any other', async () => {
    const plain = yargs([]).help(false).command('mix [bowl]', 'mix')
    const spec = await commandSpecOf(plain, yargs, ['mix', 'help'])
    expect(sanitizeCommand(['mix', 'help'], spec)).toEqual({ command: 'mix', args: ['<value>'] })
  })

  test('a program that is the singleton of yargs 17 still is when it is parsed', async () => {
    const ran: string[] = []
    const single = singleton(['bake', '--layers', '3'])
    single.option('hot', { type: 'boolean' }).command(
      'bake',
      'bake',
      (command) => command.option('layers', {}),
      () => void ran.push('bake'),
    )
    const spec = await commandSpecOf(single, single, ['bake', '--hot', '--layers', '3'])
    expect(sanitizeCommand(['bake', '--hot', '--layers', '3'], spec)).toEqual({
      command: 'bake',
      args: ['--hot', '--layers', '<value>'],
    })
    await single.parseAsync()
    expect(ran).toEqual(['bake'])
  })

  test('where nothing takes a word, one that names no command is unknown', async () => {
    const strict = yargs([])
      .command('$0', 'without a command', { sugar: { type: 'boolean' } })
      .command('mix', 'mix')
    const spec = await commandSpecOf(strict, yargs, ['mxi'])
    expect(sanitizeCommand(['mxi'], spec).command).toBe('<unknown>')
    expect(sanitizeCommand(['--sugar'], spec)).toEqual({ command: '<none>', args: ['--sugar'] })
    expect(spec.default?.name).toBe('')
  })

  test.each([
    ['nothing', [], 'serve', []],
    ['its flag', ['--port', '80'], 'serve', ['--port', '<value>']],
    ['a word for it', ['./site'], 'serve', ['<path>']],
    ['another command', ['mix'], 'mix', []],
  ])(
    '%s runs what is recorded, where a command with a name is the default',
    async (_sentence, argv, command, args) => {
      const ran: string[] = []
      const named = yargs([...argv])
        .command(['serve [site]', '$0'], 'serve', { port: { type: 'number' } }, () => void ran.push('serve'))
        .command('mix', 'mix', {}, () => void ran.push('mix'))
      const spec = await commandSpecOf(named, yargs, argv)
      await named.parseAsync()
      expect(ran).toEqual([command])
      expect(sanitizeCommand(argv, spec)).toEqual({ command, args })
    },
  )

  test.each([
    ['a word of its own', ['bake', 'jane', '--hot'], 'bake', ['<value>', '--hot']],
    ['a word that it can not do without', ['mix', 'jane', '--hot'], 'mix', ['<value>', '--hot']],
    ['no word', ['bake', '--hot'], 'bake', ['--hot']],
    ['a command below it', ['bake', 'again', '--hot'], 'bake again', ['--hot']],
    ['a word where what runs below takes none', ['oven', 'jane'], 'oven <unknown>', []],
  ])(
    'a command that takes words and has commands below it is recorded as what runs: %s',
    async (_sentence, argv, command, args) => {
      const ran: string[] = []
      const mixed = yargs([...argv])
        .strict(!command.includes('<'))
        .option('hot', { type: 'boolean' })
        .command(
          'bake [recipe]',
          'bake',
          (bake) => bake.command('again', 'again', {}, () => void ran.push('bake again')),
          () => void ran.push('bake'),
        )
        .command(
          'mix <bowl>',
          'mix',
          (mix) => mix.command('again', 'again'),
          () => void ran.push('mix'),
        )
        .command('oven', 'oven', (oven) => oven.command('heat', 'heat'))
      const spec = await commandSpecOf(mixed, yargs, argv)
      await mixed.parseAsync()
      expect(ran).toEqual(command.includes('<') ? [] : [command])
      expect(sanitizeCommand(argv, spec)).toEqual({ command, args })
    },
  )

  test('the builder of a command that is not asked for is not called', async () => {
    called.length = 0
    await commandSpecOf(cli, yargs, ['m'])
    expect(called).toEqual(['mix'])
  })
})

test('what was typed is taken from the process where a program does not hand it over', async () => {
  const before = process.argv
  onTestFinished(() => {
    process.argv = before
  })
  process.argv = ['node', 'cake.js', 'bake', '--raw']
  const cli = yargs([]).command('bake', 'bake', { raw: { type: 'boolean' } })
  const spec = await commandSpecOf(cli, yargs)
  expect(sanitizeCommand(['bake', '--raw'], spec).args).toEqual(['--raw'])
})

test('a program that hands over nothing to read a command with goes on', async () => {
  const cli = yargs([]).command('bake', 'bake', { raw: { type: 'boolean' } })
  const spec: Promise<CommandSpec> = Reflect.apply(commandSpecOf, undefined, [cli, undefined, ['bake']])
  expect(sanitizeCommand(['bake'], await spec).command).toBe('bake')
})

test.each([[null], [{ _: ['bake'], $0: 'cake' }]])(
  'a program that hands over what was parsed in place of what was typed goes on: %j',
  async (argv) => {
    const spec: Promise<unknown> = Reflect.apply(commandSpecOf, undefined, [yargs([]), yargs, argv])
    await expect(spec).resolves.toEqual({ name: '' })
  },
)

/** What `require('yargs')` gives up to yargs 17: it has the methods of the instance that it made last. */
function singleton(argv: readonly string[]): typeof yargs & ReturnType<typeof yargs> {
  const make = Object.assign((args: readonly string[]) => {
    const made = yargs(args)
    for (const name of Object.getOwnPropertyNames(made.constructor.prototype)) {
      const method: unknown = Reflect.get(made, name)
      if (typeof method === 'function') Object.assign(make, { [name]: method.bind(made) })
    }
    return made
  }, yargs)
  make(argv)
  return make as typeof yargs & ReturnType<typeof yargs>
}
