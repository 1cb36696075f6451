import { closeInherited } from './close-inherited.ts'
import { jobFromVariables } from './courier-job.ts'

/**
 * The job of this process, if it is a courier. What it was handed on is closed by then, and before anything else is loaded:
 * as soon as TLS is, a thread of Node's may have a descriptor open that looks the same, see docs/decisions/0013.
 */
export const job = jobFromVariables(process.env)
if (job) closeInherited()
