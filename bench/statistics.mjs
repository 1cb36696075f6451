/** The value below which the share `q` of the values lies; NaN for none. */
export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const low = sorted[Math.floor(at)] ?? Number.NaN
  const high = sorted[Math.ceil(at)] ?? Number.NaN
  // What was ended took for ever, and for ever less itself is no number.
  return low === high ? low : low + (high - low) * (at - Math.floor(at))
}

/** The value in the middle. */
export function median(values) {
  return quantile(values, 0.5)
}

/** The differences, round by round. */
export function differences(these, those) {
  return these.map((value, round) => value - those[round])
}

/** The middle of the differences, round by round, and the quartiles around it. */
export function pairedDifference(these, those) {
  return summary(differences(these, those))
}

/** The middle of the ratios, round by round, and the quartiles around it. */
export function pairedRatio(these, those) {
  return summary(these.map((value, round) => value / those[round]))
}

/**
 * The middle of the values, the quartiles around it, and where the middle of all runs there could be lies in 19 of
 * 20 cases: between these two of the sorted values, whatever the values are like.
 */
export function summary(values) {
  const reach = 0.98 / Math.sqrt(values.length)
  const between = [0.5 - reach, 0.5 + reach].map((q) => quantile(values, Math.min(1, Math.max(0, q))))
  return { median: median(values), low: quantile(values, 0.25), high: quantile(values, 0.75), between }
}

/** The same values in an order by chance, so that no variant always runs after the same other one. */
export function shuffled(values) {
  return values
    .map((value) => ({ value, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value)
}
