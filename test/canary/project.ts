import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Place } from './secrets.ts'

type Secrets = Readonly<Record<Place, string>>

/** Writes a project that works, with a secret in every place where it has a name, a value or a file. */
export function writeProject(directory: string, secret: Secrets): void {
  const files: Readonly<Record<string, string>> = {
    'project.visivo.yml': projectFile(secret),
    [`${secret.include}/models.yml`]: `models:
  - { name: slow, source: ref(${secret.source}), sql: "select count(*) from range(100000000000) a, range(1000) b where a.range % 7 = b.range" }
  - { name: broken, source: ref(${secret.source}), sql: select ${secret.broken} from nowhere }
  - { name: needy, source: ref(${secret.source}), sql: "select '\${env.${secret.missingVariable}}'" }
`,
    [`seed-${secret.seed}.cjs`]: `console.log('a\\n${secret.data}')`,
    '.env': `${secret.dotenvName}=${secret.dotenvValue}\nTOKEN=${secret.dotenvValue}\n`,
    [`${secret.envFile}.env`]: `TOKEN=${secret.dotenvValue}\n`,
    [`${secret.broken}/project.visivo.yml`]: `name: [${secret.broken}\n`,
    [`${secret.hook}.cjs`]: crash(
      `throw new (class ${secret.errorClass} extends TypeError {})('${secret.errorMessage}')`,
    ),
    [`${secret.hook}-text.cjs`]: crash(`throw '${secret.thrown}'`),
    [`${secret.hook}-promise.cjs`]: crash(
      `Promise.reject(Object.assign(new RangeError('${secret.thrown}'), { name: '${secret.errorClass}' }))`,
    ),
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
}

/** Something that goes wrong in the middle of a command's work, where nobody catches it. */
function crash(how: string): string {
  return `const timer = setInterval(() => {
  if (process.listenerCount('uncaughtException') === 0) return
  clearInterval(timer)
  ${how}
}, 1)
timer.unref()
`
}

function projectFile(secret: Secrets): string {
  return `name: ${secret.project}
${secret.key}: ${secret.key}
defaults: { source_name: ${secret.source} }
includes: [{ path: ${secret.include} }]
sources:
  - name: ${secret.source}
    type: duckdb
    database: target/${secret.database}.duckdb
    seeds: [{ table_name: seeded, args: [node, seed-${secret.seed}.cjs] }]
models:
  - name: ${secret.model}
    source: ref(${secret.source})
    sql: select '${secret.sql}' as "${secret.column}", seeded.* from seeded
    metrics: [{ name: ${secret.metric}, expression: count(*) }]
traces: [{ name: ${secret.trace}, model: ref(${secret.model}) }]
insights: [{ name: ${secret.insight}, props: { type: scatter } }]
charts: [{ name: ${secret.chart}, insights: [ref(${secret.insight})], layout: { title: ${secret.title} } }]
tables: [{ name: ${secret.table} }]
dashboards: [{ name: ${secret.dashboard}, rows: [{ height: small, items: [{ chart: ref(${secret.chart}) }] }] }]
alerts: [{ name: ${secret.alert} }]
inputs: [{ name: ${secret.input} }]
destinations: [{ name: ${secret.destination}, type: smtp, password: ${secret.data} }]
`
}
