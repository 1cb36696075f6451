// Somebody who follows a guide in an empty directory, with packages that come from the registry.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../packages.mjs'
import { install } from './consumers.mjs'
import { run } from './run.mjs'

/** A fenced block: its language, the file that it is, and its text. */
const FENCE = /^```(\w+) ?([^\n]*)\n(.*?)^```$/gms
/** The file in which a guide tests its program, against a receiver that hears what is sent. */
const TEST = 'cake.test.js'

/** Installs what a guide says, writes its files up to its test, and runs that. */
export async function followGuide({ page, directory, registry, home }) {
  const guide = readFileSync(join(ROOT, 'docs', page), 'utf8').replaceAll('\r\n', '\n')
  const [, words = ''] = /^\$ npm install (.*)$/m.exec(guide) ?? []
  await install({ directory, client: 'npm', names: words.split(' '), registry, home })
  const end = guide.indexOf('\n```', guide.indexOf(TEST)) + 4
  for (const [, language, file, text] of guide.slice(0, end).matchAll(FENCE))
    if (language === 'js' && file) writeFileSync(join(directory, file), text)
  // The home that the test makes is a temporary directory.
  const temporary = join(home, 'tmp')
  mkdirSync(temporary, { recursive: true })
  const said = await run(process.execPath, ['--test'], {
    cwd: directory,
    shell: false,
    env: { PATH: process.env.PATH, TMPDIR: temporary },
  })
  if (!/pass 1\b/.test(said)) throw new Error(`no test of ${page} was run:\n${said}`)
}
