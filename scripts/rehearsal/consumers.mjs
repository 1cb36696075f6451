// Projects of people who never saw this repository: they install from the registry, and send an event.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, withPnpm } from '../packages.mjs'
import { run } from './run.mjs'

const USE = `
const telemetry = createTelemetry({ version: '1.2.3' })
const program = { name: 'hi', commands: [{ name: 'greet', options: [{ names: ['--name'], value: 'required' }] }] }
followCommand(telemetry, ['greet', '--name', 'Ada'], program).ended({ success: true })
`

/** The three ways to write a program, each with how it gets from its text to a run. */
export const KINDS = {
  ESM: {
    type: 'module',
    file: 'main.js',
    text: `import { createTelemetry, followCommand } from '@visivo/telemetry'\n${USE}`,
  },
  CommonJS: {
    type: 'commonjs',
    file: 'main.js',
    text: `const { createTelemetry, followCommand } = require('@visivo/telemetry')\n${USE}`,
  },
  TypeScript: {
    type: 'module',
    file: 'main.ts',
    text: `import { createTelemetry, followCommand, type Telemetry } from '@visivo/telemetry'
import type { CommandSpec } from '@visivo/sanitize'
const telemetry: Telemetry = createTelemetry({ version: '1.2.3' })
const program: CommandSpec = { name: 'hi', commands: [{ name: 'greet', options: [{ names: ['--name'], value: 'required' }] }] }
followCommand(telemetry, ['greet', '--name', 'Ada'], program).ended({ success: true })
`,
    // Without `skipLibCheck`: the types of the packages are checked as well. Nor has every program those of a browser.
    compile: { strict: true, module: 'nodenext', target: 'es2022', lib: ['es2022'], types: [] },
  },
}

/** How each package manager installs into a new project, with nothing of this machine's own settings. */
export const CLIENTS = {
  npm: (names) => ['npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...names]],
  pnpm: (names) => ['pnpm', ['add', '--ignore-scripts', ...names]],
}

/** Writes a program into a directory of its own below a project, and runs it: it sends to the receiver. */
export async function tryKind({ project, kind, receiver, home }) {
  const { type, file, text, compile } = KINDS[kind]
  const directory = join(project, kind)
  mkdirSync(directory)
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ type }))
  writeFileSync(join(directory, file), text)
  if (compile) {
    writeFileSync(
      join(directory, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: compile, files: [file] }),
    )
    await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc')], {
      cwd: directory,
      shell: false,
    })
  }
  await run(process.execPath, ['main.js'], { cwd: directory, shell: false, env: personAt(home, receiver) })
}

/** Makes a project with our packages in it. */
export async function install({ directory, client, names, registry, home }) {
  mkdirSync(directory, { recursive: true })
  writeFileSync(
    join(directory, 'package.json'),
    JSON.stringify({ name: 'a-project', private: true, type: 'module' }),
  )
  writeFileSync(join(directory, '.npmrc'), registry.npmrc)
  // The directory above may hold a workspace; this project is none of it.
  if (client === 'pnpm') writeFileSync(join(directory, 'pnpm-workspace.yaml'), 'packages: []\n')
  const [program, args] = CLIENTS[client](names)
  await run(program, args, {
    cwd: directory,
    env: withPnpm({
      PATH: process.env.PATH,
      SystemRoot: process.env.SystemRoot,
      HOME: home,
      USERPROFILE: home,
      XDG_CACHE_HOME: join(home, 'cache'),
      XDG_DATA_HOME: join(home, 'data'),
      npm_config_cache: join(home, 'npm-cache'),
      npm_config_registry: registry.url,
      npm_config_minimum_release_age: '0',
      CI: 'true',
    }),
  })
}

/** The environment of a person at a terminal of their own, whose telemetry goes to the receiver. */
export function personAt(home, receiver) {
  return {
    PATH: process.env.PATH,
    SystemRoot: process.env.SystemRoot,
    HOME: home,
    USERPROFILE: home,
    CI: 'false',
    VISIVO_POSTHOG_HOST: receiver.url,
    VISIVO_POSTHOG_API_KEY: 'phc_rehearsal',
  }
}

/** Ends the couriers that linger for homes below a directory, by the process ids that they wrote down. */
export function endCouriers(directory) {
  for (const file of listing(directory).filter((name) => /courier-[0-9a-f]{8}-\d+\.lock$/.test(name))) {
    const lock = join(directory, file)
    try {
      // One that beats no more has ended, and its number may be that of another process by now.
      if (Date.now() - statSync(lock).mtimeMs > 5_000) continue
      process.kill(Number.parseInt(readFileSync(lock, 'utf8'), 10), 'SIGTERM')
    } catch {
      // It ended by itself, or has not yet written down which process it is.
    }
  }
}

function listing(directory) {
  try {
    return readdirSync(directory, { recursive: true, encoding: 'utf8' })
  } catch {
    return []
  }
}
