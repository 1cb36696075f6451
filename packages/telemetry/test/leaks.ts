import fc from 'fast-check'

/** Runs of each property; `FAST_CHECK_RUNS=1000000` for a long night. */
export const runs = { numRuns: Number(process.env.FAST_CHECK_RUNS ?? 2_000) }
/** What a property may take, in milliseconds. */
export const timeout = 60_000 + runs.numRuns * 5

/** So many characters in a row of a person's text are a leak. */
const LEAK = 4

/**
 * Every piece of `LEAK` characters of these texts that stands in these outputs, though neither a declared name nor the
 * program's own words explain it.
 */
export function leaked(
  outputs: readonly string[],
  secrets: readonly string[],
  explained: readonly string[],
): readonly string[] {
  const innocent = new Set(explained.flatMap(pieces))
  const out = new Set(outputs.flatMap(pieces))
  return secrets
    .flatMap(spellings)
    .flatMap(pieces)
    .filter((piece) => out.has(piece) && !innocent.has(piece))
}

/** A text as it is, and as it would stand in JSON or in an address. */
function spellings(text: string): readonly string[] {
  return [text, JSON.stringify(text).slice(1, -1), encoded(text)]
}

/** A text as a segment of an address. */
export function encoded(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'))
}

function pieces(text: string): readonly string[] {
  return Array.from({ length: Math.max(0, text.length - LEAK + 1) }, (_, at) => text.slice(at, at + LEAK))
}

/** A text of a person's: any at all, and such as look like what a sanitizer would keep. */
export const personal = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
  fc.stringMatching(/^[a-z]{4,16}$/),
  fc.stringMatching(/^[A-Z][A-Za-z0-9]{3,30}Error$/),
  fc.stringMatching(/^(\/[a-z0-9]{4,9}){1,4}(\.csv)?$/),
  fc.stringMatching(/^[0-9a-f]{16}$/),
  fc.emailAddress(),
  fc.webUrl({ withQueryParameters: true }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    '<value>jane',
    'ｊａｎｅ',
    'ſecret',
    '\u202Ejane',
    'jane\0doe',
    'jane\n--x',
  ),
)

const word = fc.stringMatching(/^[a-z]{2,8}$/)
/** The words of a program, as its author declares them. */
export const declaredWords = fc.uniqueArray(word, { minLength: 1, maxLength: 6 })

/** Anything that a person's input may be thrown as. */
export const thrown: fc.Arbitrary<{ readonly error: unknown; readonly secrets: readonly string[] }> =
  personal.chain((text) => fc.constantFrom(...errorsOf(text)).map((error) => ({ error, secrets: [text] })))

function errorsOf(text: string): readonly unknown[] {
  const Named = { [text]: class extends RangeError {} }[text] ?? Error
  const named = /^[A-Za-z]\w*$/.test(text) ? text : 'Janes'
  const Written: ErrorConstructor = new Function(`return class ${named}Secret extends Error {}`)()
  const getter = {
    get name() {
      return text
    },
  }
  return [
    text,
    { name: text, message: text },
    getter,
    new Error(text, { cause: new Error(text) }),
    Object.assign(new TypeError(text), { name: text, code: text, stack: text, constructor: { name: text } }),
    new Named(text),
    new Written(text),
    new AggregateError([new Error(text)], text),
    Object.setPrototypeOf(new Error(text), getter),
    new Proxy(new Error(text), { get: () => text }),
    new Proxy({}, { getPrototypeOf: () => ({ constructor: Written }) }),
  ]
}
