/** The round constants of FIPS 180-4: the first 32 bits of the fractions of the cube roots of the first 64 primes. */
// biome-ignore format: eight to a line, as the standard prints them
const ROUNDS = Int32Array.of(
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
)

/** The initial state: the same of the square roots of the first eight primes. */
// biome-ignore format: eight to a line, as the standard prints them
const START = Int32Array.of(
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
)

const BLOCK = 64

/**
 * SHA-256 (FIPS 180-4), as eight numbers of 32 bits with a sign.
 *
 * Our own, because a short-lived command hashes two short texts: loading any library, `node:crypto` included,
 * takes longer than that. For the same reason nothing here calls a function sixty-four times a block: such
 * a command is over before anything is optimized. For whoever hashes many: words taken from an array by destructuring,
 * with a default, make V8 optimize in vain again and again, and 300 texts of 800 characters take ten times as long.
 */
export function sha256(message: Uint8Array): Int32Array {
  const state = START.slice()
  const view = new DataView(padded(message).buffer)
  const words = new Int32Array(BLOCK)
  for (let block = 0; block < view.byteLength; block += BLOCK) {
    for (let t = 0; t < 16; t++) words[t] = view.getInt32(block + 4 * t)
    extend(words)
    compress(state, words)
  }
  return state
}

/** The message, a one bit, zeros, and its length in bits: whole blocks. */
function padded(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const blocks = Math.ceil((message.length + 9) / BLOCK)
  const bytes = new Uint8Array(blocks * BLOCK)
  bytes.set(message)
  bytes[message.length] = 0x80
  const view = new DataView(bytes.buffer)
  view.setUint32(bytes.length - 8, message.length / 2 ** 29)
  view.setUint32(bytes.length - 4, message.length * 8)
  return bytes
}

/** The words of a block from the seventeenth on, each from four before it. */
function extend(words: Int32Array): void {
  for (let t = 16; t < BLOCK; t++) {
    const a = words[t - 16] ?? 0
    const b = words[t - 15] ?? 0
    const c = words[t - 7] ?? 0
    const d = words[t - 2] ?? 0
    const low = ((b >>> 7) | (b << 25)) ^ ((b >>> 18) | (b << 14)) ^ (b >>> 3)
    const high = ((d >>> 17) | (d << 15)) ^ ((d >>> 19) | (d << 13)) ^ (d >>> 10)
    words[t] = a + low + c + high
  }
}

/** Mixes one block into the state. */
function compress(state: Int32Array, words: Int32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let t = 0; t < BLOCK; t++) {
    const word = words[t] ?? 0
    const round = ROUNDS[t] ?? 0
    const turnedE = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const one = (h + turnedE + ((e & f) ^ (~e & g)) + round + word) | 0
    const turnedA = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const two = (turnedA + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + one) | 0
    d = c
    c = b
    b = a
    a = (one + two) | 0
  }
  for (const [at, mixed] of [a, b, c, d, e, f, g, h].entries()) state[at] = (state[at] ?? 0) + mixed
}
