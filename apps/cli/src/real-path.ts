import { readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/**
 * Where an absolute path leads, links followed, also if the end of it, or of a link in it, is yet to be made. Of links
 * that lead in a circle it is the path itself.
 */
export async function realPathOf(path: string): Promise<string> {
  const above = dirname(path)
  return realpath(path).catch(async (error: NodeJS.ErrnoException) => {
    if (above === path || error.code === 'ELOOP') return path
    const [directory, target] = await Promise.all([realPathOf(above), readlink(path).catch(() => undefined)])
    return target === undefined ? join(directory, basename(path)) : realPathOf(resolve(directory, target))
  })
}
