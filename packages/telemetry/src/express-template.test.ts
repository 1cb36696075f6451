import { expect, test } from 'vitest'
import { templateOf } from './express-template.ts'

/** A layer as routers up to 2.2 have it: it keeps the path of a mount to itself, and says only whether it matches. */
const agedLayer = (pattern: RegExp, more: object = {}) => ({
  path: '',
  match(path: string) {
    const [found] = pattern.exec(path) ?? []
    this.path = found ?? ''
    return found !== undefined
  },
  ...more,
})

test.each<[string, unknown, (own: object) => readonly object[], string, string]>([
  [
    'a router that is mounted twice',
    '/x',
    (own) => {
      const handle = { stack: [agedLayer(/^\/x$/, own)] }
      return [agedLayer(/^\/one/, { handle }), agedLayer(/^\/two\/[^/]+/, { handle })]
    },
    '/two/jane/x',
    '/*/x',
  ],
  ['an array of paths', ['/a', '/b/:x'], (own) => [agedLayer(/^\/(a|b\/.*)$/, own)], '/b/jane', '/*'],
  [
    'a router at /',
    '/x',
    (own) => [agedLayer(/^/, { slash: true, handle: { stack: [agedLayer(/^\/x$/, own)] } })],
    '/x',
    '/x',
  ],
])(
  'a route of Express with a router before 2.3 is not told as if there were none: %s',
  (_sentence, path, stackWith, originalUrl, template) => {
    const route = { path }
    const app = { router: { stack: stackWith({ route }) } }
    const told: unknown = Reflect.apply(templateOf, undefined, [{ route, app, originalUrl }, app])
    expect(told).toBe(template)
  },
)

test.each<[string, object, string]>([
  ['a route', {}, '/cakes/:id'],
  ['one in a router at /', { regexp: { fast_slash: true } }, '/cakes/:id'],
  ['one in a router that is mounted elsewhere', { regexp: { fast_slash: false } }, '/*/cakes/:id'],
])('a program with Express 4 is told which of its routes are used: %s', (_sentence, mount, template) => {
  const route = { path: '/cakes/:id' }
  const own = agedLayer(/^\/cakes\//, { route })
  const stack = 'regexp' in mount ? [agedLayer(/^/, { ...mount, handle: { stack: [own] } })] : [own]
  const app = {
    _router: { stack },
    get router(): never {
      throw new Error("'app.router' is deprecated!")
    },
  }
  const told: unknown = Reflect.apply(templateOf, undefined, [{ route, app, originalUrl: '/cakes/7' }, app])
  expect(told).toBe(template)
})

test.each<[string, RegExp, string, string]>([
  ['the last of its places', /^\/one/, '/two/jane', '/two/:t/x'],
  ['another one', /^\/one/, '/one', '/*/x'],
  ['a router in the last of its places', /^\/one/, '/two/jane/more', '/two/:t/x'],
  ['a router in another one', /^\/one/, '/one/more/x', '/*/x'],
  ['a place below the last one', /^\/two\/[^/]+\/more/, '/two/jane/more', '/*/x'],
])(
  'an application that an older router has at two places is not told by the wrong one: %s',
  (_sentence, another, baseUrl, template) => {
    const handle = { name: 'mounted_app' }
    const mounts = [another, /^\/two\/[^/]+/].map((pattern) => agedLayer(pattern, { handle }))
    const route = { path: '/x' }
    const router = { stack: [agedLayer(/^\/x$/, { route })] }
    const app = { router, mountpath: '/two/:t', parent: { router: { stack: mounts } } }
    const request = { route, app, baseUrl, originalUrl: `${baseUrl}/x` }
    expect(Reflect.apply(templateOf, undefined, [request, app.parent])).toBe(template)
  },
)
