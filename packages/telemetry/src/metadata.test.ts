import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import { visivo } from '@visivo/telemetry-config'
import { expect, onTestFinished, test, vi } from 'vitest'
import { gatherMetadata } from './metadata.ts'
import { createTelemetry } from './telemetry.ts'
import { uuidV7 } from './uuid-v7.ts'

test('a kernel that somebody built costs nobody their events, and the name that it was given is in none', () => {
  const release = vi.spyOn(os, 'release').mockReturnValue('6.8.0-acme')
  syncBuiltinESMExports()
  onTestFinished(() => {
    release.mockRestore()
    syncBuiltinESMExports()
  })
  expect(gatherMetadata(visivo, '1.2.3', false, uuidV7())).toMatchObject({
    node_version: process.versions.node,
    platform_version: '6.8.0',
    is_ci: false,
  })
})

test('PostHog counts sessions, which it does only by a UUIDv7: every run has one of its own, of its start', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-03-14T15:09:26.535Z') })
  onTestFinished(() => void vi.useRealTimers())
  const runs = [1, 2].map(() => createTelemetry({ version: '1.2.3', env: {}, home: '/nowhere' }))
  vi.setSystemTime(Date.parse('2026-03-14T16:00:00.000Z'))
  const sessions = runs.map(({ metadata }) => String(metadata.session_id))
  for (const session of sessions)
    expect(session).toMatch(/^019cece5-2687-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(new Set(sessions).size).toBe(2)
})
