import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { tempProject } from '../test/temp-project.ts'
import { createApp } from './app.ts'

test.each([
  ['for a text', 512 * 1024 ** 2],
  ['for Node to read it', 3 * 1024 ** 3],
])('a result that is too large %s is told as that, not to be made again', async (_what, bytes) => {
  const project = await tempProject()
  onTestFinished(() => project.remove())
  // A hole: it takes no room on the disk.
  await truncate(join(project.directory, 'data', 'orders.json'), bytes)
  const app = createApp(project)
  const asked = await app.request('/api/models/orders/data', { headers: { host: 'localhost' } })
  expect(asked.status).toBe(503)
  expect(await asked.json()).toEqual({
    error: {
      message: 'The data of this model is too large to be served.',
      hint: 'Let the model give fewer rows or columns: its file may have about 512 MB.',
    },
  })
})
