import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { answerTo } from './answer.ts'
import { makeSecrets } from './secrets.ts'

test('what can not be read is an answer in words, and does not end the program that shows the page', async () => {
  const secrets = makeSecrets()
  const fail = () => {
    throw new Error('the disk is gone')
  }
  const server = createServer(async (request, response) => {
    const { port } = server.address() as AddressInfo
    const answering = { port, page: { html: '', policy: '' }, secrets, shown: { read: fail, turn: fail } }
    const { status, headers, text } = await answerTo(request, answering)
    response.writeHead(status, headers).end(text)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const headers = { authorization: `Bearer ${secrets.token}`, connection: 'close' }
  const answer = await fetch(`http://127.0.0.1:${port}/state`, { headers })
  expect([answer.status, await answer.json()]).toEqual([
    500,
    { message: expect.stringMatching(/could not be read/) },
  ])
})
