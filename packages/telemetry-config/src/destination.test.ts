import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findDestination } from './destination.ts'
import { defineProduct, visivo } from './product.ts'

const HOST = 'VISIVO_POSTHOG_HOST'
const KEY = 'VISIVO_POSTHOG_API_KEY'
const released = defineProduct({
  name: 'visivo',
  posthog: { host: 'https://built.example', apiKey: 'built-key' },
})

describe('where events go', () => {
  test.each([
    ['a key alone: PostHog itself', visivo, { [KEY]: 'k' }, {}, 'https://us.i.posthog.com', 'k'],
    ['both', visivo, { [KEY]: 'k', [HOST]: 'https://ph.example' }, {}, 'https://ph.example', 'k'],
    [
      'from the .env file',
      visivo,
      {},
      { [KEY]: 'k', [HOST]: 'https://ph.example' },
      'https://ph.example',
      'k',
    ],
    ['environment over .env', visivo, { [KEY]: 'a' }, { [KEY]: 'b' }, 'https://us.i.posthog.com', 'a'],
    ['empty is not set', visivo, { [KEY]: ' ', [HOST]: '' }, { [KEY]: 'b' }, 'https://us.i.posthog.com', 'b'],
    ['the release build', released, {}, {}, 'https://built.example', 'built-key'],
    ["an own key, the build's host", released, { [KEY]: 'k' }, {}, 'https://built.example', 'k'],
    [
      'own host and key over the build',
      released,
      { [KEY]: 'k', [HOST]: 'https://x.example' },
      {},
      'https://x.example',
      'k',
    ],
    [
      'a release build that was given line ends as well',
      defineProduct({ name: 'visivo', posthog: { host: 'https://built.example\n', apiKey: 'built-key\n' } }),
      {},
      {},
      'https://built.example',
      'built-key',
    ],
    [
      'spaces around',
      visivo,
      { [KEY]: ' k\n', [HOST]: ' https://ph.example ' },
      {},
      'https://ph.example',
      'k',
    ],
  ])('%s', (_, product, env, envFile, host, apiKey) => {
    expect(findDestination(product, env, envFile)).toEqual({ destination: { host, apiKey } })
  })

  test.each([
    ['a slash at the end', 'https://ph.example/', 'https://ph.example'],
    ['a path', 'https://ph.example/ingest//', 'https://ph.example/ingest'],
    ['a port', 'https://ph.example:8443', 'https://ph.example:8443'],
    ['query and fragment', 'https://ph.example/a?b=c#d', 'https://ph.example/a'],
    ['upper case', 'HTTPS://PH.Example', 'https://ph.example'],
    ['http to 127.0.0.1', 'http://127.0.0.1:8010', 'http://127.0.0.1:8010'],
    ['http to another loopback address', 'http://127.8.0.119', 'http://127.8.0.119'],
    ['http to a loopback address, written short', 'http://127.1', 'http://127.0.0.1'],
    ['http to ::1', 'http://[::1]:80/', 'http://[::1]'],
    ['http to localhost', 'http://localhost:3000', 'http://localhost:3000'],
  ])('a host with %s', (_, host, expected) => {
    expect(findDestination(visivo, { [KEY]: 'k', [HOST]: host }, {}).destination?.host).toBe(expected)
  })
})

describe('nowhere, and why', () => {
  test.each([
    ['no key', {}, 'no key: VISIVO_POSTHOG_API_KEY is not set'],
    ['a host without a key', { [HOST]: 'https://ph.example' }, `${HOST} is set but ${KEY} is not`],
    ['not a URL', { [KEY]: 'k', [HOST]: 'ph.example' }, `${HOST} is not a URL`],
    ['http', { [KEY]: 'k', [HOST]: 'http://ph.example' }, `${HOST} must be https, or http to this machine`],
    [
      'a host that only looks local',
      { [KEY]: 'k', [HOST]: 'http://127.0.0.1.evil.example' },
      `${HOST} must be https, or http to this machine`,
    ],
    [
      'a machine of the network at home',
      { [KEY]: 'k', [HOST]: 'http://192.168.0.1' },
      `${HOST} must be https, or http to this machine`,
    ],
    [
      'a host under localhost',
      { [KEY]: 'k', [HOST]: 'http://localhost.evil.example' },
      `${HOST} must be https, or http to this machine`,
    ],
    [
      'another scheme',
      { [KEY]: 'k', [HOST]: 'file:///etc/passwd' },
      `${HOST} must be https, or http to this machine`,
    ],
    [
      'another scheme to this machine',
      { [KEY]: 'k', [HOST]: 'ftp://127.0.0.1' },
      `${HOST} must be https, or http to this machine`,
    ],
    [
      'credentials',
      { [KEY]: 'k', [HOST]: 'https://me:pw@ph.example/x' },
      `${HOST} must not hold credentials (ph.example)`,
    ],
    [
      'a user name alone',
      { [KEY]: 'k', [HOST]: 'https://me@ph.example/x' },
      `${HOST} must not hold credentials (ph.example)`,
    ],
    [
      'a password alone',
      { [KEY]: 'k', [HOST]: 'https://:pw@ph.example/x' },
      `${HOST} must not hold credentials (ph.example)`,
    ],
    ['a key with a space', { [KEY]: 'a key' }, `${KEY} does not look like a key`],
    ['a key with a letter beyond ASCII', { [KEY]: 'kéy' }, `${KEY} does not look like a key`],
    ['a key of 201 characters', { [KEY]: 'k'.repeat(201) }, `${KEY} does not look like a key`],
  ])('%s', (_, env, problem) => {
    expect(findDestination(visivo, env, {})).toEqual({ problem })
    expect(findDestination(visivo, {}, env)).toEqual({ problem })
  })

  test.each([
    [{ host: 'ph.example', apiKey: 'k' }, 'the built-in posthog.host is not a URL'],
    [
      { host: 'http://ph.example', apiKey: 'k' },
      'the built-in posthog.host must be https, or http to this machine',
    ],
    [{ apiKey: 'a key' }, 'the built-in posthog.apiKey does not look like a key'],
  ])('what is wrong in the code is not said of a variable that nobody set: %j', (posthog, problem) => {
    expect(findDestination(defineProduct({ name: 'cake', posthog }), {}, {})).toEqual({ problem })
  })

  test('the key of a build never goes to a host from the environment', () => {
    const env = { [HOST]: 'https://elsewhere.example' }
    const problem = `${HOST} is set but ${KEY} is not`
    expect(findDestination(released, env, {})).toEqual({ problem })
    expect(findDestination(released, {}, env)).toEqual({ problem })
  })
})

test('whatever the environment says, the key of a build goes to its own host, and http only to this machine', () => {
  const text = fc.option(
    fc.oneof(fc.string(), fc.webUrl(), fc.constantFrom('http://127.0.0.1', 'http://evil.example', 'k')),
    { nil: undefined },
  )
  const env = fc.record({ [HOST]: text, [KEY]: text })
  fc.assert(
    fc.property(env, env, (process, file) => {
      const { destination } = findDestination(released, process, file)
      if (destination?.apiKey === 'built-key') expect(destination.host).toBe('https://built.example')
      if (destination) expect(destination.host).toMatch(/^https:\/\/|^http:\/\/(127\.|\[::1\]|localhost)/)
    }),
  )
})
