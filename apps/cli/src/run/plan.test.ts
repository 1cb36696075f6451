import { expect, test, vi } from 'vitest'
import type { CompiledObject, CompiledProject } from '../project/compiled.ts'
import { KINDS } from '../project/kinds.ts'
import { planJobs } from './plan.ts'

const OPTIONS = { workingDirectory: '/p', env: {}, selected: undefined }

function projectOf(models: readonly CompiledObject[]): CompiledProject {
  const lists = Object.fromEntries(KINDS.map((kind) => [kind, [] as CompiledObject[]]))
  const sources = [{ name: 'db', type: 'duckdb', database: ':memory:' }]
  const rest = { project_directory: '.', edges: [], object_counts: {}, places: {} }
  return { ...lists, ...rest, name: 'p', sources, models } as unknown as CompiledProject
}

test('of two models that DuckDB takes for one each reference means its own', () => {
  const models = ['orders', 'Orders'].map((name) => ({ name, source: 'db', sql: `select '${name}'` }))
  const both = { name: 'both', source: 'db', sql: 'from ${ref(orders)}, ${ref(Orders)}' }
  const [, , job] = planJobs(projectOf([...models, both]), OPTIONS)
  expect(job?.sql).toBe('from "model orders", "model Orders/1"')
  expect([...(job?.views.values() ?? [])]).toEqual(models.map(({ name, sql }) => ({ name, sql })))
})

test('a model of which nobody knows where it stands is looked for in the compiled project', () => {
  expect(() => planJobs(projectOf([{ name: 'm', source: 'db' }]), OPTIONS)).toThrow(
    "project.json:1: the model 'm' has no `sql:`.",
  )
})

test('a model whose rows are taken twice, again and again, is read once and not twice as often each time', () => {
  let reads = 0
  const models = Array.from({ length: 12 }, (_, index) => ({
    name: `m${index}`,
    source: 'db',
    get sql() {
      reads += 1
      return index === 0 ? 'select 1' : `from \${ref(m${index - 1})}, \${ref(m${index - 1})}`
    },
  }))
  expect(planJobs(projectOf(models), { ...OPTIONS, selected: new Set(['m11']) })).toHaveLength(1)
  expect(reads).toBeLessThan(100)
})

test('a large project is not looked through for each of its references', () => {
  const models = Array.from({ length: 300 }, (_, index) => ({
    name: `m${index}`,
    source: 'db',
    sql: index === 0 ? 'select 1' : 'from ${ref(m0)}',
  }))
  const comparing = vi.spyOn(String.prototype, 'toLowerCase')
  const jobs = planJobs(projectOf(models), OPTIONS)
  const compared = comparing.mock.calls.length
  comparing.mockRestore()
  expect(jobs).toHaveLength(300)
  expect(compared).toBeLessThan(3_000)
})
