import { alternatives, quote } from './quote.ts'
import type { Place, Tree, Word } from './tree.ts'

/** A script for zsh: to be sourced after `compinit`, or to be saved as `_visivo` in a directory of `fpath`. */
export function renderZsh({ name, places, paths, valued }: Tree): string {
  return `#compdef ${name}
_${name}() {
  local word at=''
  local -a choices
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at $word" in
      ${alternatives(paths)}) at="$at $word" ;;
    esac
  done
  case "\${words[CURRENT-1]}" in
    ${alternatives(valued)}) _files; return ;;
  esac
  case "$at" in
${places.map((place) => `    ${quote(place.path)}) choices=(${choicesOf(place)}) ;;`).join('\n')}
  esac
  _describe ${name} choices || _files
}
if [ "\${funcstack[1]}" = _${name} ]; then _${name} "$@"; else compdef _${name} ${name}; fi
`
}

function choicesOf({ words, flags }: Place): string {
  return [...words, ...flags].map(describe).join(' ')
}

/** `name:what it is`, as `_describe` takes it. */
function describe({ text, about }: Word): string {
  const plain = (part: string) => part.replaceAll('\\', '\\\\').replaceAll(':', '\\:')
  return quote(about === '' ? plain(text) : `${plain(text)}:${plain(about)}`)
}
