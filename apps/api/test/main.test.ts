import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { emptyProject, type TempProject, tempProject } from './temp-project.ts'

/** The built program: `pnpm build` comes before the tests. */
const program = fileURLToPath(new URL('../dist/main.js', import.meta.url))

/** A process on Windows can't be sent a signal that it would hear. */
const posix = test.skipIf(process.platform === 'win32')

let project: TempProject
let child: ChildProcess | undefined
beforeEach(async () => {
  if (!existsSync(program)) throw new Error('Build first: this test runs the built program.')
  project = await tempProject()
})
afterEach(async () => {
  child?.kill('SIGKILL')
  await project.remove()
})

function start(args: readonly string[]) {
  const env = { ...process.env, VISIVO_TELEMETRY_DISABLED: 'true' }
  const started = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  child = started
  return started
}

posix.each(['SIGINT', 'SIGTERM'] as const)('%s ends it cleanly', async (signal) => {
  const started = start(['--directory', project.directory, '--port', '0'])
  const [line] = await once(started.stdout, 'data')
  const url = /http:\S+/.exec(String(line))?.[0] ?? ''
  const response = await fetch(`${url}/api/health`)
  expect(await response.json()).toMatchObject({ status: 'ok', project: { compiled: true } })
  const exited = once(started, 'exit')
  started.kill(signal)
  expect(await exited).toEqual([0, null])
})

test('nothing compiled: ends with 1 and says what to run', async () => {
  const empty = await emptyProject()
  const started = start(['--directory', empty.directory])
  const [[text], [code]] = await Promise.all([once(started.stderr, 'data'), once(started, 'exit')])
  await empty.remove()
  expect(String(text)).toContain('Run `visivo compile` first')
  expect(code).toBe(1)
})

/** The program, started in a working directory that was deleted. */
function startNowhere(args: readonly string[]) {
  const script = `cd "$1"; shift; mkdir gone; cd gone; rmdir "$PWD"; exec "${process.execPath}" "${program}" "$@"`
  const env = { ...process.env, VISIVO_TELEMETRY_DISABLED: 'true' }
  const all = ['-c', script, 'sh', project.directory, ...args]
  const started = spawn('sh', all, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  child = started
  return started
}

posix('in a working directory that was deleted: ends with 1 and says so', async () => {
  const started = startNowhere([])
  const [[text], [code]] = await Promise.all([once(started.stderr, 'data'), once(started, 'exit')])
  expect(String(text)).toMatch(/^The working directory does not exist any more\. .*\n$/)
  expect(code).toBe(1)
})

posix('there it serves what is named in full', async () => {
  const started = startNowhere(['--directory', project.directory, '--port', '0'])
  const [line] = await Promise.race([once(started.stdout, 'data'), once(started.stderr, 'data')])
  expect(String(line)).toMatch(/^Serving /)
})
