import type { LookupAddress } from 'node:dns'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { LookupFunction } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startNameServer } from '../test/fronts.ts'
import { temporaryDirectory } from '../test/samples.ts'
import { createLookup } from './lookup.ts'
import { probe } from './probe.ts'

const HOSTS = `127.0.0.1 localhost
# 10.0.0.1 telemetry.example
10.0.0.2\tother.example  Telemetry.Example # 10.0.0.3 commented.example\r
  fd00::2 telemetry.example
nonsense telemetry.example
10.0.0.4 telemetry.example.com
`

/** A lookup that reads this hosts file, and its name server, which is silent until it is told to answer. */
async function lookupWith(hosts: string) {
  const hostsFile = join(temporaryDirectory(), 'hosts')
  writeFileSync(hostsFile, hosts)
  const names = await startNameServer(
    { onClose: (work) => onTestFinished(() => void work()) },
    '127.0.0.1',
    0,
  )
  return { names, lookup: createLookup([`127.0.0.1:${names.port}`], hostsFile) }
}

function all(lookup: LookupFunction, hostname: string): Promise<string | readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookup(hostname, { all: true }, (error, found) => (error ? reject(error) : resolve(found)))
  })
}

test.each<[string, string, readonly LookupAddress[]]>([
  [
    'a name in the hosts file has its addresses, whatever its case',
    'telemetry.EXAMPLE',
    [
      { address: '10.0.0.2', family: 4 },
      { address: 'fd00::2', family: 6 },
    ],
  ],
  ['the first name of a line counts as the others', 'other.example', [{ address: '10.0.0.2', family: 4 }]],
  [
    'localhost is both addresses of loopback, the older first',
    'localhost',
    [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ],
  ],
])('%s, and no name server is asked', async (_, hostname, addresses) => {
  const { names, lookup } = await lookupWith(HOSTS)
  expect(await all(lookup, hostname)).toEqual(addresses)
  expect(names.questions).toBe(0)
})

test.each([
  ['a name that stands in a comment', HOSTS, 'commented.example'],
  ['a part of a name', HOSTS, 'example'],
  ['a name before which no address stands', 'nonsense telemetry.example', 'telemetry.example'],
])('%s is not found in the hosts file: the name server is asked', async (_, hosts, hostname) => {
  const { names, lookup } = await lookupWith(hosts)
  names.answer()
  expect(await all(lookup, hostname)).toEqual([{ address: '127.0.0.1', family: 4 }])
  expect(names.questions).toBeGreaterThan(0)
})

test('what a hosts file blocks that is too large to be read here is left to the system, and no name server is asked', async () => {
  const { names, lookup } = await lookupWith(`${HOSTS}#${' '.repeat(2_000_000)}`)
  names.answer()
  // The system takes an address for its own name, without asking anybody.
  expect(await all(lookup, '127.0.0.2')).toEqual([{ address: '127.0.0.2', family: 4 }])
  expect(names.questions).toBe(0)
})

test('without a hosts file the name server is asked', async () => {
  const { names } = await lookupWith('')
  names.answer()
  const lookup = createLookup([`127.0.0.1:${names.port}`], join(temporaryDirectory(), 'none'))
  expect(await all(lookup, 'telemetry.example')).toEqual([{ address: '127.0.0.1', family: 4 }])
})

test('a name server that is silent is the end of it: the system, which would hold up the exit, is not asked', async () => {
  const { lookup } = await lookupWith('')
  await expect(all(lookup, 'telemetry.invalid')).rejects.toMatchObject({ code: 'ETIMEOUT' })
})

test('a name server that is silent on one kind of address does not use up the time in which to reach the other', async () => {
  const { names, lookup } = await lookupWith('')
  const silent = await lookupWith('')
  const givenUp = all(silent.lookup, 'telemetry.example').catch(() => 'given up')
  // Both kinds, and one of them once more: who would wait for an answer as patiently gives up after this one.
  await expect.poll(() => silent.names.questions).toBeGreaterThan(2)
  names.answer('A')
  expect(await Promise.race([givenUp, all(lookup, 'telemetry.example')])).toEqual([
    { address: '127.0.0.1', family: 4 },
  ])
})

test('who asks for one address, as Node does where it tries no second one, is given one', async () => {
  const { lookup } = await lookupWith(HOSTS)
  const found = await new Promise((resolve) =>
    lookup('telemetry.example', {}, (...answer) => resolve(answer)),
  )
  expect(found).toEqual([null, '10.0.0.2', 4])
})

test('a server that listens on ::1 alone is reached as localhost', async ({ skip }) => {
  const isThere = Object.values(networkInterfaces()).some((all) =>
    all?.some(({ address }) => address === '::1'),
  )
  if (!isThere) return skip('there is no ::1 here')
  const server = createServer((_, response) => response.end()).listen(0, '::1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  expect(await probe(`http://localhost:${port}`)).toMatchObject({ reached: 'answer', status: 200 })
})
