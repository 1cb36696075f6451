import { realpath } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { openFileCache } from './file-cache.ts'
import { type Reading, readJson } from './json-file.ts'
import { type Column, interpretData, type ModelData } from './model-data.ts'
import { interpretProject, type Project } from './project.ts'

/** What `visivo compile` and `visivo run` left in a directory. Reads when it is asked and never writes. */
export interface Store {
  /** The compiled project. */
  project(): Promise<Reading<Project>>
  /** The result of a model. Pass a name that stands in the project: what has no file there is `missing`. */
  data(model: string): Promise<Reading<ModelData>>
  /** How many rows of which columns a model has: known without its rows once they were read. */
  outline(model: string): Promise<Reading<Outline>>
}

/** The outline of a model's result. */
export interface Outline {
  readonly columns: readonly Column[]
  readonly rows: number
}

/** Results are kept up to this many bytes of files, so that paging through a large one parses it once. */
const MAX_DATA_BYTES = 256 * 1024 * 1024

/** A project and the outlines are small and always wanted. */
const ALL = Number.POSITIVE_INFINITY

/** Opens the directory that `visivo compile` writes to. It needn't exist yet. */
export function openStore(directory: string): Store {
  const folder = resolve(directory, 'data')
  const project = openFileCache({ load: (file) => readJson(file, interpretProject), maxBytes: ALL })
  const data = openFileCache({ load: (file) => readJson(file, interpretData), maxBytes: MAX_DATA_BYTES })
  const outline = openFileCache({ load: async (file) => outlineOf(await data(file)), maxBytes: ALL })

  return {
    project: () => project(join(directory, 'project.json')),
    data: (model) => ofModel(folder, model, data),
    outline: (model) => ofModel(folder, model, outline),
  }
}

const outlineOf = (reading: Reading<ModelData>): Reading<Outline> =>
  reading.state === 'ok'
    ? { state: 'ok', value: { columns: reading.value.columns, rows: reading.value.rows.length } }
    : reading

async function ofModel<T>(
  folder: string,
  model: string,
  read: (file: string) => Promise<Reading<T>>,
): Promise<Reading<T>> {
  const file = await fileInside(folder, `${model}.json`)
  return file === undefined ? { state: 'missing' } : read(file)
}

/** The real path of a file that stands directly in the folder. A name or a link that leads elsewhere gives none. */
async function fileInside(folder: string, name: string): Promise<string | undefined> {
  const file = resolve(folder, name)
  if (dirname(file) !== folder) return undefined
  try {
    const [realFile, realFolder] = await Promise.all([realpath(file), realpath(folder)])
    return dirname(realFile) === realFolder ? realFile : undefined
  } catch {
    // Not there, or a name that no file can have (too long, with a zero byte).
    return undefined
  }
}
