import { ciMachineId, ensureMachineId, readMachineId, temporaryMachineId } from '@visivo/machine-id'

/** The anonymous id of this machine, and whether it was made just now. */
export interface Identity {
  readonly id: string
  readonly isNew: boolean
}

/** The id under which this run's events go. In CI it is a fresh `ci-` id that is never written. */
export function identify(directory: string, isCi: boolean): Identity {
  if (isCi) return { id: ciMachineId(), isNew: false }
  const { id, created } = ensureMachineId({ directory })
  return { id, isNew: created }
}

/** The same for a mere look: an id that is not there yet is made up, and not written. */
export function previewIdentity(directory: string, isCi: boolean): Identity {
  if (isCi) return { id: ciMachineId(), isNew: false }
  const known = readMachineId({ directory })
  return { id: known ?? temporaryMachineId(), isNew: known === undefined }
}
