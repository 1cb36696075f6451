import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['@visivo/source'] },
  ssr: { resolve: { conditions: ['@visivo/source', 'node', 'import', 'module', 'default'] } },
  test: {
    include: ['{packages,apps}/*/{src,test}/**/*.test.ts', 'test/**/*.test.ts'],
    // A style that is taken in as text is text; vitest would make it empty.
    css: { include: [/\?raw$/] },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
