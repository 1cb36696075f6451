import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['@visivo/source'] },
  // Vitest hands these to Node too, for `require` as well: nothing that Node knows by itself belongs here.
  ssr: { resolve: { conditions: ['@visivo/source', 'node'] } },
  test: {
    include: ['{packages,apps}/*/{src,test}/**/*.test.ts', 'test/**/*.test.ts'],
    // A style that is taken in as text is text; vitest would make it empty.
    css: { include: [/\?raw$/] },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
