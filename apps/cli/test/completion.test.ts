import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { telemetryWorld } from './telemetry-world.ts'
import { temporaryProject } from './temp-project.ts'
import { visivo } from './visivo.ts'

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))

const scripts = { bash: '', zsh: '', fish: '' }
const has = (shell: string) => spawnSync(shell, ['-c', 'exit 0']).status === 0

beforeAll(() => {
  for (const shell of ['bash', 'zsh', 'fish'] as const)
    scripts[shell] = execFileSync(process.execPath, [MAIN, 'completion', shell], { encoding: 'utf8' })
})

/** What bash offers behind `visivo` and these words, the last of which is yet to be finished. */
function offeredByBash(words: readonly string[]): readonly string[] {
  const ask = `COMP_WORDS=(visivo "$@"); COMP_CWORD=$#; _visivo; printf '%s\\n' "\${COMPREPLY[@]}"`
  const output = execFileSync('bash', ['-c', `${scripts.bash}\n${ask}`, 'bash', ...words], {
    encoding: 'utf8',
  })
  return output.split('\n').filter((line) => line !== '')
}

describe.skipIf(!has('bash'))('bash completes', () => {
  test.each<[string, string[], string[]]>([
    ['commands', ['co'], ['compile', 'completion']],
    ['commands below a command', ['telemetry', 'st'], ['status']],
    ['aliases', ['telemetry', 'en'], ['enable']],
    ['flags', ['run', '--th'], ['--threads']],
    ['flags of the commands above', ['telemetry', 'log', '--js'], ['--json']],
    ['commands behind a flag', ['telemetry', '--json', 'sch'], ['schema']],
    ['choices', ['completion', ''], ['bash', 'zsh', 'fish', '-e', '--verbose', '--version', '--help']],
    ['files behind a flag that takes a value', ['run', '--source', 'co'], []],
    ['files behind such a flag by its short name', ['run', '-o', ''], []],
    ['files behind the one that every command has', ['-e', ''], []],
    ['files behind its long name, too', ['--env-file', ''], []],
    ['no name of a flag that Node would take for its own', ['run', '--en'], []],
    ['no words of another command', ['compile', '--th'], []],
  ])('%s', (_, words, expected) => {
    expect([...offeredByBash(words)].sort()).toEqual([...expected].sort())
  })
})

test.skipIf(!has('zsh'))('zsh offers commands with what they do', () => {
  const stubs = 'compdef() { }; _describe() { print -l -- ${(P)2} }'
  const ask = 'words=(visivo telemetry st); CURRENT=3; _visivo'
  const offered = execFileSync('zsh', ['-f', '-c', `${stubs}\n${scripts.zsh}\n${ask}`], { encoding: 'utf8' })
  expect(offered).toMatch(/^status:on or off and why/)
})

test.skipIf(!has('fish'))('fish takes the script, and completes', () => {
  const ask = `${scripts.fish}\ncomplete -C 'visivo telemetry st'`
  expect(execFileSync('fish', ['--no-config', '-c', ask], { encoding: 'utf8' })).toMatch(/^status\t/)
})

test.each(['bash', 'zsh', 'fish'] as const)('the script for %s knows every command', (shell) => {
  for (const name of ['compile', 'run', 'serve', 'telemetry', 'doctor', 'disable', 'completion'])
    expect(scripts[shell]).toContain(name)
})

test('fish and zsh know the short names of flags', () => {
  expect(scripts.fish).toContain("-l 'output-dir' -s 'o' -r")
  expect(scripts.zsh).toContain("'--output-dir'|'-o'")
})

test.each([
  ['fish', " -s 'e' -r"],
  ['zsh', "'-e:"],
] as const)('%s offers -e, not the name that Node would take for its own', (shell, offered) => {
  expect(scripts[shell]).toContain(offered)
  expect(scripts[shell]).not.toMatch(/-l 'env-file'|'--env-file:/)
})

test('an unknown shell is a usage error, and nothing is recorded', async () => {
  const world = await telemetryWorld()
  const { code, stderr } = await visivo(temporaryProject({}), ['completion', 'tcsh'], world.env)
  expect([code, world.files()]).toEqual([2, []])
  expect(stderr).toContain('Allowed choices are bash, zsh, fish')
})
