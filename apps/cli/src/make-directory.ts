import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a directory and what is missing above it. Throws what `node:fs` throws, which names the one that can't be made.
 *
 * Step by step: with `recursive`, Node 20 tries for ever where a directory that exists answers that it does not, as
 * `/proc` does.
 */
export async function makeDirectory(path: string): Promise<void> {
  if (await isDirectory(path)) return
  const above = dirname(path)
  if (above !== path) await makeDirectory(above)
  try {
    await mkdir(path)
  } catch (error) {
    // Another model's result may have needed it just now.
    if (!(await isDirectory(path))) throw error
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
