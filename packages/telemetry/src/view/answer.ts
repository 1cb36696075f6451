import type { IncomingMessage } from 'node:http'
import { digest16 } from '@visivo/hash'
import { refusalOf } from './gate.ts'
import type { Page } from './page.ts'
import type { Secrets } from './secrets.ts'

/** What the page shows and changes. */
export interface Shown {
  /** Everything that the page tells, as it is now; plain data. */
  read(): unknown
  /** Turns telemetry on or off, and says in words what came of it. */
  turn(on: boolean): { readonly done: boolean; readonly message: string }
}

/** What answering needs to know. */
export interface Answering {
  readonly port: number
  readonly page: Page
  readonly secrets: Secrets
  readonly shown: Shown
}

/** An answer; `known` when it was given to somebody who holds the token or has just been given it. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  readonly known: boolean
}

type Route = (request: IncomingMessage, answering: Answering) => Answer | Promise<Answer>

/** Every path there is. Only the page itself, which tells nothing of this machine, is given without a secret. */
const ROUTES: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
  '/': { GET: givePage },
  '/token': { POST: giveToken },
  '/state': { GET: forKnown(giveState) },
  '/switch': { POST: forKnown(turn) },
}

const MOST_BYTES = 1_000

/** The answer to one request. Never rejects. */
export async function answerTo(request: IncomingMessage, answering: Answering): Promise<Answer> {
  const refusal = refusalOf(request, answering.port)
  if (refusal) return problem(403, refusal)
  const [path = ''] = (request.url ?? '').split('?')
  const methods = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined
  if (!methods) return problem(404, 'There is no such page.')
  const route = methods[request.method ?? '']
  if (!route) return problem(405, 'This is not done here.')
  try {
    return await route(request, answering)
  } catch {
    return problem(500, 'This could not be read. Try `telemetry status` in a terminal.')
  }
}

/** What a browser must know about every answer: nothing is kept, guessed, framed or told to others. */
export function headersFor({ policy }: Page): Readonly<Record<string, string>> {
  return {
    'content-security-policy': policy,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  }
}

function givePage(_request: IncomingMessage, { page }: Answering): Answer {
  const headers = { 'content-type': 'text/html; charset=utf-8' }
  return { status: 200, headers, text: page.html, known: false }
}

async function giveToken(request: IncomingMessage, { secrets }: Answering): Promise<Answer> {
  const { ticket } = await readBody(request)
  const token = typeof ticket === 'string' ? secrets.redeem(ticket) : undefined
  return token ? json({ token }) : problem(403, 'This address was good for one visit.')
}

/** A page that has seen this state already is told so, and not everything again. */
function giveState({ headers }: IncomingMessage, { shown }: Answering): Answer {
  const text = JSON.stringify(shown.read())
  const etag = `"${digest16(text)}"`
  const seen = headers['if-none-match'] === etag
  return seen
    ? { status: 304, headers: { etag }, text: '', known: true }
    : { status: 200, headers: { ...JSON_TYPE, etag }, text, known: true }
}

async function turn(request: IncomingMessage, { shown }: Answering): Promise<Answer> {
  const { on } = await readBody(request)
  if (typeof on !== 'boolean') return problem(400, 'It is either on or off.')
  return json(shown.turn(on))
}

function forKnown(route: Route): Route {
  return (request, answering) => {
    const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ')
    const known = scheme === 'Bearer' && answering.secrets.isToken(token)
    return known ? route(request, answering) : problem(403, 'Open the address that the terminal shows.')
  }
}

/** The JSON object that a request carries; an empty one for anything else. */
async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > MOST_BYTES) return {}
  }
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null ? { ...body } : {}
  } catch {
    return {}
  }
}

const JSON_TYPE = { 'content-type': 'application/json' }

function json(body: unknown): Answer {
  return { status: 200, headers: JSON_TYPE, text: JSON.stringify(body), known: true }
}

function problem(status: number, message: string): Answer {
  return { status, headers: JSON_TYPE, text: JSON.stringify({ message }), known: false }
}
