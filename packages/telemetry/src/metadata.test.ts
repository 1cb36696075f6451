import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import { visivo } from '@visivo/telemetry-config'
import { expect, onTestFinished, test, vi } from 'vitest'
import { gatherMetadata } from './metadata.ts'
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
