// A registry on this machine, empty, without a way to any other: a Verdaccio in this very process.
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ROOT } from '../packages.mjs'
import { run } from './run.mjs'

/** The package that is tested with the frameworks of others. */
const TESTED = join(ROOT, 'packages/telemetry')

/** Starts it in a directory. */
export async function startRegistry(directory) {
  const { runServer } = createRequire(import.meta.url)('verdaccio')
  mkdirSync(directory, { recursive: true })
  const app = await runServer({
    // Verdaccio asks where its configuration lies, and puts relative paths below that.
    configPath: join(directory, 'config.yaml'),
    self_path: join(directory, 'config.yaml'),
    storage: join(directory, 'storage'),
    auth: { htpasswd: { file: join(directory, 'htpasswd') } },
    uplinks: {},
    packages: { '**': { access: '$all', publish: '$all', unpublish: '$all' } },
    web: { enable: false },
    log: { type: 'stdout', format: 'pretty', level: 'fatal' },
  })
  await new Promise((resolve) => app.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${app.address().port}/`
  return {
    url,
    /** What a package manager reads to publish and install here. Nobody is asked who they are. */
    npmrc: `registry=${url}\n${url.replace('http:', '')}:_authToken=rehearsal\n`,
    async versions(name) {
      const answer = await fetch(url + name.replace('/', '%2f'))
      if (!answer.ok) return {}
      return (await answer.json()).versions
    },
    close: () =>
      new Promise((resolve) => {
        app.closeAllConnections()
        app.close(resolve)
      }),
  }
}

/**
 * Puts the packages of others that ours need into the registry, from this repository's own installation.
 * Their optional dependencies stay out, DuckDB's 70 MB of native code among them.
 * @param roots directories of our packages
 * @param tools what somebody uses beside ours, and ours are tested with
 */
export async function publishThirdParties(registry, roots, tools, scratch) {
  const done = new Set()
  const visit = async (directory, own) => {
    const manifest = readManifest(directory)
    const key = `${manifest.name}@${manifest.version}`
    if (done.has(key)) return
    done.add(key)
    if (!own) await publish(registry, directory, manifest, scratch)
    for (const name of Object.keys(manifest.dependencies ?? {}))
      if (!name.startsWith('@visivo/')) await visit(locate(directory, name), false)
  }
  for (const root of roots) await visit(root, true)
  for (const tool of tools) await visit(locate(TESTED, tool), false)
  return done.size - roots.length
}

async function publish(registry, directory, manifest, scratch) {
  const home = join(scratch, 'package')
  const { scripts, devDependencies, optionalDependencies, ...published } = manifest
  cpSync(directory, home, { recursive: true, filter: (path) => !path.endsWith('node_modules') })
  writeFileSync(join(home, 'package.json'), JSON.stringify(published))
  await run('tar', ['-czf', 'package.tgz', 'package'], { cwd: scratch })
  const tarball = readFileSync(join(scratch, 'package.tgz'))
  rmSync(home, { recursive: true })
  const { name, version } = manifest
  const file = `${name}-${version}.tgz`
  const dist = {
    tarball: `${registry.url}${name}/-/${file}`,
    shasum: createHash('sha1').update(tarball).digest('hex'),
    integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
  }
  const answer = await fetch(registry.url + name.replace('/', '%2f'), {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      _id: name,
      name,
      'dist-tags': { latest: version },
      versions: { [version]: { ...published, _id: `${name}@${version}`, dist } },
      _attachments: {
        [file]: {
          content_type: 'application/octet-stream',
          data: tarball.toString('base64'),
          length: tarball.length,
        },
      },
    }),
  })
  if (!answer.ok) throw new Error(`${name} was refused: ${answer.status} ${await answer.text()}`)
}

/** Where a package finds another: below itself, or beside itself as pnpm lays them out. */
function locate(from, name) {
  for (let at = from; at !== dirname(at); at = dirname(at)) {
    try {
      return realpathSync(join(at, 'node_modules', name))
    } catch {
      // Further up, then.
    }
  }
  throw new Error(`${name} is not installed for ${from}`)
}

function readManifest(directory) {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
}
