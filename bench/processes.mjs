import { spawn } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'

const children = new Set()

/** The path of one of the programs that are measured. */
export function programFile(name) {
  return fileURLToPath(new URL(`./programs/${name}.mjs`, import.meta.url))
}

/** What a measured process gets of this one's environment: a person's machine, whatever this one is. */
export function environmentOf(home, host, more = {}) {
  const { PATH, SystemRoot, TEMP, TMP, TMPDIR } = process.env
  const own = { HOME: home, USERPROFILE: home, CI: 'false' }
  const posthog = { VISIVO_POSTHOG_HOST: host, VISIVO_POSTHOG_API_KEY: 'phc_bench' }
  return defined({ PATH, SystemRoot, TEMP, TMP, TMPDIR, ...own, ...posthog, ...more })
}

/**
 * Runs a file in a Node process of its own and gives the milliseconds from its start to its end.
 * @param wrap words to put before `node file`
 * @param cap after so many milliseconds it is ended, and the answer is `Infinity`
 */
export async function timeProcess(file, env, { wrap = [], cap = 120_000 } = {}) {
  const [program, ...args] = [...wrap, process.execPath, file]
  const start = performance.now()
  const child = spawn(program, args, { env, stdio: 'ignore' })
  children.add(child)
  let capped = false
  const timer = setTimeout(() => {
    capped = true
    child.kill('SIGKILL')
  }, cap)
  const code = await new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject))
  const took = performance.now() - start
  clearTimeout(timer)
  children.delete(child)
  if (capped) return Number.POSITIVE_INFINITY
  if (code !== 0) throw new Error(`${file} ended with ${code}`)
  return took
}

/** Ends whatever is still running, when the bench itself is ended. */
export function endChildren() {
  for (const child of children) child.kill('SIGKILL')
}

/** Waits so many milliseconds. */
export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** Looks every few milliseconds; false when it did not come true in time. */
export async function until(isTrue, patience = 15_000) {
  const end = performance.now() + patience
  while (!isTrue()) {
    if (performance.now() > end) return false
    await pause(5)
  }
  return true
}

function defined(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
