// Puts the dashboard and the descriptions of events and properties into a PostHog project:
//   POSTHOG_PERSONAL_API_KEY=phx_… node docs/posthog/upload.mjs --host https://us.posthog.com --project 12345
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const USAGE = `POSTHOG_PERSONAL_API_KEY=phx_… node docs/posthog/upload.mjs --host URL --project NUMBER

  --host       where you sign in to PostHog, such as https://eu.posthog.com (or POSTHOG_APP_HOST)
  --project    the number in the project's address (or POSTHOG_PROJECT_ID)
  --only       dashboard, or descriptions
  --again      make a second dashboard where there is one of this name

The personal API key needs the scopes dashboard:read and :write, event_definition:read and :write,
property_definition:read and :write. It comes from the environment, because arguments can be seen by others.`

const LONGEST_WAIT = 30_000

/** What a person has to change before it can work. Its message is all that they see. */
class Refusal extends Error {}

try {
  const { only, again, ...target } = readTarget()
  if (only !== 'descriptions') await uploadDashboard(target, again)
  if (only !== 'dashboard') {
    await describe(target, 'event_definitions', read('definitions.json').events)
    await describe(target, 'property_definitions', read('definitions.json').properties)
  }
} catch (error) {
  if (!(error instanceof Refusal)) throw error
  console.error(error.message)
  process.exitCode = 1
}

function readTarget() {
  const {
    host = process.env.POSTHOG_APP_HOST,
    project = process.env.POSTHOG_PROJECT_ID,
    only,
    again,
  } = args()
  const key = process.env.POSTHOG_PERSONAL_API_KEY?.trim()
  if (!host || !project || !key) throw new Refusal(USAGE)
  if (key.startsWith('phc_'))
    throw new Refusal(
      'That is the key for events. A personal API key starts with phx_: Settings › Personal API keys.',
    )
  if (!/^\d+$/.test(project))
    throw new Refusal('--project is a number: the one in the address of your project.')
  if (only !== undefined && only !== 'dashboard' && only !== 'descriptions') throw new Refusal(USAGE)
  return { api: new URL(`/api/projects/${project}/`, originOf(host)), key, only, again: again === true }
}

function args() {
  const text = { type: 'string' }
  try {
    return parseArgs({ options: { host: text, project: text, only: text, again: { type: 'boolean' } } })
      .values
  } catch {
    throw new Refusal(USAGE)
  }
}

function originOf(host) {
  if (!URL.canParse(host)) throw new Refusal('--host is an address such as https://us.posthog.com.')
  const { protocol, hostname, origin } = new URL(host)
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  if (protocol !== 'https:' && !(protocol === 'http:' && isLocal))
    throw new Refusal('--host must be https: a key goes with every request.')
  if (/(^|\.)i\.posthog\.com$/.test(hostname))
    throw new Refusal(
      `${origin} is where events go. The API is where you sign in: ${origin.replace('.i.', '.')}`,
    )
  return origin
}

async function uploadDashboard(target, again) {
  const template = read('dashboard.json')
  const { results } = await ask(target, 'GET', 'dashboards/?limit=500')
  const there = results.find(({ name, deleted }) => name === template.template_name && !deleted)
  if (there && !again) {
    console.log(`There is a dashboard "${there.name}" already (${there.id}). --again makes a second one.`)
    return
  }
  const { id } = await ask(target, 'POST', 'dashboards/create_from_template_json/', { template })
  console.log(`Made the dashboard "${template.template_name}" with ${template.tiles.length} tiles (${id}).`)
}

/** Describes what the project has seen already: PostHog makes a definition with the first event. */
async function describe(target, kind, descriptions) {
  const counts = { described: 0, unchanged: 0, unseen: [] }
  for (const [name, description] of Object.entries(descriptions)) {
    const query = new URLSearchParams({ search: name, limit: '500' })
    if (kind === 'property_definitions') query.set('type', 'event')
    const { results } = await ask(target, 'GET', `${kind}/?${query}`)
    const definition = results.find((found) => found.name === name)
    if (!definition) counts.unseen.push(name)
    else if (definition.description === description) counts.unchanged += 1
    else {
      await ask(target, 'PATCH', `${kind}/${encodeURIComponent(definition.id)}/`, { description })
      counts.described += 1
    }
  }
  console.log(`${kind}: ${counts.described} described, ${counts.unchanged} as they were.`)
  if (counts.unseen.length > 0)
    console.log(`  Not seen yet, so run this again later: ${counts.unseen.join(', ')}`)
}

async function ask({ api, key }, method, path, body) {
  const answer = await fetch(new URL(path, api), {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    // A redirect would take the request, and perhaps the key, to somebody else.
    redirect: 'manual',
    signal: AbortSignal.timeout(LONGEST_WAIT),
    ...(body ? { body: JSON.stringify(body) } : {}),
  }).catch((error) => {
    throw new Refusal(`${api.origin} could not be reached (${error.cause?.code ?? error.name}).`)
  })
  const text = await answer.text()
  if (answer.ok) {
    const json = parse(text)
    if (json) return json
    throw new Refusal(`${api.origin} answered with something that is not PostHog's API.`)
  }
  throw new Refusal(
    `${method} ${new URL(path, api).pathname}: ${meaningOf(answer.status)}${detailOf(text, key)}`,
  )
}

function meaningOf(status) {
  if (status >= 300 && status < 400)
    return `${status}, it lies elsewhere. Give the address where you sign in.`
  const meanings = {
    400: 'PostHog did not take it. A self-hosted PostHog may keep no descriptions.',
    401: 'PostHog does not know this personal API key.',
    402: 'This PostHog plan does not include it.',
    403: 'The key may not do this: it lacks a scope, or access to this project.',
    404: 'There is no such project here.',
    429: 'Too many requests; try again in a minute.',
  }
  return `${status}. ${meanings[status] ?? 'PostHog could not do it.'}`
}

/** What PostHog says itself, if it is short. */
function detailOf(text, key) {
  const json = parse(text)
  const detail = json?.detail ?? json?.description
  return typeof detail === 'string' ? `\n  PostHog says: ${detail.slice(0, 300).replaceAll(key, '…')}` : ''
}

function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function read(file) {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'))
}
