import { expect, test } from 'vitest'
import { refusalOf } from './gate.ts'

const STRANGE = 'This server does not answer under that host name.'

test.each([
  ['port 80, which a browser leaves out', '127.0.0.1', 80, undefined],
  ['port 80 in full', 'localhost:80', 80, undefined],
  ['another port, which it does not', '127.0.0.1', 8_080, STRANGE],
  ['a stranger on port 80', 'stranger.example', 80, STRANGE],
  ['whoever names no host, as HTTP/1.0 may', undefined, 80, STRANGE],
])('the page is given to a browser under its own address: %s', (_sentence, host, port, refusal) => {
  expect(refusalOf({ method: 'POST', headers: { host, origin: `http://${host}` } }, port)).toBe(refusal)
})

test.each([
  ['a name that ends like ours', 'http://stranger.localhost:8080'],
  ['our name by another protocol', 'https://localhost:8080'],
])('a page of another server on this machine can not switch: %s', (_sentence, origin) => {
  const headers = { host: 'localhost:8080', origin }
  expect(refusalOf({ method: 'POST', headers }, 8_080)).toBe('This request comes from another page.')
})
