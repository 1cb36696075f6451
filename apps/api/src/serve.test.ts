import { EventEmitter, once } from 'node:events'
import { realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ask } from '../test/ask.ts'
import { compiledProject, emptyProject, type TempProject, tempProject } from '../test/temp-project.ts'
import { type Instrument, type ServedProject, serve } from './serve.ts'
import { startServer } from './server.ts'

let project: TempProject
beforeEach(async () => {
  project = await tempProject()
})
afterEach(() => project.remove())

/** Runs the program; `meanwhile` gets the port once it listens, and then it is stopped. */
async function run(
  args: readonly string[],
  meanwhile?: (port: number) => Promise<void>,
  instrument?: Instrument,
) {
  const told: ServedProject[] = []
  let out = ''
  let err = ''
  const steps = new EventEmitter()
  const done = serve(args, {
    out: (text) => {
      out += text
      const port = /:(\d+) \(/.exec(text)?.[1]
      if (port) Promise.resolve(meanwhile?.(Number(port))).finally(() => steps.emit('stop'))
    },
    err: (text) => {
      err += text
    },
    untilStopped: () => once(steps, 'stop'),
    ...(instrument && {
      instrument: (facts: ServedProject) => {
        told.push(facts)
        return instrument
      },
    }),
  })
  return { exitCode: await done, out, err, told }
}

test('serves until it is stopped, and says where', async () => {
  let status = 0
  const { exitCode, out, err } = await run(['-d', project.directory, '-p', '0'], async (port) => {
    status = (await ask(port, { path: '/api/project' })).status
  })
  expect({ exitCode, status, err }).toEqual({ exitCode: 0, status: 200, err: '' })
  expect(out).toMatch(/^Serving shop <b>&" at http:\/\/127\.0\.0\.1:\d+ \(Ctrl-C stops it\)\n$/)
})

test('says the name of a project in one line, whatever it holds', async () => {
  await project.write('project.json', { ...compiledProject, name: 'shop\u001b[31m\nWarning: forged' })
  const { out } = await run(['-d', project.directory, '-p', '0'])
  expect(out).toMatch(/^Serving shop\\u001b\[31m\\u000aWarning: forged at [^\n]*\n$/)
})

test('warns when other machines can reach it', async () => {
  const { exitCode, err } = await run(['-d', project.directory, '-p', '0', '--host', '0.0.0.0'])
  expect(exitCode).toBe(0)
  expect(err).toContain('Warning: other machines can reach this server')
})

test('nothing compiled: says what to run, and ends with 1', async () => {
  const empty = await emptyProject()
  const { exitCode, err } = await run(['-d', empty.directory])
  await empty.remove()
  expect(exitCode).toBe(1)
  expect(err).toContain('Run `visivo compile` first')
})

test('a project that is cut off: says what to run, and ends with 1', async () => {
  await project.write('project.json', '{"name":')
  const { exitCode, err } = await run(['-d', project.directory])
  expect(exitCode).toBe(1)
  expect(err).toContain('Run `visivo compile` again')
})

test('a port that is taken: says what to do, and ends with 1', async () => {
  const other = await startServer({ directory: project.directory, port: 0 })
  const { exitCode, err } = await run(['-d', project.directory, '-p', String(other.port)])
  await other.close()
  expect(exitCode).toBe(1)
  expect(err).toContain(`Port ${other.port} on 127.0.0.1 is already in use.`)
})

test('where it can not listen, what watches requests is closed all the same', async () => {
  const other = await startServer({ directory: project.directory, port: 0 })
  let closed = 0
  const instrument: Instrument = {
    middleware: (_c, next) => next(),
    close: async () => {
      closed += 1
    },
  }
  const args = ['-d', project.directory, '-p', String(other.port)]
  expect(await run(args, undefined, instrument)).toMatchObject({ exitCode: 1 })
  await other.close()
  expect(closed).toBe(1)
})

test.each([
  ['help', ['--help'], 0, 'Usage: visivo-api'],
  ['the directory that is served without a word on it', ['--help'], 0, '(default: "target")'],
  ['the port that is taken without a word on it', ['--help'], 0, '(default: 8000)'],
  ['the version', ['--version'], 0, ''],
  ['an unknown flag', ['--prot', '80'], 2, 'unknown option'],
  ['an argument too many', ['here'], 2, 'too many arguments'],
  ['a port that is none', ['--port', '65536'], 2, 'It must be a whole number from 0 to 65535.'],
  ['an empty port', ['--port', ''], 2, 'It must be a whole number'],
  ['the host of a variable that is not set', ['--host', ''], 2, 'It must be an address, such as 127.0.0.1.'],
  ['the host of one that holds a space', ['--host', ' '], 2, 'It must be an address, such as 127.0.0.1.'],
])('%s', async (_what, args, code, text) => {
  const { exitCode, out, err } = await run(args)
  expect(exitCode).toBe(code)
  expect(code === 0 ? out : err).toContain(text)
})

test('an instrument is told of the project, sees every request, and is closed after the last', async () => {
  const events: string[] = []
  const instrument: Instrument = {
    middleware: async (c, next) => {
      await next()
      events.push(`${c.req.method} ${c.res.status}`)
    },
    close: async () => void events.push('closed'),
  }
  const ask404 = (port: number) => ask(port, { path: '/nope' }).then(() => {})
  const { told } = await run(['-d', project.directory, '-p', '0'], ask404, instrument)
  const { directory } = project
  const projectDirectory = dirname(realpathSync(directory))
  expect(told).toEqual([{ name: 'shop <b>&"', directory, projectDirectory, isOptedOut: false }])
  expect(events).toEqual(['GET 404', 'closed'])
})
