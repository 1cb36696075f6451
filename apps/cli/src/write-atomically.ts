import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { OutputError } from './errors.ts'
import { makeDirectory } from './make-directory.ts'
import { isSystemError, reasonOf, type SystemError } from './system-error.ts'

/**
 * Writes a file of the output directory so that a reader sees the old one or the whole new one: into a temporary file
 * beside it, then renamed. Directories are made as needed. When the pieces or the disk fail, the temporary file is
 * removed, and what the pieces threw is thrown, or an OutputError.
 */
export async function writeAtomically(
  path: string,
  pieces: Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  const directory = dirname(path)
  // Not longer than the name itself may be: a file system takes 255 bytes.
  const temporary = join(directory, `.visivo-${randomBytes(6).toString('hex')}.tmp`)
  try {
    await makeDirectory(directory)
    const file = await open(temporary, 'wx')
    try {
      for await (const piece of pieces) await file.writeFile(piece)
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    // Where it can't be removed, it could not be made either.
    await rm(temporary, { force: true }).catch(() => {})
    throw isSystemError(error) ? explain(error, path) : error
  }
}

function explain(cause: SystemError, path: string): OutputError {
  const what =
    cause.syscall === 'mkdir' ? `the directory ${cause.path} can't be made` : `${path} can't be written`
  return new OutputError(`${what} (${reasonOf(cause)}). ${adviceFor(cause)}`, { cause })
}

const IN_THE_WAY = ['EEXIST', 'EISDIR', 'ENOTDIR']

function adviceFor({ code, syscall }: SystemError): string {
  if (code === 'ENAMETOOLONG' && syscall !== 'mkdir')
    return 'A file is called like its model: give that a shorter name.'
  const first = IN_THE_WAY.includes(code) ? 'Move away what is there, or choose' : 'Choose'
  return `${first} another directory with --output-dir.`
}
