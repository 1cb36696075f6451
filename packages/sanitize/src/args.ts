import { PATH, REDACTED, VALUE } from './placeholders.ts'
import type { Safe } from './safe.ts'

/** More arguments than these become one `<more>`. */
export const MAX_ARGS = 32

/** A flag's name, in which `-`, `_`, `.` and `:` stand between letters and digits; its length is bounded beside it. */
export const FLAG_NAME = '--?[A-Za-z0-9]+(?:[-_.:]+[A-Za-z0-9]+)*'

const A_VALUE = '<(?:value|path|redacted)>'

/**
 * Every text that can stand among the arguments: a placeholder, `--`, or a declared flag of at most 40
 * characters, alone (`--threads`), with a glued value (`--threads=<value>`) or a short one's (`-t<value>`).
 */
export const ARG_SHAPE = new RegExp(
  `^(?:--|<(?:flag|more)>|${A_VALUE}|(?![^=]{41})${FLAG_NAME}(?:=${A_VALUE})?|-[A-Za-z0-9]${A_VALUE})$`,
)

/** `.`, `..`, `.env`, `~/x`, `C:`. */
const PATH_START = /^(?:[.~]|[A-Za-z]:)/

/** `orders.csv`; a number's decimals (`0.5`) are no extension. */
const FILE_EXTENSION = /\.[A-Za-z][A-Za-z0-9]{0,9}$/
const LONGEST_EXTENSION = 11

/**
 * The placeholder for an argument's value: `<redacted>` if it belongs to a sensitive flag, `<path>` if it looks
 * like a file or directory, else `<value>`. Nothing of the value itself comes out.
 */
export function sanitizeValue(value: string, sensitive: boolean): Safe {
  if (sensitive) return REDACTED
  return looksLikePath(value) ? PATH : VALUE
}

function looksLikePath(value: string): boolean {
  return (
    value.includes('/') ||
    value.includes('\\') ||
    PATH_START.test(value) ||
    FILE_EXTENSION.test(value.slice(-LONGEST_EXTENSION))
  )
}
