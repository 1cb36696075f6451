import { ModelError, type Place, ProjectError, UnsupportedSourceError } from '../errors.ts'
import type { CompiledObject, CompiledProject } from '../project/compiled.ts'
import { explainVariableInName, resolveVariables } from '../project/environment.ts'
import { renderNearNames } from '../project/near-names.ts'
import { replaceReferences, targetName } from '../project/references.ts'
import { planSource, type SourcePlan } from './source-plan.ts'
import { quoteName } from './sql.ts'

/** One model to execute. */
export interface Job {
  readonly name: string
  /** Ready for DuckDB: variables and references are put in. */
  readonly sql: string
  /** The models that the SQL references, by the quoted name of the view that each becomes, in order. */
  readonly views: ReadonlyMap<string, ReferencedModel>
  readonly source: SourcePlan
  readonly place: Place
}

/** A model that another one references in its SQL. */
export interface ReferencedModel {
  readonly name: string
  readonly sql: string
}

/** What a plan depends on besides the project. */
export interface PlanOptions {
  readonly workingDirectory: string
  readonly env: Readonly<NodeJS.ProcessEnv>
  /** Names of objects; only models among them are planned. Without it: every model. */
  readonly selected: ReadonlySet<string> | undefined
}

/**
 * The jobs of a run, in the order of the project. Nothing is opened or executed yet: every model that can't run here is
 * found first. Throws the error of a single one, or a ModelError that lists them all.
 */
export function planJobs(project: CompiledProject, options: PlanOptions): Job[] {
  const problems: ProjectError[] = []
  const planner = new Planner(project, options)
  const jobs: Job[] = []
  for (const model of project.models) {
    if (options.selected && !options.selected.has(model.name)) continue
    try {
      jobs.push(planner.job(model))
    } catch (error) {
      if (!(error instanceof ProjectError)) throw error
      problems.push(error)
    }
  }
  throwAll(problems)
  return jobs
}

/** Throws the first of several errors, with the messages of all of them. */
export function throwAll(problems: readonly ProjectError[]): void {
  const [first] = problems
  if (first && problems.length > 1) {
    first.message = [...new Set(problems.map(({ message }) => message))].join('\n')
  }
  if (first) throw first
}

class Planner {
  readonly #models: ReadonlyMap<string, CompiledObject>
  readonly #sources: ReadonlyMap<string, CompiledObject>
  /** The models' names, by what DuckDB takes for one name. Made once: a large project has thousands of references. */
  readonly #twins: ReadonlyMap<string, readonly string[]>

  constructor(
    private readonly project: CompiledProject,
    private readonly options: PlanOptions,
  ) {
    this.#models = new Map(project.models.map((model) => [model.name, model]))
    this.#sources = new Map(project.sources.map((source) => [source.name, source]))
    this.#twins = twinsAmong(this.#models.keys())
  }

  job(model: CompiledObject): Job {
    const place = this.#placeOf(model.name)
    this.#refuseMerge(model)
    const source = this.#sourceOf(model)
    const views = new Map<string, ReferencedModel>()
    const sql = this.#sqlOf(model, views)
    return { name: model.name, sql, views, source, place }
  }

  #sourceOf(model: CompiledObject): SourcePlan {
    const place = this.#placeOf(model.name)
    const source = typeof model.source === 'string' ? this.#sources.get(model.source) : undefined
    if (!source) {
      if (model.sql === undefined) this.#refuseWithoutSql(model)
      if (typeof model.source === 'string') this.#refuseSource(model, model.source)
      throw new ModelError(
        `the model '${model.name}' has no source. Give it \`source: \${ref(name)}\`, or set defaults.source_name.`,
        { place },
      )
    }
    const plan = planSource(source, { ...this.options, place: this.#placeOf(source.name) })
    if (plan) return plan
    throw new UnsupportedSourceError(
      `the model '${model.name}' runs on '${source.name}', a source of type ${String(source.type ?? '(none)')}. ` +
        'Only duckdb and csv sources run here; leave the model out with --dag-filter.',
      { place },
    )
  }

  /** The model's SQL, and into `views` what it references, the deepest first. */
  #sqlOf(model: CompiledObject, views: Map<string, ReferencedModel>): string {
    const place = this.#placeOf(model.name)
    if (typeof model.sql !== 'string' || model.sql.trim() === '') this.#refuseWithoutSql(model)
    // References first: what stands in a variable is no part of the project.
    const sql = replaceReferences(String(model.sql), ({ name, path }) => {
      const other = this.#referencedModel(model, name, path)
      const view = quoteName(this.#viewOf(other.name))
      if (!views.has(view)) views.set(view, { name: other.name, sql: this.#sqlOf(other, views) })
      return view
    })
    return resolveVariables(sql, this.options.env, place)
  }

  /**
   * Not the bare name: a model is often called like the table that it reads. DuckDB takes `Orders` for `orders`, so the
   * second of two such models has a number behind what no name holds.
   */
  #viewOf(name: string): string {
    const at = this.#twins.get(name.toLowerCase())?.indexOf(name) ?? 0
    return at < 1 ? `model ${name}` : `model ${name}/${at}`
  }

  #referencedModel(model: CompiledObject, written: string, path: string): CompiledObject {
    const place = this.#placeOf(model.name)
    const other = this.#models.get(targetName(written, (name) => this.#models.has(name)) ?? '')
    if (!other || path !== '') {
      throw new ModelError(
        `the SQL of '${model.name}' holds \${ref(${written})${path}}. Only a whole model can be referenced ` +
          `in SQL: write \`from \${ref(model)} as m\` and use m.column.`,
        { place },
      )
    }
    this.#refuseMerge(other)
    if (other.source !== model.source) {
      throw new ModelError(
        `the SQL of '${model.name}' references '${other.name}', which is on another source (${String(other.source)}).`,
        { place },
      )
    }
    return other
  }

  #refuseWithoutSql(model: CompiledObject): never {
    throw new ModelError(
      `the model '${model.name}' has no \`sql:\`. Models of other kinds (args, models) don't run here.`,
      { place: this.#placeOf(model.name) },
    )
  }

  /** Its SQL names what it merges in Visivo's own way, which DuckDB would take for tables. */
  #refuseMerge(model: CompiledObject): void {
    if (model.models === undefined || model.models === null) return
    throw new ModelError(
      `the model '${model.name}' merges \`models:\`, which is not done here. Reference them in its SQL instead: ` +
        '`from ${ref(model)}`.',
      { place: this.#placeOf(model.name) },
    )
  }

  #refuseSource(model: CompiledObject, source: string): never {
    const place = this.#placeOf(model.name)
    const variable = explainVariableInName(source)
    if (variable !== undefined)
      throw new ModelError(`the source of the model '${model.name}': ${variable}.`, { place })
    const near = renderNearNames(source, this.#sources.keys())
    throw new ModelError(
      `the model '${model.name}' names '${source}' as its source, which is none of the project's sources.${near}`,
      { place },
    )
  }

  #placeOf(name: string): Place {
    return this.project.places[name] ?? { file: 'project.json', line: 1 }
  }
}

function twinsAmong(names: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const twins = new Map<string, string[]>()
  for (const name of names) {
    const others = twins.get(name.toLowerCase())
    if (others) others.push(name)
    else twins.set(name.toLowerCase(), [name])
  }
  return twins
}
