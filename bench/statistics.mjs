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

/** The middle of the differences, round by round, and the quartiles around it. */
export function pairedDifference(these, those) {
  return summary(these.map((value, round) => value - those[round]))
}

/** The middle of the ratios, round by round, and the quartiles around it. */
export function pairedRatio(these, those) {
  return summary(these.map((value, round) => value / those[round]))
}

/** The middle of the values and the quartiles around it. */
export function summary(values) {
  return { median: median(values), low: quantile(values, 0.25), high: quantile(values, 0.75) }
}

/** The same values in an order by chance, so that no variant always runs after the same other one. */
export function shuffled(values) {
  return values
    .map((value) => ({ value, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value)
}
