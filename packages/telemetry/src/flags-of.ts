/** The flags that a key stands for. */
export interface KeyFlags {
  readonly flags: readonly string[]
  /** The same with `no-` before the name. */
  readonly negations: readonly string[]
}

/**
 * Every flag that yargs and citty understand for an option: a key of one letter is `-o` and `--o`, any other
 * `--output-dir`, which may be spelled `--outputDir`, too.
 * @param keys the option's name and its aliases, without dashes
 */
export function flagsOf(keys: readonly string[]): KeyFlags {
  const all = [...new Set(keys.flatMap(spellings))]
  return {
    flags: all.flatMap((key) => (key.length === 1 ? [`-${key}`, `--${key}`] : [`--${key}`])),
    negations: all.map((key) => `--no-${key}`),
  }
}

function spellings(key: string): readonly string[] {
  return [
    key,
    key.replace(/(?<=.)-+(.)/g, (_dash, letter: string) => letter.toUpperCase()),
    key.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
  ]
}
