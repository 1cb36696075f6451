import { join } from 'node:path'
import { codeOf } from './code-of.ts'
import { readOwn } from './own-file.ts'

/**
 * What stands before a name in the hosts file, in its order; whether it is an address is left to the caller.
 * Undefined where the file is not to be read here, as a list of a million blocked names. Never throws.
 * @param path another file than the system's
 */
export function findInHostsFile(
  hostname: string,
  path: string = systemsOwn(),
): readonly string[] | undefined {
  const wanted = hostname.toLowerCase()
  return linesOf(path)?.flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/)
    return names.includes(wanted) ? [address] : []
  })
}

function linesOf(path: string): readonly string[] | undefined {
  try {
    // As careful as with a file of ours: a pipe in its place would hold the process.
    return readOwn(path).split('\n')
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? [] : undefined
  }
}

/** Names in it go before those of a name server: see `hosts(5)`. */
function systemsOwn(): string {
  return process.platform === 'win32'
    ? join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'drivers', 'etc', 'hosts')
    : '/etc/hosts'
}
