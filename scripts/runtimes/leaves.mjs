// What each of the small packages has to do in any runtime.
import assert from 'node:assert/strict'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** By the name of the package; each throws if something is not so. */
export const LEAVES = {
  async sanitize() {
    const { sanitizeCommand } = await import('@visivo/sanitize')
    const program = { name: 'cake', commands: [{ name: 'bake' }] }
    const { command, args } = sanitizeCommand(['bake', '/home/ada/cake.txt'], program)
    assert.deepEqual([command, ...args], ['bake', '<path>'])
  },
  async 'ci-detect'() {
    const { detectCi } = await import('@visivo/ci-detect')
    assert.equal(detectCi({ env: { GITHUB_ACTIONS: 'true' } }).name, 'GitHub Actions')
    assert.equal(detectCi().ci, false)
  },
  async hash() {
    const { projectHash } = await import('@visivo/hash')
    assert.equal(projectHash('my-secret-project'), 'dd27b0b0a27ccb48')
  },
  async 'machine-id'() {
    const { ensureMachineId, readMachineId } = await import('@visivo/machine-id')
    const directory = join(homedir(), '.cake')
    const { id, created, persisted } = ensureMachineId({ directory })
    assert.deepEqual([created, persisted, readMachineId({ directory })], [true, true, id])
  },
  async 'telemetry-config'() {
    const { decide, GLOBAL_SWITCH, readSources, visivo } = await import('@visivo/telemetry-config')
    const { setTelemetryEnabled } = await import('@visivo/telemetry-config/edit')
    assert.equal(decide(visivo, readSources(visivo)).enabled, true)
    setTelemetryEnabled(join(homedir(), '.visivo', 'config.yml'), GLOBAL_SWITCH, false)
    assert.equal(decide(visivo, readSources(visivo)).enabled, false)
  },
}
