import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, onTestFinished, test } from 'vitest'

const TYPES = fileURLToPath(new URL('../../packages/sanitize/dist/index.d.ts', import.meta.url))
const PROGRAM = `import { sanitizeRoute } from './one.js'
import type { Safe } from './other.js'
export const endpoint: Safe = sanitizeRoute('/cakes/:id')
// @ts-expect-error text as it was typed
export const typed: Safe = '/cakes/jane'
`

test('who updates @visivo/telemetry alone still compiles: it may bring a @visivo/sanitize of its own', () => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'versions-')))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  for (const copy of ['one', 'other']) cpSync(TYPES, join(directory, `${copy}.d.ts`))
  const file = join(directory, 'program.ts')
  writeFileSync(file, PROGRAM)
  const program = ts.createProgram([file], { strict: true, noEmit: true, types: [] })
  const said = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText)
  expect(said).toEqual([])
})
