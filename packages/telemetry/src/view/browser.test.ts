import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { visivo } from '@visivo/telemetry-config'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EXAMPLE } from '../../test/example-weeks.ts'
import { openView } from '../../test/view-world.ts'
import { ENVELOPE, STAMPED } from '../docs/wire-fields.ts'
import { placesOf } from '../places.ts'

const CHROMIUM = '/usr/bin/chromium'
const HERE = existsSync(CHROMIUM)
if (!HERE) console.log(`skipped: no chromium at ${CHROMIUM}, so nobody looked at the page`)

/** Nothing that a browser does by itself may leave this machine. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

describe.runIf(HERE)('in a real browser', () => {
  let browser: Browser
  // What a browser keeps beside its profile is not for the home of whoever runs this.
  let home = ''
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'browser-'))
    const env = { PATH: process.env.PATH ?? '', HOME: home }
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS, env })
  })
  afterAll(async () => {
    await browser.close()
    rmSync(home, { recursive: true, force: true })
  })

  /** The page as somebody sees it who just opened it, and what it asked of other servers. */
  async function visit(
    look: { readonly dark?: boolean; readonly width?: number; readonly isCi?: boolean } = {},
  ) {
    const { width = 1_200, isCi = false } = look
    const world = await openView({ isCi })
    const page = await browser.newPage({
      colorScheme: look.dark ? 'dark' : 'light',
      viewport: { width, height: 900 },
      locale: 'en-GB',
      // axe is put into the page, which allows no script but its own.
      bypassCSP: true,
    })
    const troubles: string[] = []
    page.on('pageerror', (error) => troubles.push(error.message))
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url())
      if (origin !== world.origin && protocol !== 'data:') troubles.push(request.url())
    })
    await page.goto(world.view.url)
    await page.getByText('Live', { exact: true }).waitFor()
    return { ...world, page, troubles }
  }

  test('in CI it does not say that an id is made with the first event', async () => {
    const { page } = await visit({ isCi: true })
    await page.getByText('a new one in each run, in CI and containers').waitFor()
    await page.close()
  })

  test('what the page says of a field is what the documents say, so that an id of one run is not called the machine’s', async () => {
    const { page } = await visit({ isCi: true })
    const said = (await page.locator('#catalogue').textContent()) ?? ''
    const words = Object.values({ ...ENVELOPE, ...STAMPED }).map(({ why }) => why.replaceAll('`', ''))
    expect(words.filter((why) => !said.includes(why))).toEqual([])
    await page.close()
  })

  test.each([
    ['in the light', { dark: false, width: 1_200 }],
    ['in the dark', { dark: true, width: 1_200 }],
    ['on a narrow window', { dark: false, width: 360 }],
  ] as const)('%s axe finds nothing, nothing sticks out, and nothing else is loaded', async (name, look) => {
    const { page, troubles } = await visit(look)
    await page.locator('#events summary').first().click()
    await page.locator('#sources summary').click()
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(look.width)
    expect(troubles).toEqual([])
    await takePicture(page, name)
  })

  test('with the forced colours of a system, and on paper, the switch and the charts are not empty', async () => {
    const { page } = await visit()
    const looks = () =>
      page.evaluate(
        `['.switch', '.switch span', '.bar span', '.legend i', '.use-bar'].map((name) => {
          const { backgroundColor, printColorAdjust } = getComputedStyle(document.querySelector(name))
          return [name, backgroundColor, printColorAdjust]
        })`,
      ) as Promise<string[][]>
    const before = await looks()
    await page.emulateMedia({ forcedColors: 'active' })
    expect(await looks()).toEqual(before)
    expect(before.map(([, , adjust]) => adjust)).toEqual(before.map(() => 'exact'))
  })

  test('an event opens by keyboard to its exact JSON', async () => {
    const { page } = await visit()
    const first = page.locator('#events details').first()
    await first.locator('summary').focus()
    await page.keyboard.press('Enter')
    const event = JSON.parse((await first.locator('pre').textContent()) ?? '')
    expect(event.properties).toMatchObject({ $ip: '0.0.0.0', $geoip_disable: true })
  })

  test('all commands and requests are listed when they are asked for, and few again', async () => {
    const { page, home, troubles } = await visit()
    const { sentLog } = placesOf(visivo, home, EXAMPLE)
    const compiled = readFileSync(sentLog, 'utf8').match(/^.*"command":"compile".*$/m)?.[0] ?? ''
    for (const name of ['deploy', 'archive', 'dist'])
      appendFileSync(sentLog, `${compiled.replace('"command":"compile"', `"command":"${name}"`)}\n`)
    const rows = page.locator('#uses tbody tr')
    await rows.nth(7).waitFor()
    expect(await rows.count()).toBe(8)
    await page.getByRole('button', { name: /^Show all \d+$/ }).click()
    expect(await rows.count()).toBeGreaterThan(8)
    await page.getByRole('button', { name: 'Show fewer' }).click()
    expect(await rows.count()).toBe(8)
    expect(troubles).toEqual([])
  })

  test('whoever is in the list of commands or on a bar by keyboard stays there while things move', async () => {
    const { page, home } = await visit()
    const { sentLog } = placesOf(visivo, home, EXAMPLE)
    const first = page.locator('#uses tbody tr').first()
    expect(await first.textContent()).not.toContain('compile')
    await page.getByRole('button', { name: 'compile', exact: true }).focus()
    const compiled = readFileSync(sentLog, 'utf8').match(/^.*"command":"compile".*$/m)?.[0] ?? ''
    appendFileSync(sentLog, `${compiled}\n`.repeat(200))
    await first.getByText('compile').waitFor()
    expect(await page.evaluate('document.activeElement.textContent')).toBe('compile')
    const bar = page.locator('.bar').last()
    await bar.focus()
    const title = await bar.getAttribute('title')
    await page.evaluate('state.timeline.stretches.shift(); drawTimeline()')
    expect(await page.evaluate('document.activeElement.title')).toBe(title)
  })

  test('the switch, by keyboard, turns telemetry off and empties what waits', async () => {
    const { page, config } = await visit()
    const toggle = page.getByRole('switch', { name: 'Share usage data' })
    expect(await toggle.getAttribute('aria-checked')).toBe('true')
    await toggle.focus()
    await page.keyboard.press('Space')
    await page.getByRole('heading', { name: 'Telemetry is off' }).waitFor()
    expect(await toggle.getAttribute('aria-checked')).toBe('false')
    expect(readFileSync(config, 'utf8')).toContain('telemetry_enabled: false')
    expect(await page.locator('#waiting > li').count()).toBe(0)
  })

  test('off, it names the key as it has to be written, and no bar does not mean that nothing left', async () => {
    const world = await openView({ config: 'telemetry_enabled: false\n' })
    const { sentLog } = placesOf(visivo, world.home, EXAMPLE)
    const longAgo = readFileSync(sentLog, 'utf8').replaceAll(/"sent_at":"\d{4}/g, '"sent_at":"2001')
    writeFileSync(sentLog, longAgo)
    const page = await browser.newPage()
    await page.goto(world.view.url)
    await page.getByText('Live', { exact: true }).waitFor()
    expect(await page.locator('#reason').textContent()).toMatch(/^telemetry_enabled in ~/)
    expect(await page.locator('#waiting-text').textContent()).toMatch(
      /^These are not sent while telemetry is off/,
    )
    expect(await page.locator('#timeline-text').textContent()).toMatch(/more than a year ago/)
    expect(await page.locator('#events > li').count()).toBeGreaterThan(0)
  })

  test('what its server can not read does not mean that it has ended, and is tried again', async () => {
    const { page } = await visit()
    await page.route('**/state', (route) => route.fulfill({ status: 500, body: '{}' }))
    await page.locator('#closed').waitFor()
    expect(await page.locator('#closed').textContent()).toMatch(/could not be read.*visivo telemetry status/s)
    expect(await page.locator('#link').textContent()).toBe('Unread')
    await page.unroute('**/state')
    await page.getByText('Live', { exact: true }).waitFor()
    expect(await page.locator('#closed').isVisible()).toBe(false)
  })

  test.each([
    ['no such page', { status: 404, body: '' }],
    ['a page of its own', { status: 200, body: '<!doctype html>' }],
    ['JSON of its own', { status: 200, body: '{}' }],
  ])('nobody takes old figures for those of now when another program has its port: %s', async (_, answer) => {
    const { page, troubles } = await visit()
    await page.route('**/state', (route) => route.fulfill(answer))
    await page.getByRole('heading', { name: 'This page has ended' }).waitFor()
    expect(await page.locator('#link').textContent()).toBe('Ended')
    await page.unroute('**/state')
    await page.getByText('Live', { exact: true }).waitFor()
    expect(troubles).toEqual([])
  })

  test('without the token the page says where to find its address, and shows nothing', async () => {
    const world = await openView()
    const page = await browser.newPage()
    await page.goto(world.origin)
    await page.locator('#closed').waitFor()
    expect(await page.locator('#shown').isVisible()).toBe(false)
  })
})

async function violations(page: Page): Promise<unknown> {
  await page.evaluate(AXE)
  return page.evaluate(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))',
  )
}

/** `VIEW_PICTURES=docs/view` takes the pictures of the documentation. */
async function takePicture(page: Page, name: string): Promise<void> {
  const directory = process.env.VIEW_PICTURES
  if (!directory) return
  mkdirSync(directory, { recursive: true })
  const file = `${name.replace(/^(in|on) (the|a) /, '').replaceAll(' ', '-')}.png`
  await page.evaluate('scrollTo(0, 0)')
  await page.screenshot({ path: join(directory, file) })
}
