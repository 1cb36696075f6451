import { closeInherited } from './close-inherited.ts'
import { jobFromVariables } from './courier-job.ts'

/**
 * The job of this process, if it is a courier. What it was handed on is closed by then, and before anything else is loaded:
 * as soon as TLS is, a thread of Node 22 and later reads NODE_EXTRA_CA_CERTS, by a descriptor that looks inherited, too.
 * Closed under its hands, its number would go to what is opened next, such as the courier's lock, and the thread close that.
 */
export const job = jobFromVariables(process.env)
if (job) closeInherited()
