import { relative } from 'node:path'
import { inOneLine } from '@visivo/api/printable'
import type { CommandContext, CommonOptions } from '../context.ts'
import { compileProject, countObjects } from '../project/compile.ts'
import { type CompiledProject, writeCompiled } from '../project/compiled.ts'
import type { ObjectCounts } from '../project/kinds.ts'
import { loadProject } from '../project/load.ts'
import { isOptedOut } from '../project/opted-out.ts'
import { realPathOf } from '../real-path.ts'
import { outputDirectoryOf } from './output-directory.ts'

/** The flags of `visivo compile`. */
export interface CompileOptions extends CommonOptions {
  readonly outputDir: string
  readonly source?: string
}

/** `visivo compile`: reads and checks the project, writes `project.json`, prints a line of counts. */
export async function compile(options: CompileOptions, context: CommandContext): Promise<void> {
  const { project, path } = await compileAndWrite(options, context)
  const where = relative(context.workingDirectory, path)
  const summary = `Compiled ${project.name}: ${renderCounts(project.object_counts)} → ${where}`
  context.stdout.write(`${inOneLine(summary)}\n`)
}

/** The work of `compile` without its summary; what is ignored in the project is said on stderr. */
export async function compileAndWrite(
  options: CompileOptions,
  context: CommandContext,
): Promise<{ readonly project: CompiledProject; readonly path: string }> {
  const { workingDirectory, env, report, signal, stderr } = context
  const output = await outputDirectoryOf(workingDirectory, options.outputDir)
  const loaded = await loadProject(workingDirectory, {
    env,
    onName: (name) => {
      report.projectName = name
    },
  })
  report.objectCounts = countObjects(loaded)
  for (const warning of loaded.warnings) stderr.write(`Warning: ${inOneLine(warning)}\n`)
  // By their real paths, because whoever reads it there may have come past a link.
  const directory = relative(await realPathOf(output), await realPathOf(workingDirectory))
  const project: CompiledProject = {
    ...compileProject(loaded, directory, options.source),
    ...(isOptedOut(workingDirectory) && { defaults: { telemetry_enabled: false } }),
  }
  signal.throwIfAborted()
  return { project, path: await writeCompiled(project, output) }
}

/** `2 sources, 1 model`; kinds without objects are left out. */
function renderCounts(counts: ObjectCounts): string {
  const parts = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${count === 1 ? kind.slice(0, -1) : kind}`)
  return parts.length === 0 ? 'no objects' : parts.join(', ')
}
