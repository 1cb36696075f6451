import { defineConfig } from 'vitest/config'
import ordinary from './vitest.config.ts'

/** The tests that mutants have to face: those beside the mutated files, with fewer runs of each property. */
export default defineConfig({
  ...ordinary,
  test: {
    ...ordinary.test,
    include: ['packages/sanitize/{src,test}/**/*.test.ts', 'packages/telemetry/src/guard.test.ts'],
    env: { FAST_CHECK_RUNS: '30' },
    // A mutant in what a module does once, as it is loaded, takes effect in a module loaded for it.
    isolate: true,
  },
})
