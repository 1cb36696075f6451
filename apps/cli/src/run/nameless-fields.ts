import {
  DuckDBArrayType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBUnionType,
} from '@duckdb/node-api'

/**
 * Whether values of a type have several fields of one name, as those of `row(1, 2)` and `list_zip(a, b)`, which have none. An
 * object keeps one of them; the others are lost before this program sees the value.
 */
export function hasNamelessFields(type: DuckDBType): boolean {
  if (type instanceof DuckDBStructType && new Set(type.entryNames).size < type.entryCount) return true
  return partsOf(type).some(hasNamelessFields)
}

function partsOf(type: DuckDBType): readonly DuckDBType[] {
  if (type instanceof DuckDBStructType) return type.entryTypes
  if (type instanceof DuckDBUnionType) return type.memberTypes
  if (type instanceof DuckDBMapType) return [type.keyType, type.valueType]
  return type instanceof DuckDBListType || type instanceof DuckDBArrayType ? [type.valueType] : []
}
