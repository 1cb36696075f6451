import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Takes longer than all others: begun last, it would be waited for alone. */
const LONGEST = /reliability\.test\.ts$/

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLongest = ({ moduleId }: TestSpecification) => LONGEST.test(moduleId)
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))]
  }
}

export default defineConfig({
  resolve: { conditions: ['@visivo/source'] },
  // Vitest hands these to Node too, for `require` as well: nothing that Node knows by itself belongs here.
  ssr: { resolve: { conditions: ['@visivo/source', 'node'] } },
  test: {
    include: ['{packages,apps}/*/{src,test}/**/*.test.ts', 'test/**/*.test.ts'],
    // A style that is taken in as text is text; vitest would make it empty.
    css: { include: [/\?raw$/] },
    // Nothing is judged by it: a machine with two cores may be busy with other tests.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // So is what a test waits for: a thread takes more than Vitest's second to start there.
    expect: { poll: { timeout: 60_000 } },
    // Most of them wait for processes of their own, and leave nothing behind in this one.
    maxWorkers: availableParallelism(),
    isolate: false,
    sequence: { sequencer: LongestFirst },
  },
})
