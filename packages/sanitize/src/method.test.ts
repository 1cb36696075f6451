import { expect, test } from 'vitest'
import { METHODS, sanitizeMethod } from './method.ts'

test.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE', 'OTHER'])(
  '%s',
  (method) => {
    expect(sanitizeMethod(method)).toBe(method)
    expect(sanitizeMethod(method.toLowerCase())).toBe(method)
    expect(METHODS).toContain(method)
  },
)

test.each([
  ['a method of WebDAV', 'PROPFIND'],
  ['a made-up method', 'JANE'],
  ['a method and more', 'GET '],
  ['a line break', 'GET\n'],
  ['nothing', ''],
  ['no string', ['GET'] as never],
  ['undefined', undefined as never],
])('%s is OTHER', (_says, method) => {
  expect(sanitizeMethod(method)).toBe('OTHER')
})
