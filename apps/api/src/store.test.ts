import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ordersData, SECRET, type TempProject, tempProject } from '../test/temp-project.ts'
import { openStore } from './store.ts'

let project: TempProject
beforeEach(async () => {
  project = await tempProject()
})
afterEach(() => project.remove())

test('a result and its outline', async () => {
  const store = openStore(project.directory)
  const { columns, rows } = ordersData
  expect(await store.outline('orders')).toEqual({ state: 'ok', value: { columns, rows: 250 } })
  expect(await store.data('orders')).toEqual({ state: 'ok', value: { columns, rows } })
})

test('a directory that is reached through a link has its results', async () => {
  const link = join(project.directory, '..', 'link')
  symlinkSync(project.directory, link, 'junction')
  expect(await openStore(link).data('orders')).toMatchObject({ state: 'ok' })
})

test.each([
  '../outside',
  '..',
  '.',
  '/etc/passwd',
  'orders.json/../../outside',
  'zero\0byte',
  'x'.repeat(5000),
  '',
])('no name leads out of data/: %s', async (name) => {
  expect(await openStore(project.directory).data(name)).toEqual({ state: 'missing' })
})

test('a project holds no secret from the moment it is read', async () => {
  const read = await openStore(project.directory).project()
  expect(read.state).toBe('ok')
  expect(JSON.stringify(read)).not.toContain(SECRET)
})
