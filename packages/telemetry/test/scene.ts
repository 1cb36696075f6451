import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { visivo } from '@visivo/telemetry-config'
import { readCourierState } from '../src/courier-state.ts'
import { type Outbox, openOutbox } from '../src/outbox.ts'
import { type Places, placesOf } from '../src/places.ts'
import { type Receiver, startReceiver } from '../src/testing.ts'
import { isWithoutCourier, killCouriers, run, type Seen, type Start, until } from './processes.ts'
import { guard } from './samples.ts'

const FIXTURES = fileURLToPath(new URL('./fixtures/', import.meta.url))
const MACHINE_ID = '0b0f6c7e-8a51-4a43-9a4f-2f0d4f3b7c11'

/** How a command is run; without anything, as a person runs it on their machine. */
export interface CommandRun extends Pick<Start, 'whileRunning'> {
  /** The flags of the fixture. */
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** The program that runs the script, such as another one around Node. */
  readonly by?: (script: string) => readonly string[]
  /** Another script than the fixture itself. */
  readonly script?: string
}

/** One fault's own home, server and processes. */
export class Scene {
  readonly root = mkdtempSync(join(tmpdir(), 'fault-'))
  readonly home = join(this.root, 'home')
  readonly receiver: Receiver
  /** Everything that anybody but the user would be astonished to see. */
  readonly noticed: string[] = []
  readonly exitCodes: string[] = []
  readonly #recorded = new Set<string>()
  /** How many requests were looked at by then. */
  #noted = 0
  readonly #baselines = new Map<string, Promise<Seen>>()
  readonly #cleanUp: (() => unknown)[] = []
  #destination: string

  constructor(receiver: Receiver) {
    this.receiver = receiver
    this.#destination = receiver.url
    this.settleIn()
  }

  /** Makes the home of somebody who was here before: one command is one event, and no new installation. */
  settleIn(): void {
    mkdirSync(join(this.home, '.visivo'), { recursive: true })
    writeFileSync(join(this.home, '.visivo', 'machine_id'), MACHINE_ID)
  }

  /** Writes the person's own configuration. */
  configure(yaml: string): void {
    writeFileSync(join(this.home, '.visivo', 'config.yml'), yaml)
  }

  static async open(): Promise<Scene> {
    return new Scene(await startReceiver())
  }

  get places(): Places {
    return placesOf(visivo, this.home, { host: this.#destination, apiKey: 'phc_test' })
  }

  get outbox(): Outbox {
    return openOutbox(this.places.outbox, guard)
  }

  get state() {
    return readCourierState(this.places.state)
  }

  get env(): Readonly<Record<string, string>> {
    const { PATH = '' } = process.env
    return {
      PATH,
      HOME: this.home,
      USERPROFILE: this.home,
      TMPDIR: this.root,
      // A person's word, also where these tests run in a container.
      CI: 'false',
      VISIVO_POSTHOG_HOST: this.#destination,
      VISIVO_POSTHOG_API_KEY: 'phc_test',
    }
  }

  /** Events go there from now on. */
  sendTo(url: string): void {
    this.#destination = url
  }

  /** Runs a command, and notes whatever a person could tell it by from the same command with telemetry off. */
  async command(how: CommandRun = {}): Promise<void> {
    const { flags = [], env = {}, script = fixture('command.mjs') } = how
    const { by = (file: string) => [process.execPath, file] } = how
    const program = [...by(script), ...flags]
    const start = { cwd: this.root, env: { ...this.env, ...env }, whileRunning: how.whileRunning }
    // First, because a courier that the other one leaves behind waits for nobody: seconds later it tries again, or gives up.
    const off = await this.#withoutTelemetry(program, start)
    const on = await run(program, start)
    this.note()
    this.compare(on, off)
  }

  #withoutTelemetry(program: readonly string[], start: Start): Promise<Seen> {
    const key = JSON.stringify([program, start.env])
    const known = this.#baselines.get(key)
    if (known) return known
    const env = { ...start.env, VISIVO_TELEMETRY_DISABLED: '1' }
    const fresh = run(program, {
      cwd: start.cwd,
      env,
      ...(start.whileRunning ? { whileRunning: async () => {} } : {}),
    })
    this.#baselines.set(key, fresh)
    return fresh
  }

  compare(on: Seen, off: Seen): void {
    if (on.stdout !== off.stdout) this.noticed.push(`another stdout: ${on.stdout}`)
    if (on.stderr !== off.stderr) this.noticed.push(`another stderr: ${on.stderr}`)
    if (on.code !== off.code || on.signal !== off.signal)
      this.exitCodes.push(`${on.code ?? on.signal}, not ${off.code ?? off.signal}`)
  }

  /** Notes which events are known by now: they wait, or somebody tried to send them. */
  note(): void {
    const { outbox } = this
    for (const name of outbox.waiting()) if (outbox.read(name)) this.#recorded.add(name.slice(0, 36))
    for (const body of this.receiver.bodies.slice(this.#noted))
      for (const { uuid } of (JSON.parse(body) as { batch: { uuid: string }[] }).batch)
        this.#recorded.add(uuid)
    this.#noted = this.receiver.bodies.length
  }

  /** Events that were recorded, and that nobody could see before they were gone. */
  alsoRecorded(count: number): void {
    for (let event = 0; event < count; event += 1) this.#recorded.add(`unseen ${event}`)
  }

  get recorded(): number {
    this.note()
    return this.#recorded.size
  }

  /** Minutes pass: every courier is long gone, and whatever it was told to wait for is over. */
  async timePasses(): Promise<void> {
    await killCouriers(this.places)
    const { places, state } = this
    if (state.retryAt > 0) writeFileSync(places.state, JSON.stringify({ ...state, retryAt: 1 }))
    if (!existsSync(places.destination)) return
    for (const name of readdirSync(places.destination))
      if (name.endsWith('.lock')) utimesSync(join(places.destination, name), 1, 1)
  }

  /** Waits until so many different events have arrived and none waits any more. */
  async delivered(count: number): Promise<void> {
    await this.receiver.received(count, 25_000)
    await until('an empty outbox', () => this.outbox.waiting().length === 0)
  }

  /** The server fails once, and the courier gives up for now: what was recorded waits. */
  async waits(): Promise<void> {
    // An hour: nobody tries again before the test says that time has passed.
    this.receiver.misbehave({ status: 503, requests: 1, headers: { 'retry-after': '3600' } })
    await this.command()
    await this.withoutCourier()
  }

  /** Waits until every courier has ended by itself. */
  async withoutCourier(): Promise<void> {
    await until('the end of the courier', () => isWithoutCourier(this.places))
  }

  onClose(work: () => unknown): void {
    this.#cleanUp.push(work)
  }

  async close(): Promise<void> {
    for (const work of this.#cleanUp.reverse()) await work()
    await killCouriers(this.places)
    await this.receiver.close()
    rmSync(this.root, { recursive: true, force: true })
  }
}

/** A file beside these tests that runs in a process of its own. */
export function fixture(name: string): string {
  return join(FIXTURES, name)
}
