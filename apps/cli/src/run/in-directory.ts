import { notEntered } from '../not-entered.ts'

/**
 * Does `work` with a directory as that of the process, from which DuckDB counts the relative paths in SQL. Afterwards the
 * process is where it was. Throws a ProjectNotFoundError when the directory can't be entered.
 */
export async function inDirectory<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const before = currentDirectory()
  if (before === directory) return work()
  try {
    process.chdir(directory)
  } catch (cause) {
    throw notEntered(directory, cause)
  }
  try {
    return await work()
  } finally {
    if (before !== undefined) tryToEnter(before)
  }
}

/** Undefined where it was deleted. */
function currentDirectory(): string | undefined {
  try {
    return process.cwd()
  } catch {
    return undefined
  }
}

function tryToEnter(directory: string): void {
  try {
    process.chdir(directory)
  } catch {
    // Deleted meanwhile: nobody can be there any more.
  }
}
