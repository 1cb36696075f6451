/**
 * What a terminal obeys (it may forge a line or recolour one), and what turns the order of a text around or ends a line
 * unseen. Line breaks and tabs are none of these.
 */
const UNSEEN = /[^\P{Cc}\n\t]|[\p{Bidi_Control}\p{Zl}\p{Zp}]/gu

/** A text as it may be shown on a terminal, whoever wrote it: what nobody would see in it is written as `\u001b`. */
export function printable(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(UNSEEN, written)
}

/** The same for a name or a sentence, which can't begin a line of its own then. */
export function inOneLine(text: string): string {
  return printable(text).replaceAll('\n', written)
}

function written(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
