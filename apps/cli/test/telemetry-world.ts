import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Receiver, startReceiver } from '@visivo/telemetry/testing'
import { onTestFinished } from 'vitest'
import { couriersGone, endCouriers } from './couriers.ts'
import { temporaryDirectory, temporaryProject } from './temp-project.ts'
import { visivo } from './visivo.ts'

/** A project that compiles. */
export const PROJECT = { 'project.visivo.yml': 'name: p\nmodels: []\n' }
/** The person's settings, below the home. */
export const CONFIG = '.visivo/config.yml'

/** A home of the test's own, a PostHog, and the environment that leads `visivo` to both. */
export interface TelemetryWorld {
  readonly home: string
  readonly receiver: Receiver
  readonly env: Readonly<Record<string, string>>
  /** Writes a file below the home. */
  write(path: string, text: string): void
  /** Every path below the home. */
  files(): readonly string[]
}

/** Makes one, with telemetry on and nobody told yet. It is gone when the test ends, couriers included. */
export async function telemetryWorld(): Promise<TelemetryWorld> {
  const home = mkdtempSync(join(tmpdir(), 'visivo-home-'))
  const receiver = await startReceiver()
  onTestFinished(async () => {
    await endCouriers(home)
    await receiver.close()
    rmSync(home, { recursive: true, force: true })
  })
  return {
    home,
    receiver,
    env: {
      HOME: home,
      USERPROFILE: home,
      // A person's machine, also where the tests run in a container.
      CI: 'false',
      VISIVO_TELEMETRY_DISABLED: '',
      VISIVO_POSTHOG_HOST: receiver.url,
      VISIVO_POSTHOG_API_KEY: 'phc_test',
    },
    write: (path, text) => {
      mkdirSync(dirname(join(home, path)), { recursive: true })
      writeFileSync(join(home, path), text)
    },
    files: () => (readdirSync(home, { recursive: true }) as string[]).sort(),
  }
}

/** Runs `visivo telemetry …` in a world. */
export function telemetry(
  world: TelemetryWorld,
  args: readonly string[],
  env = {},
  cwd = temporaryDirectory(),
) {
  return visivo(cwd, ['telemetry', ...args], { ...world.env, ...env })
}

/** Lets a command leave an event that can't be sent, and waits until the courier has given up for now. */
export async function leaveAnEvent(world: TelemetryWorld, status = 503): Promise<void> {
  world.receiver.misbehave({ status })
  await visivo(temporaryProject(PROJECT), ['compile'], world.env)
  await world.receiver.requested(1)
  await couriersGone(world.home)
  world.receiver.misbehave()
}
