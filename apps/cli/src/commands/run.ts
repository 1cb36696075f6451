import { relative, resolve } from 'node:path'
import { inOneLine } from '@visivo/api/printable'
import type { CommandContext } from '../context.ts'
import { SourceError, UsageError } from '../errors.ts'
import { type CompiledProject, readCompiled } from '../project/compiled.ts'
import { parseFilter, selectNames } from '../project/filter.ts'
import type { Job } from '../run/plan.ts'
import { reasonOf } from '../system-error.ts'
import type { CompileOptions } from './compile.ts'
import { outputDirectoryOf } from './output-directory.ts'

/** The flags of `visivo run`. */
export interface RunOptions extends CompileOptions {
  readonly dagFilter?: string
  /** A whole number from 1. */
  readonly threads: number
  readonly skipCompile?: boolean
}

const BEHIND_FILTER = 'A filter +name takes the models that name depends on.'
const NO_MODELS = 'The project has none; they stand under `models:`.'

/**
 * `visivo run`: compiles, executes the selected models, writes `data/<name>.json` for each, prints a summary. What
 * `beforeModels` does comes when the project is known, and before the work that takes long.
 */
export async function run(
  options: RunOptions,
  context: CommandContext,
  beforeModels: () => Promise<void> = async () => {},
): Promise<void> {
  const { workingDirectory, env, report, stderr } = context
  const terms = options.dagFilter === undefined ? undefined : parseFilter(options.dagFilter)
  const project = await obtainProject(options, context)
  const selected = terms && selectNames(terms, new Set(Object.keys(project.places)), project.edges)
  await beforeModels()

  const { planJobs } = await import('../run/plan.ts')
  const jobs = planJobs(project, { workingDirectory, env, selected })
  report.jobCount = 0
  if (jobs.length > 0) await runJobs(jobs, options, context)
  else stderr.write(`There is no model to run. ${selected ? BEHIND_FILTER : NO_MODELS}\n`)
}

async function runJobs(jobs: readonly Job[], options: RunOptions, context: CommandContext): Promise<void> {
  const { workingDirectory, report, stdout } = context
  const directory = resolve(workingDirectory, options.outputDir)
  // DuckDB takes longer to load than most commands take to run.
  await requireDuckdb()
  const [{ executeJobs }, { inDirectory }, { showProgress }] = await Promise.all([
    import('../run/execute.ts'),
    import('../run/in-directory.ts'),
    import('../run/progress.ts'),
  ])
  const started = performance.now()
  const progress = showProgress(context, jobs.length)
  try {
    await inDirectory(workingDirectory, () =>
      executeJobs(jobs, {
        ...context,
        directory,
        threads: options.threads,
        onJobDone: (done) => {
          report.jobCount = (report.jobCount ?? 0) + 1
          progress.advance(done)
        },
      }),
    )
  } finally {
    progress.end()
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const models = jobs.length === 1 ? '1 model' : `${jobs.length} models`
  const where = relative(workingDirectory, resolve(directory, 'data'))
  stdout.write(`${inOneLine(`Ran ${models} in ${seconds} s → ${where}`)}\n`)
}

/**
 * By itself and first: Node 20 reports what an import of ours would say of a native part that can't be loaded a second
 * time, as an error that nobody caught.
 */
async function requireDuckdb(): Promise<void> {
  try {
    await import('@duckdb/node-api')
  } catch (cause) {
    throw new SourceError(
      `DuckDB can't be loaded (${reasonOf(cause)}). Its native part has to be that of this system: install visivo ` +
        'here once more, with optional dependencies, rather than copy node_modules from elsewhere.',
      { cause },
    )
  }
}

async function obtainProject(options: RunOptions, context: CommandContext): Promise<CompiledProject> {
  if (!options.skipCompile) {
    const { compileAndWrite } = await import('./compile.ts')
    return (await compileAndWrite(options, context)).project
  }
  if (options.source !== undefined) {
    throw new UsageError('--source is decided when compiling; leave it out, or leave out --skip-compile.')
  }
  const output = await outputDirectoryOf(context.workingDirectory, options.outputDir)
  const project = await readCompiled(output)
  context.report.projectName = project.name
  context.report.objectCounts = project.object_counts
  return project
}
