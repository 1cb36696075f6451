import { safe } from './safe.ts'

/** Stands for an argument's value. */
export const VALUE = safe`<value>`

/** Stands for a value that looks like a file or directory. */
export const PATH = safe`<path>`

/** Stands for the value of a sensitive flag. */
export const REDACTED = safe`<redacted>`

/** Stands for a flag that the program doesn't declare. */
export const FLAG = safe`<flag>`

/** Stands for all arguments after the first 32. */
export const MORE = safe`<more>`

/** Stands for a command that the program doesn't declare, and for a version that doesn't look like one. */
export const UNKNOWN = safe`<unknown>`

/** Stands for the command when none was given. */
export const NONE = safe`<none>`

/** Stands for the endpoint of a request that no route took, or whose template can't be collected. */
export const UNMATCHED = safe`<unmatched>`

/** Stands for a platform or an architecture that is not in the list; a method has an `OTHER` in capitals, as all methods. */
export const OTHER = safe`other`
