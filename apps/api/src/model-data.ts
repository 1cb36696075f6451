import { isObject } from './is-object.ts'

/** A model's result, as `visivo run` wrote it. */
export interface ModelData {
  readonly columns: readonly Column[]
  /** One array per row, its values in the order of the columns. */
  readonly rows: readonly (readonly unknown[])[]
}

/** A column of a result; the type is the database's own name for it. */
export interface Column {
  readonly name: string
  readonly type: string
}

/** Reads the JSON of a data file. Gives undefined when it has no columns or no rows of arrays. */
export function interpretData(json: unknown): ModelData | undefined {
  if (!isObject(json) || !('columns' in json) || !('rows' in json)) return undefined
  const { columns, rows } = json
  if (!isListOf(columns, isColumn) || !isListOf(rows, isRow)) return undefined
  return { columns: columns.map(({ name, type }) => ({ name, type })), rows }
}

const isListOf = <T>(value: unknown, is: (item: unknown) => item is T): value is T[] =>
  Array.isArray(value) && value.every(is)

const isRow = (value: unknown): value is unknown[] => Array.isArray(value)

const isColumn = (value: unknown): value is Column =>
  isObject(value) &&
  'name' in value &&
  typeof value.name === 'string' &&
  'type' in value &&
  typeof value.type === 'string'
