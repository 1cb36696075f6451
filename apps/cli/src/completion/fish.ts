import type { Place, Tree } from './tree.ts'

/** A script for fish 3 and later. */
export function renderFish({ name, places, paths }: Tree): string {
  return `# Completion of ${name}: ${name} completion fish | source
function __${name}_at
    set -l at ''
    for word in (commandline -opc)[2..-1]
        if contains -- "$at $word" ${paths.map(quote).join(' ')}
            set at "$at $word"
        end
    end
    test "$at" = "$argv[1]"
end
complete -c ${name} -e
${places.flatMap((place) => linesOf(name, place)).join('\n')}
`
}

function linesOf(name: string, { path, words, flags }: Place): readonly string[] {
  const here = `complete -c ${name} -n ${quote(`__${name}_at ${quote(path)}`)}`
  return [
    ...words.map(({ text, about }) => `${here} -f -a ${quote(text)} -d ${quote(about)}`),
    ...flags.map(
      ({ text, short, about, takesValue }) =>
        `${here}${text === short ? '' : ` -l ${quote(text.slice(2))}`}${short === undefined ? '' : ` -s ${quote(short.slice(1))}`}` +
        `${takesValue ? ' -r' : ''} -d ${quote(about)}`,
    ),
  ]
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
