import { alternatives, quote } from './quote.ts'
import type { Place, Tree } from './tree.ts'

/** A script for bash 3.2 and later. Where a flag takes a value, and where nothing fits, files are completed. */
export function renderBash({ name, places, paths, valued }: Tree): string {
  return `# Completion of ${name}: source <(${name} completion bash)
_${name}() {
  local word at='' words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at $word" in
      ${alternatives(paths)}) at="$at $word" ;;
    esac
  done
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
    ${alternatives(valued)}) return ;;
  esac
  case "$at" in
${places.map((place) => `    ${quote(place.path)}) words=${quote(wordsOf(place))} ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _${name} ${name}
`
}

function wordsOf({ words, flags }: Place): string {
  return [...words, ...flags].map(({ text }) => text).join(' ')
}
