import { expect, test } from 'vitest'
import { sanitizeRoute } from './route.ts'

test.each([
  ['the root', '/', '/'],
  ['literals', '/api/models', '/api/models'],
  ['a final slash', '/api/models/', '/api/models'],
  ['no first slash', 'api/models', '/api/models'],
  ['literals with digits, dots and capitals', '/v1/openApi.json/oauth2/~me', '/v1/openApi.json/oauth2/~me'],

  ['Express: a parameter', '/api/models/:name', '/api/models/{name}'],
  ['Express: several', '/a/:b/c/:d_1', '/a/{b}/c/{d_1}'],
  ['Express: optional', '/a/:id?', '/a/{id}'],
  ['Express: repeated', '/a/:id+/:x*', '/a/{id}/{x}'],
  ['Express: a pattern', '/a/:id(\\d+)', '/a/{id}'],
  ['Express: a pattern with groups', '/a/:id((?:\\d{2}|x/y)(z))?/b', '/a/{id}/b'],
  ['Express: two in a segment', '/:from-:to', '/{from}-{to}'],
  ['Express: an extension', '/:name.:ext', '/{name}.{ext}'],
  ['Express 5: an optional part', '/a{/:id}', '/a/{id}'],
  ['Express 5: an optional extension', '/a{.:ext}', '/a.{ext}'],
  ['Express 5: an optional part behind a dash', '/a{-:b}', '/a-{b}'],
  ['Express 5: a named rest', '/files/*path', '/files/{path}'],
  ['Express 4: a bare pattern', '/files/(.*)', '/files/*'],
  ['Hono: a pattern', '/a/:id{[0-9]+}/b', '/a/{id}/b'],
  ['Hono: a pattern with braces', '/a/:id{[0-9]{2}}', '/a/{id}'],
  ['Hono: a pattern with several braces', '/a/:id{x{12}|y{3}z}', '/a/{id}'],
  ['Hono: a pattern that is a word', '/a/:kind{posts}', '/a/{kind}'],
  ['a rest', '/static/*', '/static/*'],
  ['a rest alone', '*', '/*'],
  ['two stars', '/static/**', '/static/*'],
  ['two stars and a name', '/static/**path', '/static/{path}'],
  ['OpenAPI', '/api/models/{name}', '/api/models/{name}'],
  ['OpenAPI: an underscore', '/{_id}', '/{_id}'],
  ['optional in braces', '/{id?}/{x+}', '/{id}/{x}'],
  ['Go: a rest', '/{path...}', '/{path}'],
  ['ASP.NET: a rest', '/{*path}/{**more}', '/{path}/{more}'],
  ['a pattern in braces', '/{id:[0-9]{2,3}}/x', '/{id}/x'],
  ['a type in braces', '/{id:int}', '/{id}'],
  ['Next: a parameter', '/[id]/[my-id]', '/{id}/{my-id}'],
  ['Next: a rest', '/[...slug]', '/{slug}'],
  ['Next: an optional rest', '/[[...slug]]', '/{slug}'],
  ['Flask', '/<id>/<int:count>/x', '/{id}/{count}/x'],

  ['nothing', '', '<unmatched>'],
  ['a space', '/my models', '<unmatched>'],
  ['a query', '/api?name=jane', '<unmatched>'],
  ['an address', 'https://example.com/api', '<unmatched>'],
  ['an e-mail', '/jane@example.com', '<unmatched>'],
  ['percent-encoded text', '/j%61ne', '<unmatched>'],
  ['not ASCII', '/größe', '<unmatched>'],
  ['a line break', '/api\n', '<unmatched>'],
  ['two slashes', '/api//x', '<unmatched>'],
  ['two final slashes', '/api//', '<unmatched>'],
  ['a star within a literal', '/a*', '<unmatched>'],
  ['a parameter without a name', '/:', '<unmatched>'],
  ['a parameter that starts with a digit', '/{1}/x', '<unmatched>'],
  ['an open brace', '/{id', '<unmatched>'],
  ['an open pattern', '/:id(\\d+', '<unmatched>'],
  ['a pattern without a name', '/(jane|john)', '<unmatched>'],
  ['100 characters', `/${'a'.repeat(99)}`, `/${'a'.repeat(99)}`],
  ['101 characters', `/${'a'.repeat(100)}`, '<unmatched>'],
  ['a template of 300 characters', `/:id(${'a'.repeat(294)})`, '/{id}'],
  ['a template of 301 characters', `/:id(${'a'.repeat(295)})`, '<unmatched>'],
])('%s: %j is %j', (_says, template, route) => {
  expect(sanitizeRoute(template)).toBe(route)
})

test.each([
  ['a regular expression', /^\/api/],
  ['a list', ['/api']],
  ['nothing', undefined],
])('%s is no template', (_says, template) => {
  expect(sanitizeRoute(template as never)).toBe('<unmatched>')
})
