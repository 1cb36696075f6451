import { expect, test } from 'vitest'
import { makeSecrets } from './secrets.ts'

test('what others may have read in the command line of a browser is good for a minute', () => {
  let time = 0
  const secrets = makeSecrets(() => time)
  const [visited, left] = [secrets.issueTicket(), secrets.issueTicket()]
  time = 59_999
  expect(secrets.redeem(visited)).toBe(secrets.token)
  time = 60_000
  expect(secrets.redeem(left)).toBeUndefined()
})
