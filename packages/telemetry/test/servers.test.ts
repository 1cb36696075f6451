import { testServer, testTwoProcesses } from './server-cases.ts'

testServer('express')
testServer('fastify')
testServer('hono')
testServer('koa')
testServer('node-http', {
  // It has no router: words that it does not name are an id, in whatever place.
  'a parameter': { endpoint: '/cakes/{id}' },
  'the same with HEAD': { endpoint: '/cakes/{id}' },
  'a mounted router': { endpoint: '/shops/{id}/orders/{id}' },
  'no such path': { endpoint: '/{id}/{id}' },
})
testServer('fetch', {
  // No handler of its own is called, and only these are followed.
  'no such path': { endpoint: undefined },
})
testTwoProcesses('express')
