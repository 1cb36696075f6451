import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Kitchen } from './kitchen.ts'
import type { Seen } from './processes.ts'

/** The exit code, and what is recorded, if anything. A failure is a failure by its code. */
interface Expected {
  readonly code: number
  readonly command?: string
  readonly args?: readonly string[]
  readonly errorType?: string
}

type Row = readonly [sentence: string, argv: readonly string[], expected: Expected]

const ROWS: readonly Row[] = [
  ['a command', ['bake', 'jane'], baked(['<value>'])],
  ['its alias is the same command', ['b', 'jane'], baked(['<value>'])],
  [
    'a command below another',
    ['oven', 'heat', '--degrees', '180'],
    { code: 0, command: 'oven heat', args: ['--degrees', '<value>'] },
  ],
  ['a switch', ['bake', 'jane', '--quick'], baked(['<value>', '--quick'])],
  ['a switch before the value', ['bake', '--quick', 'jane'], baked(['--quick', '<value>'])],
  ['a negated switch', ['bake', 'jane', '--no-frost'], baked(['<value>', '--no-frost'])],
  ['a short flag and its value', ['bake', 'jane', '-l', '3'], baked(['<value>', '-l', '<value>'])],
  ['glued to it', ['bake', 'jane', '-l3'], baked(['<value>', '-l<value>'])],
  ['a long flag with =', ['bake', 'jane', '--layers=3'], baked(['<value>', '--layers=<value>'])],
  ['a file as a value', ['bake', 'jane', '-o', '/home/jane'], baked(['<value>', '-o', '<path>'])],
  ['a secret', ['bake', 'jane', '--token', 's3cret'], baked(['<value>', '--token', '<redacted>'])],
  [
    'a flag with many values',
    ['bake', 'jane', '--tags', 'jane', 's3cret'],
    baked(['<value>', '--tags', '<value>', '<value>']),
  ],
  ['a path', ['bake', './jane/cake.txt'], baked(['<path>'])],
  ['what stands behind --', ['bake', '--', '--jane'], baked(['--', '<value>'])],
  ['no such command', ['jane'], { code: 1, command: '<unknown>', args: [], errorType: 'Error' }],
  ['no such flag', ['bake', 'jane', '--jane=1'], failed(['<value>', '<flag>'], 'Error')],
  [
    'no command, but a flag',
    ['--jane'],
    { code: 1, command: '<none>', args: ['<flag>'], errorType: 'Error' },
  ],
  ['a declared error', ['bake', 'jane', '--mishap', 'burnt'], mishap('BurntError')],
  ['an error of somebody else', ['bake', 'jane', '--mishap', 'spilt'], mishap('TypeError')],
  ['leaving with a code', ['bake', 'jane', '--mishap', 'smoke'], { ...mishap('Error'), code: 3 }],
  ['a rejection that nobody catches', ['bake', 'jane', '--mishap', 'gas'], mishap('BurntError')],
  ['a question for help', ['--help'], { code: 0 }],
  ['one behind a command', ['bake', '--help'], { code: 0 }],
  ['a question for the version', ['--version'], { code: 0 }],
  ['no command', [], { code: 1 }],
  ['a question about telemetry', ['telemetry'], { code: 0 }],
  ['another', ['telemetry', 'status'], { code: 0 }],
]

function baked(args: readonly string[]): Expected {
  return { code: 0, command: 'bake', args }
}

function failed(args: readonly string[], errorType: string): Expected {
  return { code: 1, command: 'bake', args, errorType }
}

function mishap(errorType: string): Expected {
  return failed(['<value>', '--mishap', '<value>'], errorType)
}

/**
 * Holds the example of one framework, in processes of its own, against the table that all of them share.
 * @param differs the rows, by their sentence, in which the framework itself behaves otherwise
 */
export function testCake(framework: string, differs: Readonly<Record<string, Partial<Expected>>> = {}): void {
  describe(framework, () => {
    const kitchen = new Kitchen(framework, 'cake.js')
    // Commands that were recorded, and one new installation before them.
    let recorded = 1
    beforeAll(() => kitchen.open())
    afterAll(() => kitchen.close())

    /** @param signal is sent as soon as it has printed something */
    const cake = (argv: readonly string[], signal?: NodeJS.Signals): Promise<Seen> =>
      kitchen.start({
        argv,
        ...(signal && {
          whileRunning: async (child) => {
            await new Promise((resolve) => child.stdout?.once('data', resolve))
            child.kill(signal)
          },
        }),
      })
    /** What the next command that arrives was recorded as. */
    const next = async (): Promise<Readonly<Record<string, unknown>>> => {
      recorded += 1
      return (await kitchen.receiver.received(recorded)).at(-1)?.properties ?? {}
    }

    test.each(ROWS)('%s', async (sentence, argv, usual) => {
      const { code, command, args, errorType } = { ...usual, ...differs[sentence] }
      const seen = await cake(argv)
      const properties = command === undefined ? undefined : await next()
      expect(seen, seen.stderr).toMatchObject({ code, signal: null })
      if (!properties) return
      expect(properties).toMatchObject({ command, command_args: args, success: code === 0 })
      expect(properties.error_type).toBe(code === 0 ? undefined : errorType)
      expect(properties.cake_version).toBe('1.2.3')
    })

    // A child that is killed by one on Windows is just ended.
    test.runIf(process.platform !== 'win32').each(['SIGINT', 'SIGTERM'] as const)(
      '%s ends it, and is recorded',
      async (signal) => {
        const seen = await cake(['bake', 'jane', '--mishap', 'waiting'], signal)
        expect(seen).toMatchObject({ code: null, signal })
        expect(await next()).toMatchObject({
          ...{ command: 'bake', success: false },
          error_type: 'Interrupted',
        })
      },
    )

    test('nothing else was recorded', () => {
      expect(kitchen.recorded).toHaveLength(recorded)
    })

    test('off means off, and status says so', async () => {
      expect((await cake(['telemetry', 'off'])).stdout).toContain('Telemetry is off now')
      expect((await cake(['telemetry'])).stdout).toMatch(/^telemetry is off: .*config\.yml/)
      await cake(['bake', 'jane'])
      expect(kitchen.recorded).toHaveLength(recorded)
    })

    test('nothing that it printed, wrote or sent speaks of another tool', () => {
      const everything = [...kitchen.printed, ...kitchen.left]
      expect(everything.length).toBeGreaterThan(ROWS.length)
      expect(everything.filter((text) => /visivo/i.test(text))).toEqual([])
      expect(everything.filter((text) => text.includes('cake_version'))).not.toEqual([])
    })

    test('nothing that a person typed was written or sent', () => {
      expect(kitchen.left.filter((text) => /jane|s3cret/.test(text))).toEqual([])
    })
  })
}
