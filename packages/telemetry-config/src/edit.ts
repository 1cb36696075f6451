import { type Edit, editText } from './edit-text.ts'
import { codeOf, decode, readBytes, type UnreadableFile } from './read-text.ts'
import { writeText } from './write-text.ts'

const BYTE_ORDER_MARK = '\ufeff'

/**
 * Sets the switch at `keyPath` (`GLOBAL_SWITCH` or `PROJECT_SWITCH`) in a YAML file to `true` or `false`, in
 * one step and without touching anything else in it: comments, order, indentation, line ends, mode. A missing
 * file is made (0600), and so is its directory (0700). `changed` is false if the file said so already; it is
 * not written then.
 *
 * Throws if the file can't be read or written, is not valid YAML, or holds several documents. The `Error` names the
 * file, the line if there is one, and what to do; the file stays as it was. It also throws, and the file stays as it was,
 * if a program without types passes a word in place of `true` or `false`.
 */
export function setTelemetryEnabled(
  path: string,
  keyPath: readonly string[],
  enabled: boolean,
): { readonly changed: boolean } {
  // The word that a person typed, such as `off`, would leave an on as it is, and look like success.
  if (typeof enabled !== 'boolean')
    throw new TypeError(`Could not edit ${path}: telemetry is set by true or false, and not by a word for it`)
  const old = readExactly(path)
  if ('problem' in old) throw refusal(path, old, keyPath, enabled)
  const edit = editText(old.text, keyPath, enabled)
  if ('problem' in edit) throw refusal(path, edit, keyPath, enabled)
  if (edit.text === old.text) return { changed: false }
  try {
    writeText(path, old.mark + edit.text)
    return { changed: true }
  } catch (cause) {
    throw new Error(`Could not write ${path} (${codeOf(cause)}). It is as it was.`, { cause })
  }
}

type Problem = Extract<Edit, { readonly problem: string }>

/**
 * The text and its byte order mark; a problem if writing them back would not give the same bytes. Read once: somebody else
 * may switch it just now, and two files would be compared.
 */
function readExactly(path: string): { readonly mark: string; readonly text: string } | Problem {
  const read = readBytes(path)
  if (read.state === 'absent') return { mark: '', text: '' }
  if (read.state === 'unreadable') return unreadable(read)
  const { bytes } = read
  const file = decode(path, bytes)
  if (file.state === 'unreadable') return unreadable(file)
  const mark = bytes.toString('utf8').startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : ''
  const { text } = file
  if (!bytes.equals(Buffer.from(mark + text))) return { problem: 'it is not a UTF-8 text' }
  if (/\r(?!\n)/.test(text)) return { problem: 'it has line ends that YAML parsers disagree about' }
  return { mark, text }
}

function unreadable({ reason }: UnreadableFile): Problem {
  return { problem: `it can't be read (${reason})` }
}

function refusal(
  path: string,
  { problem, line }: Problem,
  keyPath: readonly string[],
  enabled: boolean,
): Error {
  const place = line === undefined ? path : `${path}:${line}`
  return new Error(
    `Could not edit ${place}: ${problem}. It is as it was. Set ${keyPath.join('.')} to ${enabled} by hand.`,
  )
}
