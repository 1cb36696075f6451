import { defineConfig, mergeConfig } from 'vitest/config'
import config from './vitest.config.ts'

/** The tests that mutants have to face: those of the mutated files, with few runs of each property. */
export default mergeConfig(
  config,
  defineConfig({ test: { env: { FAST_CHECK_RUNS: '200' }, bail: 1, setupFiles: [] } }),
)
