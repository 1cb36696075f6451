/** Takes out of a published manifest what only this repository can use: its sources, scripts and tools. */
function beforePacking({ scripts, devDependencies, build, exports, ...manifest }) {
  return { ...manifest, exports: withoutSources(exports) }
}

function withoutSources(exports) {
  return Object.fromEntries(
    Object.entries(exports).map(([path, target]) => {
      if (typeof target === 'string') return [path, target]
      const { '@visivo/source': source, ...published } = target
      return [path, published]
    }),
  )
}

export const hooks = { beforePacking }
