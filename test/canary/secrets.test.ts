import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { findSecrets, makeSecrets } from './secrets.ts'

const { model, host } = makeSecrets()
// No letter of a secret's stands before it: with five of its own, that would be a piece of another one, once in 78,000 times.

test.each<[string, (secret: string) => string | Buffer]>([
  ['as it is', (secret) => secret],
  ['in capitals', (secret) => secret.toUpperCase()],
  ['six characters of it', (secret) => secret.slice(5, 11)],
  ['backwards', (secret) => [...secret].reverse().join('')],
  ['in hex', (secret) => Buffer.from(secret).toString('hex').toUpperCase()],
  ['in base64', (secret) => Buffer.from(secret).toString('base64')],
  ['in base64, behind a letter', (secret) => Buffer.from(`a${secret}`).toString('base64')],
  ['in base64, behind two letters', (secret) => Buffer.from(`aa${secret}`).toString('base64url')],
  [
    'in an address',
    (secret) => [...secret].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join(''),
  ],
  ['in JSON', (secret) => [...secret].map((letter) => `\\u00${letter.charCodeAt(0).toString(16)}`).join('')],
  ['in UTF-16', (secret) => Buffer.from(secret, 'utf16le')],
  ['hashed', (secret) => createHash('sha256').update(secret).digest('hex')],
])('a secret is found %s', (_says, spell) => {
  const hidden = Buffer.concat([Buffer.from('before '), Buffer.from(spell(model)), Buffer.from(' after')])
  expect(findSecrets(hidden, { model, host }).length).toBeGreaterThan(0)
  expect(findSecrets(hidden, { host })).toEqual([])
})

test('no secret looks like another: whoever may know one is not taken for a leak of the rest', () => {
  for (let time = 0; time < 5; time++) {
    const secrets = makeSecrets()
    for (const [place, secret] of Object.entries(secrets)) {
      const { [place as keyof typeof secrets]: _, ...others } = secrets
      expect(findSecrets(secret, others)).toEqual([])
    }
  }
})
