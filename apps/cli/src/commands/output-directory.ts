import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { UsageError } from '../errors.ts'
import { PROJECT_FILE } from '../project/kinds.ts'

/**
 * Where a command writes its results, absolute. Throws a UsageError when that is a project's own directory: results would
 * replace files of it that are called like them, such as `data/orders.json`.
 */
export async function outputDirectoryOf(workingDirectory: string, outputDir: string): Promise<string> {
  const output = resolve(workingDirectory, outputDir)
  if (await stat(join(output, PROJECT_FILE)).catch(() => undefined)) {
    throw new UsageError(
      `${output} is the directory of a project, whose own files results could replace. ` +
        'Choose another with --output-dir, such as target.',
    )
  }
  return output
}
