import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, test } from 'vitest'
import type { StoredEvent } from '../packages/telemetry/src/guard.ts'
import { NO_GUARD } from '../packages/telemetry/src/nothing.ts'
import { openOutbox } from '../packages/telemetry/src/outbox.ts'
import { type Receiver, startReceiver } from '../packages/telemetry/src/testing.ts'
import { placesIn, recordedIn } from '../packages/telemetry/test/kitchen.ts'
import { killCouriers, until } from '../packages/telemetry/test/processes.ts'
import { Reader, stepsOf } from './guide-blocks.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** What came of it, once its tests run. */
export interface FollowedGuide {
  readonly receiver: () => Receiver
  /** Different events that arrived, or wait. */
  readonly recorded: () => readonly StoredEvent[]
}

/**
 * Follows a guide, a test for each of its steps, with a home and a receiver of its own.
 * @param text its Markdown
 * @param arrived how many events have arrived before a command is run, each time that it is: a person is slower than a
 *   courier
 */
export function followGuide(
  text: string,
  arrived: Readonly<Record<string, readonly number[]>> = {},
): FollowedGuide {
  const left = new Map(Object.entries(arrived).map(([title, counts]) => [title, [...counts]]))
  let root: string
  let home: string
  let receiver: Receiver
  let reader: Reader

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'guide-')))
    home = join(root, 'home')
    const directory = join(root, 'cake')
    for (const one of [home, directory]) mkdirSync(one)
    receiver = await startReceiver()
    reader = new Reader({
      directory,
      env: { PATH: process.env.PATH ?? '', HOME: home, TMPDIR: root, CI: 'false', NO_COLOR: '1' },
      destination: { CAKE_POSTHOG_HOST: receiver.url },
      findPackage,
    })
  })

  afterAll(async () => {
    await reader.close()
    await killCouriers(placesIn(home, receiver))
    await receiver.close()
    rmSync(root, { recursive: true, force: true })
  })

  test.each(stepsOf(text))('%s', async (title, step) => {
    const count = left.get(title)?.shift() ?? 0
    await receiver.received(count)
    // What has arrived waits until the courier has heard so.
    const { outbox } = placesIn(home, receiver)
    if (count > 0) await until('an empty outbox', () => openOutbox(outbox, NO_GUARD).waiting().length === 0)
    await reader.take(step)
  })
  return { receiver: () => receiver, recorded: () => recordedIn(home, receiver) }
}

function findPackage(name: string): string {
  const [, own] = /^@visivo\/(.*)$/.exec(name) ?? []
  return realpathSync(join(ROOT, 'packages', own ?? `telemetry/node_modules/${name}`))
}
