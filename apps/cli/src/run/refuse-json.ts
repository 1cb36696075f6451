import { open } from 'node:fs/promises'

/** An object or a list, of any layout; `[id],[name]` are columns. */
const JSON_BEGINS = /^\s*(?:\{\s*["}]|\[\s*[[\]{"])/
const TEXTS = /"(?:[^"\\]|\\.?)*"?/gs
const INNERMOST = /[[{][^[\]{}]*[\]}]/g
const HEAD = 1024

/**
 * Throws an Error where a file is JSON: DuckDB would take its first line for a header, and where it is the only one, there
 * would be no rows, and no word of it.
 */
export async function refuseJson(file: string): Promise<void> {
  if (!isJson(await headOf(file))) return
  throw new Error(
    `${file} is JSON, not a CSV. Write it as a CSV, or read it in SQL on a duckdb source: from read_json('…').`,
  )
}

/** Behind JSON on a line stands nothing else: `[[Name]],n` are columns, and a value may be an object. */
function isJson(head: string): boolean {
  if (!JSON_BEGINS.test(head)) return false
  let rest = head.trimStart().replace(TEXTS, '')
  for (let before = ''; before !== rest; ) {
    before = rest
    rest = rest.replace(INNERMOST, '')
  }
  return /^[ \r\n]*(?:[[{]|$)/.test(rest)
}

/** Nothing where it can't be read: that is said by who reads it. */
async function headOf(file: string): Promise<string> {
  const handle = await open(file).catch(() => undefined)
  try {
    const read = await handle?.read(Buffer.alloc(HEAD))
    return read?.buffer.toString('utf8', 0, read.bytesRead) ?? ''
  } finally {
    await handle?.close()
  }
}
