export { ciMachineId, isMachineId, temporaryMachineId } from './id.ts'
export {
  ensureMachineId,
  type MachineId,
  type MachineIdLocation,
  readMachineId,
  resetMachineId,
} from './machine-id.ts'
