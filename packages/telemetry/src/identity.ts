import { ciMachineId, ensureMachineId, readMachineId, temporaryMachineId } from '@visivo/machine-id'

/** The anonymous id of this machine, and whether it was made just now. */
export interface Identity {
  readonly id: string
  readonly isNew: boolean
}

/**
 * The id under which this run's events go. In CI it is a fresh `ci-` id that is never written. Elsewhere it throws where
 * no id can be kept: with another in each run, every run would count as a machine.
 * @param prepare called before an id is made, and throws where nothing could tell of it: it is told of once
 */
export function identify(directory: string, isCi: boolean, prepare: () => void): Identity {
  if (isCi) return { id: ciMachineId(), isNew: false }
  const known = readMachineId({ directory })
  if (known !== undefined) return { id: known, isNew: false }
  prepare()
  const { id, created, persisted } = ensureMachineId({ directory })
  if (!persisted) throw new Error('no machine id can be kept')
  return { id, isNew: created }
}

/** The same for a mere look: an id that is not there yet is made up, and not written. */
export function previewIdentity(directory: string, isCi: boolean): Identity {
  if (isCi) return { id: ciMachineId(), isNew: false }
  const known = readMachineId({ directory })
  return { id: known ?? temporaryMachineId(), isNew: known === undefined }
}
