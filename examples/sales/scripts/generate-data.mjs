// Writes the CSV files in ../data. The numbers come from a fixed seed: every run writes the same bytes.
import { mkdirSync, writeFileSync } from 'node:fs'

const directory = new URL('../data/', import.meta.url)
const DAYS = 730
const FIRST_DAY = Date.UTC(2024, 0, 1)
const DAY = 86_400_000

const random = mulberry32(20_240_101)
const below = (limit) => Math.floor(random() * limit)
const pick = (list) => list[below(list.length)]
const date = (day) => new Date(FIRST_DAY + day * DAY).toISOString().slice(0, 10)

const REGIONS = ['North', 'South', 'East', 'West']
const SEGMENTS = ['Consumer', 'Consumer', 'Consumer', 'Business', 'Business', 'Public']
const CATEGORIES = { Coffee: 9, Tea: 7, Equipment: 85, Cups: 14, Gifts: 32 }
const STATUSES = [...Array(18).fill('paid'), 'refunded', 'cancelled']

const customers = Array.from({ length: 2000 }, (_, index) => ({
  id: index + 1,
  region: pick(REGIONS),
  segment: pick(SEGMENTS),
  since: date(below(DAYS / 2)),
}))

const products = Array.from({ length: 120 }, (_, index) => {
  const [category, price] = pick(Object.entries(CATEGORIES))
  return { id: index + 1, category, price: (price * (0.5 + random() * 1.5)).toFixed(2) }
})

const orders = []
const items = []
for (let day = 0; day < DAYS; day += 1) {
  const weekend = [0, 6].includes(new Date(FIRST_DAY + day * DAY).getUTCDay())
  const season = 1 + 0.35 * Math.sin((2 * Math.PI * day) / 365)
  const count = Math.round((weekend ? 14 : 24) * season * (1 + day / DAYS))
  for (let number = 0; number < count; number += 1) {
    const id = orders.length + 1
    // The square favours early customers, who order more often.
    const customer = customers[Math.floor(random() ** 2 * customers.length)]
    orders.push([id, customer.id, date(day), pick(STATUSES)])
    for (let line = 1 + below(3); line > 0; line -= 1) {
      const product = pick(products)
      items.push([id, product.id, 1 + below(4), product.price])
    }
  }
}

const targets = Array.from({ length: DAYS / 365 }, (_, year) =>
  REGIONS.flatMap((region) =>
    Array.from({ length: 12 }, (_, month) => [
      `${2024 + year}-${String(month + 1).padStart(2, '0')}-01`,
      region,
      40_000 + below(8) * 5000 + year * 15_000,
    ]),
  ),
).flat()

mkdirSync(directory, { recursive: true })
write('customers.csv', 'customer_id,region,segment,customer_since', customers.map(Object.values))
write('products.csv', 'product_id,category,list_price', products.map(Object.values))
write('orders.csv', 'order_id,customer_id,ordered_on,status', orders)
write('order_items.csv', 'order_id,product_id,quantity,unit_price', items)
write('targets.csv', 'month;region;target', targets, ';')

function write(name, header, rows, delimiter = ',') {
  const lines = [header, ...rows.map((row) => row.join(delimiter))]
  writeFileSync(new URL(name, directory), `${lines.join('\n')}\n`)
}

/** A small generator of numbers from 0 to 1 that is the same everywhere. */
function mulberry32(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
