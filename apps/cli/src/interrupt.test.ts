import { EventEmitter } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { Interrupted } from './errors.ts'
import { interruptible, type SignalSource } from './interrupt.ts'

/** A process that is told of signals and never gets any of its own. */
class Signals extends EventEmitter implements SignalSource {
  readonly exits: number[] = []
  exit(code: number): void {
    this.exits.push(code)
  }
  get counts(): readonly number[] {
    return ['SIGINT', 'SIGTERM', 'uncaughtException'].map((event) => this.listenerCount(event))
  }
}

/** Work that goes on until it is told to stop. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

test.each(['SIGINT', 'SIGTERM'] as const)('%s stops the work, and is told as what it was', async (signal) => {
  const source = new Signals()
  const work = interruptible(source, untilAborted)
  source.emit(signal)
  await expect(work).rejects.toEqual(new Interrupted(signal))
})

test('work that ends by itself leaves nothing that listens', async () => {
  const source = new Signals()
  await interruptible(source, async () => {})
  expect(source.counts).toEqual([0, 0, 0])
})

test('a Ctrl-C that comes once more when the work was stopped does not kill the process; the third ends it', async () => {
  const source = new Signals()
  const work = interruptible(source, untilAborted)
  source.emit('SIGINT')
  await expect(work).rejects.toBeInstanceOf(Interrupted)
  expect(source.counts).toEqual([1, 0, 0])
  source.emit('SIGINT')
  expect(source.exits).toEqual([])
  source.emit('SIGINT')
  expect(source.exits).toEqual([130])
})

test('an exception that nobody catches stops the work and is its failure', async () => {
  const source = new Signals()
  const error = new Error('nobody caught this')
  let reason: unknown
  const work = interruptible(source, async (signal) => {
    await untilAborted(signal).catch((given: unknown) => {
      reason = given
    })
  })
  source.emit('uncaughtException', error)
  await expect(work).rejects.toBe(error)
  expect(reason).toBe(error)
  expect(source.counts).toEqual([0, 0, 0])
})

test('as many models at work as --threads allows are not told of on stderr as a leak', async () => {
  const warnings: Error[] = []
  const onWarning = (warning: Error) => warnings.push(warning)
  process.on('warning', onWarning)
  onTestFinished(() => void process.off('warning', onWarning))
  await interruptible(new Signals(), async (signal) => {
    for (let model = 0; model < 1024; model += 1) signal.addEventListener('abort', () => {})
    await setImmediate()
  })
  expect(warnings).toEqual([])
})
