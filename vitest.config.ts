import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['@visivo/source'] },
  ssr: { resolve: { conditions: ['@visivo/source', 'node', 'import', 'module', 'default'] } },
  test: {
    include: ['{packages,apps}/*/{src,test}/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
