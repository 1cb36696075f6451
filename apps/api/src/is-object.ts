/** Whether a value may have keys: an object or a list, and not nothing. */
export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
