import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { renderNotice } from '../packages/telemetry/src/notice.ts'
import { cake } from '../packages/telemetry/test/kitchen.ts'
import { followGuide } from './follow-guide.ts'

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8')
const GUIDE = read('docs/guide-cli.md')

// Its commands are those of a POSIX shell.
describe.skipIf(process.platform === 'win32')('the guide for command lines, followed to the letter', () => {
  // Turning it off removes what waits.
  const { receiver } = followGuide(GUIDE, { '$ node cake.js telemetry off': [2] })

  test('what it sends has arrived: a new machine, a command, and after the bundle was complete those of both', async () => {
    const events = await receiver().received(4)
    expect(events.map(({ event, properties }) => [event, properties.command])).toEqual([
      ['new_installation', undefined],
      ['cli_command', 'bake'],
      ['cli_command', 'bake'],
      ['cli_command', 'bake'],
    ])
  })

  test('the notice that it shows is the notice', () => {
    expect(GUIDE).toContain(renderNotice(cake).trim())
  })

  test('its oclif hooks are those of the example', () => {
    expect(GUIDE).toContain(read('examples/adopters/oclif/hooks.js').trim())
  })
})
