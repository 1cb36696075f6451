import { readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type Manifest, PACKAGE_DIRECTORIES } from './packed.ts'
import { renderPublicFace } from './public-face.ts'

const ROOT = realpathSync(fileURLToPath(new URL('../..', import.meta.url)))

test.each(PACKAGE_DIRECTORIES)('what %s exports is what its api.md says', async (directory) => {
  const home = join(ROOT, directory)
  const { name, exports } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as Manifest
  const entries = Object.entries(exports).flatMap(([path, target]) =>
    typeof target === 'object' && target.types ? [{ path, types: join(home, target.types) }] : [],
  )
  expect(entries).not.toHaveLength(0)
  // A wanted change is taken over with `npx vitest run test/packages --update`.
  const face = renderPublicFace(name, home.replaceAll('\\', '/'), entries)
  await expect(face).toMatchFileSnapshot(join(home, 'api.md'))
})
