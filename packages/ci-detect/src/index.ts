export { type Detection, detectCi, type Surroundings } from './detect-ci.ts'
export { type Sign, SYSTEMS, type System } from './systems.ts'
