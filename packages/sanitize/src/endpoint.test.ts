import { describe, expect, test } from 'vitest'
import { ENDPOINT_SHAPE, sanitizeEndpoint } from './endpoint.ts'

const word = (length: number) => 'a'.repeat(length - 1).concat('z')

describe('what is kept', () => {
  test.each([
    ['the root', '/', '/'],
    ['words', '/api/models', '/api/models'],
    ['words with - and _', '/data-sources/my_models', '/data-sources/my_models'],
    ['versions', '/api/v1/v12', '/api/v1/v12'],
    ['32 letters', `/${word(32)}`, `/${word(32)}`],
    ['a path without its first slash', 'api/models', '/api/models'],
    ['slashes in a row', '/api//models/', '/api/models'],
    ['nothing', '', '/'],
  ])('%s', (_says, path, endpoint) => {
    expect(sanitizeEndpoint(path)).toBe(endpoint)
  })
})

describe('what goes', () => {
  test.each([
    ['a query', '/api/models?name=jane', '/api/models'],
    ['a fragment', '/api/models#jane', '/api/models'],
    ['a fragment before a query', '/api#jane?x', '/api'],
    ['only a query', '?jane', '/'],
    ['scheme, user and host', 'https://jane:s3cret@example.com:8000/api', '/api'],
    ['a scheme of any length', 'com.example.internal.dashboards://jane/api', '/api'],
    ['a host alone', 'https://example.com', '/'],
    ['a host without scheme', '//example/api', '/api'],
    ['another scheme', 'X1+.-://example/api', '/api'],
    ['a host before a query', 'http://jane?/api', '/'],
    ['a scheme within is a segment', '/go/http://example/api', '/go/{id}/example/api'],
    ['a number', '/users/1', '/users/{id}'],
    ['a long number', '/users/12345678901', '/users/{id}'],
    ['a UUID', '/users/0b6f3d0e-8f5a-4c1e-9a39-2f1d7a0f3f10', '/users/{id}'],
    ['a ULID', '/users/01ARZ3NDEKTSV4RRFFQ69G5FAV', '/users/{id}'],
    ['an e-mail', '/users/jane@example.com', '/users/{id}'],
    ['a JWT', '/t/eyJhbGciOi.eyJzdWIi.SflKxwRJ', '/t/{id}'],
    ['a file', '/files/jane.csv', '/files/{id}'],
    ['percent-encoded text', '/users/j%61ne', '/users/{id}'],
    ['text that is not ASCII', '/users/jäne', '/users/{id}'],
    ['capitals', '/Users/Jane', '/{id}/{id}'],
    ['letters and digits', '/users/jane1', '/users/{id}'],
    ['a matrix parameter', '/api;jsessionid=1/x', '/{id}/x'],
    ['33 letters', `/${word(33)}`, '/{id}'],
    ['a word that ends in -', '/jane-', '/{id}'],
    ['a word that starts with _', '/_jane', '/{id}'],
    ['a version of three digits', '/v100', '/{id}'],
    ['a version with more behind', '/v1beta', '/{id}'],
    ['a line break', '/api\n/x', '/{id}/x'],
    ['up', '/../x', '/{id}/x'],
    ['placeholders of ours', '/{hash}/<value>', '/{id}/{id}'],
    ['backslashes', 'https:\\\\jane\\x', '/{id}'],
    ['a hash', '/commits/9fceb02d0ae598e95dc970b74767f19372d61af8', '/commits/{hash}'],
    ['a hash in capitals', '/commits/9FCEB02D', '/commits/{hash}'],
    ['a short hash', '/commits/1234567a', '/commits/{hash}'],
    ['a hash of letters', '/commits/deadbeef', '/commits/{hash}'],
    ['a hash of digits but one at the end', `/${'1'.repeat(127)}a`, '/{hash}'],
    ['a hash of more than 128 characters', `/${'1'.repeat(128)}a`, '/{id}'],
    ['seven hexadecimal digits', '/commits/1234567', '/commits/{id}'],
    ['seven hexadecimal letters are a word', '/defaced', '/defaced'],
    ['hexadecimal and more', '/x9fceb02d/9fceb02dx', '/{id}/{id}'],
    ['megabytes', `/api/${'a'.repeat(5_000_000)}`, '/api/{id}'],
  ])('%s', (_says, path, endpoint) => {
    expect(sanitizeEndpoint(path)).toBe(endpoint)
  })
})

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['a text in an object', new String('/jane')],
  ['what only looks like one', { search: () => -1, replace: () => '/jane' }],
])('%s is no path', (_says, path) => {
  expect(sanitizeEndpoint(path as never)).toBe('<unmatched>')
})

describe('bounds', () => {
  test.each([
    ['8 segments', '/a'.repeat(8), '/a'.repeat(8)],
    ['9 segments', '/a'.repeat(9), `${'/a'.repeat(8)}/*`],
    ['a million segments', '/a'.repeat(1_000_000), `${'/a'.repeat(8)}/*`],
    ['98 characters', `/${word(32)}/${word(32)}/${word(31)}`, `/${word(32)}/${word(32)}/${word(31)}`],
    ['99 characters', `/${word(32)}/${word(32)}/${word(32)}`, `/${word(32)}/${word(32)}/*`],
  ])('%s', (_says, path, endpoint) => {
    expect(sanitizeEndpoint(path)).toBe(endpoint)
    expect(endpoint).toMatch(ENDPOINT_SHAPE)
  })
})

describe("with the routes' own words", () => {
  test.each([
    ['nothing else is kept', '/api/users/jane', '/api/users/{id}'],
    ['versions neither', '/api/v1', '/api/{id}'],
    ['they may have capitals, digits and dots', '/openapi.v2.JSON/x', '/openapi.v2.JSON/{id}'],
    ['they may be hexadecimal', '/deadbeef', '/deadbeef'],
    ['hashes are hashes', '/9fceb02d', '/{hash}'],
    ['only whole words are kept, as they are written', '/apikey-jane/API', '/{id}/{id}'],
    ['a word that is no segment is not kept', '/j@ne/j%61ne', '/{id}/{id}'],
    ['40 characters', `/${word(40)}/${word(41)}`, `/${word(40)}/{id}`],
  ])('%s', (_says, path, endpoint) => {
    const words = ['api', 'users', 'openapi.v2.JSON', 'deadbeef', 'j@ne', 'j%61ne', word(40), word(41)]
    expect(sanitizeEndpoint(path, words)).toBe(endpoint)
  })

  test.each<[string, unknown]>([
    ['a text in place of a list, of which every part would be a word', 'api users'],
    ['a number', 5],
    ['a list whose own method says yes to everything', Object.assign(['api'], { includes: () => true })],
  ])('%s, from a program without types, keeps nothing', (_says, words) => {
    expect(sanitizeEndpoint('/user/pi', words as never)).not.toMatch(/user|pi/)
  })

  test('none of them', () => {
    expect(sanitizeEndpoint('/api', [])).toBe('/{id}')
  })
})

describe('the shape', () => {
  test.each([
    ['/', true],
    ['<unmatched>', true],
    ['/api/models/{name}', true],
    ['/files/{name}.{ext}', true],
    ['/{from}-{to}', true],
    ['/{my-id}', true],
    ['/{_id}', true],
    ['/static/*', true],
    ['/*', true],
    ['/~a._-Z9', true],
    [`/${'a'.repeat(99)}`, true],
    [`/${'a'.repeat(100)}`, false],
    [`/{${'a'.repeat(40)}}`, true],
    [`/{${'a'.repeat(41)}}`, false],
    ['', false],
    ['api', false],
    ['//', false],
    ['/api/', false],
    ['/api//x', false],
    ['/a*', false],
    ['/**', false],
    ['/{}', false],
    ['/{1}', false],
    ['/{a', false],
    ['/a}', false],
    ['/{a b}', false],
    ['/a b', false],
    ['/a?b', false],
    ['/a%20', false],
    ['/ä', false],
    ['/a\n', false],
    ['\n/a', false],
    ['x/a', false],
    ['<unmatched>x', false],
    ['x<unmatched>', false],
  ])('%j: %s', (text, fits) => {
    expect(ENDPOINT_SHAPE.test(text)).toBe(fits)
  })
})
