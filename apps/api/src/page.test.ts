import { expect, test } from 'vitest'
import { renderPage } from './page.ts'

const render = async (view: Parameters<typeof renderPage>[0]) => String(await renderPage(view))
const given = { title: 'Visivo', version: '1.2.3' }

test('says what to do when nothing was compiled', async () => {
  const page = await render({ ...given, project: 'Nothing was compiled yet. Run `visivo compile`.' })
  expect(page).toContain('<p>Nothing was compiled yet. Run `visivo compile`.</p>')
})

test('lists dashboards and models with links that lead to them', async () => {
  const outline = { columns: [{ name: 'id', type: 'INTEGER' }], rows: 1250 }
  const models = [
    { name: 'net revenue', outline },
    { name: 'later', outline: undefined },
  ]
  const page = await render({ ...given, title: 'shop', project: { dashboards: ['over/view'], models } })
  expect(page).toContain('<h1>shop</h1>')
  expect(page).toContain('<a href="/api/dashboards/over%2Fview">over/view</a>')
  expect(page).toContain('<a href="/api/models/net%20revenue">net revenue</a>')
  expect(page).toContain('<a href="/api/models/net%20revenue/data">data</a>')
  expect(page).toContain('1,250 rows, 1 column<')
  expect(page).toContain('no data yet: <code>visivo run</code>')
})

test('says so when a project has no dashboards and no models', async () => {
  const page = await render({ ...given, project: { dashboards: [], models: [] } })
  expect(page.match(/This project has none\./g)).toHaveLength(2)
})

test.each([
  ['markup', '<script>alert(1)</script>'],
  ['an attribute broken out of', '" onmouseover="alert(1)'],
  ['half of a surrogate pair', '\ud800<b>'],
])('a name never becomes markup: %s', async (_what, name) => {
  const page = await render({
    ...given,
    title: name,
    project: { dashboards: [name], models: [{ name, outline: undefined }] },
  })
  expect(page).not.toMatch(/<script|<b>|" onmouse/)
})

test('loads nothing: no script, and no address outside of the server', async () => {
  const page = await render({ ...given, project: { dashboards: ['a'], models: [] } })
  expect(page).not.toMatch(/<script|<link|<img|url\(|https?:|@import/)
})
