/**
 * Blanks of every width, as a text that was copied from a page may have them, and what is left of such a one where the
 * text was written in another encoding.
 */
const BLANK = /[\f\v\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\ufffd]/g
/** What takes no room at all, as what says in which direction a text runs, and control characters. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}|(?![\s\u0085])\p{Cc}/gu
const PLAIN_TEXT = /^[\t\n\r -~]*$/
const MARGIN = /^(?:[^\S\n]|\ufffd)+/gm

/**
 * A configuration as its person sees it, for who looks for a switch in it: what can't be seen is gone, and every blank is
 * a space where a line begins and in the lines of the switch. Elsewhere a blank stays what it is: it may be a part of a
 * text, which a space would cut in two.
 * @param word the source of a pattern for what stands in the lines of the switch
 */
export function asSeen(text: string, word: string): string {
  if (PLAIN_TEXT.test(text)) return text
  return text
    .replace(INVISIBLE, '')
    .replace(MARGIN, withSpaces)
    .replace(new RegExp(`^.*${word}.*$`, 'gm'), withSpaces)
}

function withSpaces(text: string): string {
  return text.replace(BLANK, ' ')
}
