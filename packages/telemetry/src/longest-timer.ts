/** In milliseconds, 24 days: a timer of Node's that is set to more, or to `Infinity`, goes off at once. */
export const LONGEST_TIMER = 2_147_483_647
