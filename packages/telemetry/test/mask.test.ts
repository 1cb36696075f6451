import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { visivo } from '@visivo/telemetry-config'
import { expect, onTestFinished, test } from 'vitest'
import { checksum } from '../src/checksum.ts'
import { runCourier } from '../src/courier.ts'
import type { CourierJob } from '../src/courier-job.ts'
import { catalogueOf } from '../src/events.ts'
import { createGuard, type StoredEvent } from '../src/guard.ts'
import { openOutbox } from '../src/outbox.ts'
import { placesOf } from '../src/places.ts'
import { type Receiver, startReceiver } from '../src/testing.ts'
import { guard, metadata, sampleEvent, temporaryDirectory } from './samples.ts'

const MASK = { $ip: '0.0.0.0', $geoip_disable: true, $process_person_profile: false }

/** An outbox with one good event and one more, whose file somebody changes before the courier comes. */
async function deliverEdited(
  edit: (event: StoredEvent) => unknown,
  how: 'only the text' | 'and its checksum',
) {
  const receiver = await startReceiver()
  onTestFinished(() => receiver.close())
  const job: CourierJob = {
    product: visivo,
    home: temporaryDirectory(),
    destination: { host: receiver.url, apiKey: 'phc_test' },
    extras: {},
    projectDirectory: temporaryDirectory(),
  }
  const { outbox } = placesOf(visivo, job.home, job.destination)
  // Older by a second: the names of two events of one millisecond are in no order.
  const edited = sampleEvent(Date.now() - 1_000)
  openOutbox(outbox, guard).put(edited)
  const [name = ''] = readdirSync(outbox)
  const text = JSON.stringify(edit(JSON.parse(readFileSync(join(outbox, name), 'utf8'))))
  writeFileSync(join(outbox, name), text)
  if (how === 'and its checksum') {
    const honest = `${edited.uuid}.${Buffer.byteLength(text)}.${checksum(text)}.${guard.edition()}.json`
    renameSync(join(outbox, name), join(outbox, honest))
  }
  const untouched = sampleEvent()
  openOutbox(outbox, guard).put(untouched)
  await runToTheEnd(job)
  return { receiver, edited, untouched, left: readdirSync(outbox) }
}

async function runToTheEnd(job: CourierJob): Promise<void> {
  const { signal } = new AbortController()
  const end = await runCourier(job, { firstWait: 0, linger: 0, gather: 0, hurry: signal, stop: signal })
  expect(end).toEqual({ kind: 'done' })
}

function uuidsOf({ events }: Receiver): readonly string[] {
  return events.map(({ uuid }) => uuid)
}

const withProperties = (more: object) => (event: StoredEvent) => ({
  ...event,
  properties: { ...event.properties, ...more },
})

test('every event carries the mask', async () => {
  const { receiver, edited, untouched } = await deliverEdited((event) => event, 'and its checksum')
  expect(uuidsOf(receiver)).toEqual([edited.uuid, untouched.uuid])
  for (const { properties } of receiver.events) expect(properties).toMatchObject(MASK)
})

test('a file that was changed at all is dropped whole, and its neighbour arrives', async () => {
  const { receiver, untouched, left } = await deliverEdited(
    withProperties({ success: false }),
    'only the text',
  )
  expect(uuidsOf(receiver)).toEqual([untouched.uuid])
  expect(left).toEqual([])
})

test.each<[string, (event: StoredEvent) => unknown]>([
  ['an address to be stored', withProperties({ $ip: '203.0.113.7' })],
  ['the mask itself', withProperties(MASK)],
  ['an address that is not masked', withProperties({ $ip: null })],
  ['a profile of a person', withProperties({ $process_person_profile: true })],
  ['properties of a person', withProperties({ $set: { email: 'ada@example.com' } })],
  ['a place', withProperties({ $geoip_disable: false })],
  ['a secret under a new name', withProperties({ note: 'hunter2' })],
  ['a secret under an old name', withProperties({ command: 'run hunter2!' })],
  ['a secret among the arguments', withProperties({ command_args: ['--password', 'hunter2'] })],
  ['a secret as the machine', (event) => ({ ...event, distinct_id: 'hunter2' })],
  ['a secret beside the properties', (event) => ({ ...event, person: 'hunter2' })],
  [
    'a secret as a prototype',
    (event) => JSON.parse(JSON.stringify(event).replace('{', '{"__proto__":{"a":"hunter2"},')),
  ],
  ['a list of events', (event) => [event, event]],
])('a file with a new checksum that holds %s is dropped too', async (_says, edit) => {
  const { receiver, untouched, left } = await deliverEdited(edit, 'and its checksum')
  expect(uuidsOf(receiver)).toEqual([untouched.uuid])
  expect(receiver.bodies.join()).not.toMatch(/hunter2|203\.0\.113\.7|ada@/)
  for (const { properties } of receiver.events) expect(properties).toMatchObject(MASK)
  expect(left).toEqual([])
})

test('an event of a program’s own can’t bring another mask, even where it declares one', async () => {
  const receiver = await startReceiver()
  onTestFinished(() => receiver.close())
  const anything = { type: 'text', shape: '.*', why: 'to know' } as const
  const flag = { type: 'boolean', why: 'to know' } as const
  const own = { $ip: anything, $geoip_disable: flag, $process_person_profile: flag, $session_id: anything }
  const extras = { cake_baked: { when: 'A cake was baked.', properties: own } }
  const job: CourierJob = {
    product: visivo,
    home: temporaryDirectory(),
    destination: { host: receiver.url, apiKey: 'phc_test' },
    extras,
    projectDirectory: temporaryDirectory(),
  }
  const { outbox } = placesOf(visivo, job.home, job.destination)
  const brought = {
    $ip: '203.0.113.7',
    $geoip_disable: false,
    $process_person_profile: true,
    $session_id: 'ada',
  }
  const cake = { ...sampleEvent(), event: 'cake_baked', properties: { ...metadata, ...brought } }
  expect(openOutbox(outbox, createGuard(catalogueOf('visivo_version', extras))).put(cake)).toBe(true)
  await runToTheEnd(job)
  expect(receiver.events.map(({ properties }) => properties)).toMatchObject([
    { ...MASK, $session_id: metadata.session_id },
  ])
})

test('what the guard can’t know: whether a word with the shape of a name is declared', async () => {
  const { receiver } = await deliverEdited(withProperties({ command: 'hunter2' }), 'and its checksum')
  expect(receiver.events.map(({ properties }) => properties.command)).toEqual(['hunter2', 'run'])
})
