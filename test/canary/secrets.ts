import { createHash, randomInt } from 'node:crypto'

/** The places where a person can put a word of their own; each gets a secret of its own, so that a leak has a name. */
const PLACES = [
  ...['project', 'model', 'source', 'trace', 'insight', 'chart', 'table', 'dashboard', 'alert', 'input'],
  ...['destination', 'metric', 'column', 'sql', 'data', 'database', 'include', 'key', 'title', 'seed'],
  ...[
    'dotenvName',
    'dotenvValue',
    'envName',
    'envValue',
    'user',
    'host',
    'home',
    'cwd',
    'outputDir',
    'envFile',
  ],
  ...[
    'command',
    'positional',
    'flag',
    'flagValue',
    'flagGlued',
    'short',
    'cluster',
    'apiKey',
    'literal',
    'number',
  ],
  ...['filter', 'errorMessage', 'errorClass', 'thrown', 'hook', 'machine', 'missingVariable', 'broken'],
  ...['urlPath', 'urlModel', 'query', 'header', 'agent', 'cookie', 'body', 'method', 'hostHeader', 'referer'],
] as const

export type Place = (typeof PLACES)[number]

/**
 * Consonants only, so that no word, number or id holds a piece of one by chance, and none that is a flag of `visivo`: a
 * secret may be a word of short flags.
 */
const LETTERS = 'gjkmqrtvxz'
const LENGTH = 16

/** What of a secret is looked for: every run of so many characters. */
const PIECE = 6

/**
 * New secrets for every run. No two have a piece in common, in either direction: a courier knows whose home it serves,
 * and that must not look like another one's leak.
 */
export function makeSecrets(): Readonly<Record<Place, string>> {
  const taken = new Set<string>()
  return Object.fromEntries(PLACES.map((place) => [place, secret(taken)])) as Readonly<Record<Place, string>>
}

function secret(taken: Set<string>): string {
  const word = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('')
  const parts = [word, backwards(word)].flatMap((text) => pieces('', text, PIECE).map(([, piece]) => piece))
  if (parts.some((piece) => taken.has(piece))) return secret(taken)
  for (const piece of parts) taken.add(piece)
  return word
}

function backwards(text: string): string {
  return [...text].reverse().join('')
}

/** Which of these secrets stands in the bytes, in any spelling or in part: `model as base64 …`. */
export function findSecrets(
  bytes: Uint8Array | string,
  secrets: Readonly<Partial<Record<Place, string>>>,
): readonly string[] {
  const text = Buffer.from(bytes).toString('latin1')
  const lower = text.toLowerCase()
  return Object.entries(secrets).flatMap(([place, plain]) => {
    const cased = spellings(plain).filter(([, needle]) => text.includes(needle))
    const uncased = caselessSpellings(plain).filter(([, needle]) => lower.includes(needle))
    return [...cased, ...uncased].map(([spelling, needle]) => `${place} ${spelling}: ${needle}`)
  })
}

type Spelling = readonly [name: string, needle: string]

function caselessSpellings(plain: string): readonly Spelling[] {
  const codes = [...plain].map((letter) => letter.charCodeAt(0).toString(16))
  return [
    ...pieces('plain', plain, PIECE),
    ...pieces('reversed', backwards(plain), PIECE),
    ...pieces('in hex', codes.join(''), 2 * PIECE),
    ...pieces('in an address', codes.map((code) => `%${code}`).join(''), 3 * PIECE),
    ...pieces('in JSON', codes.map((code) => `\\u00${code}`).join(''), PIECE * PIECE),
    ...pieces('in two bytes', [...plain].map((letter) => `${letter}\0`).join(''), 2 * PIECE),
    ...['sha256', 'sha1', 'md5'].map((algorithm): Spelling => {
      return [`as ${algorithm}`, createHash(algorithm).update(plain).digest('hex').slice(0, 16)]
    }),
  ]
}

/** Three letters are four of base64, from where on depends on what stands before. */
function spellings(plain: string): readonly Spelling[] {
  return [0, 1, 2].flatMap((skip) => {
    const whole = plain.slice(skip, skip + 12)
    return pieces('in base64', Buffer.from(whole).toString('base64'), 8)
  })
}

function pieces(name: string, text: string, length: number): readonly Spelling[] {
  return Array.from(
    { length: text.length - length + 1 },
    (_, at) => [name, text.slice(at, at + length)] as const,
  )
}
