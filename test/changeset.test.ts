import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const changeset = createRequire(import.meta.url).resolve('@changesets/cli/bin.js')

test.each([
  ['asks for one after a change of its code', 'src/index.ts', 1],
  ['asks for one after a change of what npm shows', 'README.md', 1],
  ['lets a new test of a file pass', 'src/index.test.ts', 0],
  ['lets what such tests are made of pass', 'test/samples.ts', 0],
])('who wrote no changeset need not write an empty one: CI %s', (_, file, status) => {
  const root = repository()
  write(join(root, 'packages/leaf', file))
  run(root, 'git', 'add', '.')
  expect(run(root, process.execPath, changeset, 'status', '--since=main')).toBe(status)
})

/** A repository with one package, and this one's own settings. */
function repository(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'changeset-')))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  cpSync(join(import.meta.dirname, '../.changeset/config.json'), join(root, '.changeset/config.json'))
  write(join(root, 'package.json'), '{ "name": "root", "private": true }')
  write(join(root, 'pnpm-workspace.yaml'), 'packages: [packages/*]')
  write(join(root, 'packages/leaf/package.json'), '{ "name": "leaf", "version": "1.0.0" }')
  run(root, 'git', 'init', '--quiet', '--initial-branch=main')
  run(root, 'git', 'add', '.')
  const author = ['-c', 'user.name=x', '-c', 'user.email=x@localhost']
  expect(run(root, 'git', ...author, '-c', 'commit.gpgsign=false', 'commit', '--quiet', '-m', 'x')).toBe(0)
  return root
}

function write(path: string, text = ''): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

function run(cwd: string, program: string, ...args: string[]): number | null {
  return spawnSync(program, args, { cwd, stdio: 'ignore' }).status
}
