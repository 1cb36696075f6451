/** From one millisecond to a hundred seconds, in powers of ten. */
const DECADES = ['1 ms', '10 ms', '0.1 s', '1 s', '10 s', '100 s']
const LEFT = 120
const WIDTH = 820
const BAR = 13
const SCALE = (WIDTH - LEFT - 110) / (DECADES.length - 1)

const STYLE = `
text { font: 12px system-ui, sans-serif; fill: #24292f }
.small { font-size: 11px; fill: #57606a }
.line { stroke: #d0d7de }
.floor { fill: #8c959f } .ours { fill: #1a7f37 } .start { fill: #4ac26b }
.fetch { fill: #bf8700 } .short { fill: #bc4c00 } .readme { fill: #cf222e }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .small { fill: #9198a1 } .line { stroke: #3d444d }
}`

/**
 * Horizontal bars on a logarithmic scale, as an SVG that reads on light and dark.
 * @param series `[{ style, label }]`, what each bar of a group is
 * @param groups `[{ label, bars: [{ style, milliseconds, text }] }]`
 */
export function drawChart(title, series, groups) {
  const top = 66
  const heights = groups.map(({ bars }) => bars.length * BAR + 16)
  const bottom = top + heights.reduce((sum, height) => sum + height, 0)
  const parts = [
    `<text x="0" y="16">${escaped(title)}</text>`,
    ...series.map(({ style, label }, at) => {
      const x = (at % 3) * 270
      const y = 26 + Math.floor(at / 3) * 17
      return `<rect class="${style}" x="${x}" y="${y}" width="10" height="10"/><text class="small" x="${x + 15}" y="${y + 9}">${escaped(label)}</text>`
    }),
    ...DECADES.map((label, decade) => {
      const x = LEFT + decade * SCALE
      return `<path class="line" d="M${x} ${top}V${bottom}"/><text class="small" x="${x}" y="${bottom + 15}" text-anchor="middle">${label}</text>`
    }),
    ...groups.map((group, at) => drawGroup(group, top + 8 + sum(heights.slice(0, at)))),
  ]
  const size = `viewBox="0 0 ${WIDTH} ${bottom + 24}" width="${WIDTH}" height="${bottom + 24}"`
  const open = `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${escaped(title)}">`
  return `${open}\n<style>${STYLE}\n</style>\n${parts.join('\n')}\n</svg>\n`
}

function drawGroup({ label, bars }, top) {
  const middle = top + (bars.length * BAR) / 2 + 4
  const drawn = bars.map(({ style, milliseconds, text }, at) => {
    const y = top + at * BAR
    const length = Math.min(Math.max(Math.log10(milliseconds), 0.03), DECADES.length - 1) * SCALE
    return `<rect class="${style}" x="${LEFT}" y="${y}" width="${length.toFixed(1)}" height="${BAR - 3}"/><text class="small" x="${(LEFT + length + 5).toFixed(1)}" y="${y + 9}">${escaped(text)}</text>`
  })
  return [`<text x="0" y="${middle}">${escaped(label)}</text>`, ...drawn].join('\n')
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0)
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
