const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const STORED = new RegExp(`^${UUID}$`)
const ANY = new RegExp(`^(?:ci-)?${UUID}$`)

/** Whether `text` is an id as it stands in an event: a lower-case UUID of any version, with or without `ci-`. */
export function isMachineId(text: string): boolean {
  return typeof text === 'string' && ANY.test(text)
}

/** The id in the text of an id file, in lower case; `undefined` for anything else, `ci-` ids included. */
export function parseStored(text: string): string | undefined {
  const id = text.trim().toLowerCase()
  return STORED.test(id) ? id : undefined
}

/** A new random id (UUID version 4) behind `prefix`, for this run only: it is written nowhere. */
export function temporaryMachineId(prefix = ''): string {
  // Not by an import, which would cost every run milliseconds: an id is made once in a machine's life.
  return prefix + process.getBuiltinModule('node:crypto').randomUUID()
}

/** A new random id for a run in CI, `ci-<uuid>`: it is written nowhere. */
export function ciMachineId(): string {
  return temporaryMachineId('ci-')
}
