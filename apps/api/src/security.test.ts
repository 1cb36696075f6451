import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { createApp } from './app.ts'

const directory = '/nonexistent'
const statusFor = async (host: string, configured: string) => {
  const app = createApp({ directory, host: configured })
  return (await app.request('http://127.0.0.1/api/health', { headers: { host } })).status
}

test.each([
  ['the loopback', '127.0.0.1', '127.0.0.1:8000', 200],
  ['another loopback address', '127.0.0.1', '127.8.9.10', 200],
  ['localhost in capitals', '127.0.0.1', 'LOCALHOST:8000', 200],
  ['the IPv6 loopback', '127.0.0.1', '[::1]:8000', 200],
  ['the configured name', 'bi.example', 'BI.example:8000', 200],
  ['the loopback beside a configured name', 'bi.example', 'localhost', 200],
  ['an address, listening on all', '0.0.0.0', '192.0.2.7:8000', 200],
  ['an IPv6 address, listening on all', '::', '[2001:db8::7]:8000', 200],
  ['a name pointed at this machine', '127.0.0.1', 'evil.example:8000', 403],
  ['a name, listening on all', '0.0.0.0', 'evil.example', 403],
  ['a name that begins like the loopback', '127.0.0.1', '127.0.0.1.evil.example', 403],
  ['a name that ends like localhost', '127.0.0.1', 'evillocalhost', 403],
  ['an address, listening on the loopback', '127.0.0.1', '192.0.2.7', 403],
  ['a user before the host', '127.0.0.1', 'evil@localhost', 403],
  ['something after the port', '127.0.0.1', 'localhost:80/evil.example', 403],
  ['no host at all', '127.0.0.1', '', 403],
  ['what a configured host that is none begins with', 'bi.example/x', 'bi.example', 403],
])('%s', async (_what, configured, host, status) => {
  expect(await statusFor(host, configured)).toBe(status)
})

test('without a configured host no other address is answered than the loopback', async () => {
  const asked = { headers: { host: '192.0.2.7' } }
  expect((await createApp({ directory }).request('/api/health', asked)).status).toBe(403)
})

test.each(['/', '/api/health', '/api/project', '/nope'])(
  '%s tells the browser what it may not do',
  async (path) => {
    const { headers } = await createApp({ directory }).request(path)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(String(headers.get('content-security-policy')).split('; ')).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        // None of these three falls back to the first.
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ]),
    )
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.has('access-control-allow-origin')).toBe(false)
  },
)

test('nor is what is refused shown in a frame, or kept by a cache', async () => {
  const { status, headers } = await createApp({ directory }).request('http://evil.example/')
  expect(status).toBe(403)
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  expect(headers.get('cache-control')).toBe('no-store')
})

test('the policy allows exactly the style of the page', async () => {
  const response = await createApp({ directory }).request('/')
  const style = /<style>(.*)<\/style>/s.exec(await response.text())?.[1] ?? ''
  const hash = createHash('sha256').update(style).digest('base64')
  expect(response.headers.get('content-security-policy')).toContain(`style-src 'sha256-${hash}'`)
})
