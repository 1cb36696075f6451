import type { Checked, Product } from '@visivo/telemetry-config'

/** For everything that keeps telemetry off here, what to do should a person want it on. None when it is on. */
export function adviceFor(checked: readonly Checked[], product: Product): readonly string[] {
  return checked.filter(({ verdict }) => verdict === 'off').map((row) => ADVICE[row.kind](row, product))
}

const ADVICE: Readonly<Record<Checked['kind'], (row: Checked, product: Product) => string>> = {
  environment: ({ source, value, unclear }) =>
    unclear
      ? sayBroken({ source, value }, 'start this page where it can be')
      : `${source} is set (${value}) where this page was started. To have it on, unset it there.`,
  'env-file': ({ source, value, path, broken }) =>
    broken
      ? sayBroken({ source, value }, `mend ${path ?? 'the file'} to have it on`)
      : `${source} is set (${value}). To have it on, take it out of that file.`,
  project: ({ source, value, broken }, { name }) =>
    broken
      ? sayBroken({ source, value }, 'mend the file to have its own word count')
      : `${source} is ${value}. To have it on here, use \`${name} telemetry on --project\`.`,
  global: ({ source, value, path, broken }) =>
    broken
      ? sayBroken({ source, value }, `mend ${path ?? 'the file'} to use the switch`)
      : `${source} is ${value}. The switch on this page changes it.`,
  destination: ({ value }, { envPrefix }) =>
    `Nowhere to send to: ${value}. To have it on, set ${envPrefix}_POSTHOG_API_KEY and ${envPrefix}_POSTHOG_HOST to a PostHog of your own.`,
}

function sayBroken({ source, value }: Pick<Checked, 'source' | 'value'>, advice: string): string {
  return `${source}: ${value}. What can't be read counts as off; ${advice}.`
}
