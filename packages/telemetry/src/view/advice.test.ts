import { type Checked, decide, readSources, visivo } from '@visivo/telemetry-config'
import { expect, test } from 'vitest'
import { adviceFor } from './advice.ts'

const sources = readSources(visivo, { env: {}, home: '/nowhere/at/all', projectDirectory: null })

function adviceWith(wrong: object): readonly string[] {
  const { checked } = decide(visivo, { ...sources, ...wrong })
  const isFound = ({ kind }: Checked) => kind !== 'destination' && kind !== 'global'
  return adviceFor(checked.filter(isFound), visivo)
}

const file = (reason: string) => ({ state: 'unreadable', path: '/p/prod.env', reason })

test.each([
  [
    'the environment can not be read',
    { env: null },
    "the environment: can't be read. What can't be read counts as off; start this page where it can be.",
  ],
  [
    'a variable is set',
    { env: { DO_NOT_TRACK: '1' } },
    'DO_NOT_TRACK is set (1) where this page was started. To have it on, unset it there.',
  ],
  [
    'an env file can not be read',
    { brokenEnvFiles: [file('EACCES')] },
    "prod.env: the file can't be read (EACCES). What can't be read counts as off; mend /p/prod.env to have it on.",
  ],
  [
    'the file of the project can not be read',
    { project: file('EACCES') },
    "defaults.telemetry_enabled in project.visivo.yml: the file can't be read (EACCES). What can't be read counts as off; " +
      'mend the file to have its own word count.',
  ],
])('whoever looks at the page is told what to do where %s', (_sentence, wrong, advice) => {
  expect(adviceWith(wrong)).toEqual([advice])
})

test.each<[string, Omit<Checked, 'verdict'>, string]>([
  [
    'a .env file',
    { kind: 'env-file', source: 'DO_NOT_TRACK in .env', value: '1' },
    'DO_NOT_TRACK in .env is set (1). To have it on, take it out of that file.',
  ],
  [
    'the project',
    { kind: 'project', source: 'project.visivo.yml', value: 'false' },
    'project.visivo.yml is false. To have it on here, use `visivo telemetry on --project`.',
  ],
  [
    'the person',
    { kind: 'global', source: 'config.yml', value: 'false' },
    'config.yml is false. The switch on this page changes it.',
  ],
])('what %s switched off is switched on where the page says', (_who, checked, advice) => {
  expect(adviceFor([{ ...checked, verdict: 'off' }], visivo)).toEqual([advice])
})

test('what does not keep telemetry off is not advised against', () => {
  const silent = { kind: 'environment', source: 'DO_NOT_TRACK', value: 'not set', verdict: 'silent' } as const
  const on = { kind: 'global', source: 'config.yml', value: 'true', verdict: 'on' } as const
  expect(adviceFor([silent, on], visivo)).toEqual([])
})
