import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryProject } from './temp-project.ts'
import { visivo } from './visivo.ts'

describe("a file that visivo didn't write is not replaced", () => {
  const OURS = {
    'project.visivo.yml': `name: p
sources: [{ name: s, type: duckdb, database: ':memory:' }]
models: [{ name: orders, source: ref(s), sql: select 1 }]
`,
  }

  test("another program's project.json", async () => {
    const nx = '{ "name": "web", "targets": {} }'
    const cwd = temporaryProject({ ...OURS, 'apps/project.json': nx })
    const path = join(cwd, 'apps', 'project.json')
    expect(await visivo(cwd, ['compile', '-o', 'apps'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `Error: ${path} is not a compiled project, and is not overwritten. Move it away, or choose another directory with --output-dir.\n`,
    })
    expect(readFileSync(path, 'utf8')).toBe(nx)
  })

  test('a directory that is called project.json', async () => {
    const cwd = temporaryProject({ ...OURS, 'target/project.json/mine': '' })
    const { code, stderr } = await visivo(cwd, ['compile'])
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /project\.json can't be written \(E[^\n]*\)\. Move away what is there, or choose/,
      ),
    ])
    expect(readdirSync(join(cwd, 'target', 'project.json'))).toEqual(['mine'])
  })

  test.each([[['run']], [['compile']], [['run', '--skip-compile']]])(
    "a project's own file, by %s into its own directory",
    async (args) => {
      const cwd = temporaryProject({ ...OURS, 'data/orders.json': 'mine' })
      const { code, stderr } = await visivo(cwd, [...args, '-o', '.'])
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/^Error: .* is the directory of a project, .*--output-dir/),
      ])
      expect(readdirSync(cwd).sort()).toEqual(['data', 'project.visivo.yml'])
      expect(readFileSync(join(cwd, 'data', 'orders.json'), 'utf8')).toBe('mine')
    },
  )
})
