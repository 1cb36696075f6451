import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { toJsonValue } from './json-value.ts'

test.each([
  ['a bigint that a double holds', '9007199254740991::bigint', 9007199254740991],
  ['a bigint that it does not', '9007199254740993::bigint', '9007199254740993'],
  [
    'a hugeint',
    '-170141183460469231731687303715884105727::hugeint',
    '-170141183460469231731687303715884105727',
  ],
  ['a decimal', '12.50::decimal(18, 2)', 12.5],
  ['a negative decimal below one', '-0.00125::decimal(18, 5)', -0.00125],
  ['a wide decimal of few digits', '3.14::decimal(38, 10)', 3.14],
  ['a decimal of few digits, which its type fills up with zeros', '12.5::decimal(38, 18)', 12.5],
  ['a whole number in such a type', '-100::decimal(38, 18)', -100],
  ['nothing in such a type', '0::decimal(38, 18)', 0],
  [
    'a decimal that ends in zeros and has too many digits',
    '12345678901234567.5::decimal(38, 5)',
    '12345678901234567.50000',
  ],
  ['a decimal of too many digits', '12345678901234567.89::decimal(38, 2)', '12345678901234567.89'],
  ['a double', '0.1::double', 0.1],
  ['not a number', "'nan'::double", null],
  ['an infinity', "'-inf'::double", null],
  ['a day without end', "date 'infinity'", null],
  ['a day before all others', "date '-infinity'", null],
  ['a time without end', "timestamp 'infinity'", null],
  ['a time without end, in milliseconds', "timestamp_ms '-infinity'", null],
  ['a time without end, in seconds', "timestamp_s 'infinity'", null],
  ['a time without end, in nanoseconds', "timestamp_ns 'infinity'", null],
  ['a time without end in a zone', "timestamptz 'infinity'", null],
  ['null', 'null', null],
  ['a boolean', 'true', true],
  ['text', '\'a "b" ü\'', 'a "b" ü'],
  ['a date', "date '2026-01-31'", '2026-01-31'],
  ['a timestamp', "timestamp '2026-01-31 10:00:00.25'", '2026-01-31T10:00:00.25'],
  ['a timestamp in a zone', "timestamptz '2026-01-31 10:00:00+02'", '2026-01-31T08:00:00Z'],
  ['a time', "time '10:00:00'", '10:00:00'],
  ['an interval', 'interval 3 days', '3 days'],
  ['a uuid', "'0191d6a0-0000-7000-8000-000000000000'::uuid", '0191d6a0-0000-7000-8000-000000000000'],
  ['an enum', "'b'::enum('a', 'b')", 'b'],
  ['a list with a bigint and a gap', '[1::bigint, null]', [1, null]],
  ['an array', '[1.5, 2.5]::double[2]', [1.5, 2.5]],
  ['a struct in a list', "[{'a': date '2026-01-31'}]", [{ a: '2026-01-31' }]],
  ['a map', "map {'a': 1::bigint}", [{ key: 'a', value: 1 }]],
  ['a union', 'union_value(n := 2::bigint)', 2],
])('%s: %s', async (_case, sql, expected) => {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    await connection.run("set timezone = 'UTC'")
    const result = await connection.run(`select ${sql} as value`)
    const [row] = await result.getRows()
    expect(toJsonValue(row?.[0] ?? null)).toEqual(expected)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
})
