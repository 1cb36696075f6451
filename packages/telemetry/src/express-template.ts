import { attempt } from './attempt.ts'

/** What Express notes on a request, and what is read of an application and its routers. */
export interface RoutedRequest {
  readonly route?: Route
  readonly app?: App
  readonly originalUrl?: string
  /** The client's own text: only what it matches is asked. */
  readonly baseUrl?: string
}
interface Route {
  readonly path: unknown
}
/** An application: what `express()` gives. */
export interface App {
  readonly router?: Router
  /** That of Express 4, where to ask for `router` is an error. */
  readonly _router?: Router
  /** Of an application that is mounted in another. */
  readonly parent?: App
  readonly mountpath?: unknown
}
interface Router {
  readonly stack?: readonly Layer[]
}
interface Layer {
  readonly route?: Route
  readonly handle?: Router & Pick<App, 'router' | '_router'> & { readonly name?: string }
  /** The path as it was declared; routers before 2.3 keep it to themselves. */
  readonly rawPath?: unknown
  /** Mounted at `/`, which adds nothing. */
  readonly slash?: boolean
  /** The same in Express 4. */
  readonly regexp?: { readonly fast_slash?: boolean }
  /** What was matched last, where `match` says only whether. */
  readonly path?: string | undefined
  /** Of routers before 2.3 `true`. */
  match(path: string): boolean | Match
}

interface Match {
  readonly path?: string | undefined
  readonly pattern?: unknown
}

/** The layers from an application down to a route, its own last. */
type Chain = readonly Layer[]

/** Stands for a part of a path whose declaration is not known, or is no text: a regular expression. */
const UNKNOWN_PART = '/*'

/** By the application that a request is in, because a router may be mounted in several. */
const known = new WeakMap<object, WeakMap<Route, string>>()

/**
 * The template of the route that took a request, with those of the routers it is mounted in. Nothing if no route
 * did. It is read from the tree of declared paths and never from `baseUrl`, which is the client's own text.
 * @param first the application that the request came to first
 */
export function templateOf(request: RoutedRequest, first: App | undefined): string | undefined {
  const { route } = request
  if (!route) return undefined
  // Applications that are mounted in an application hide behind a function; the request says which one it is in.
  const apps = request.app?.parent ? [request.app, first] : [first, request.app]
  for (const app of new Set(apps)) {
    const home: object = app ?? route
    const prefix = prefixOf(app, request.baseUrl)
    const found = known.get(home)?.get(route)
    if (found !== undefined) return prefix + found
    const chains = chainsTo(route, routerOf(app))
    const [only] = chains
    if (chains.length === 1 && only?.every(isPlain)) {
      const template = only.map((layer) => declared(layer, layer.rawPath)).join('')
      const ofHome = known.get(home) ?? new WeakMap<Route, string>()
      known.set(home, ofHome.set(route, template))
      return prefix + template
    }
    const path = request.originalUrl?.replace(/[?#].*$/s, '') ?? '/'
    const matched = app?.parent
      ? undefined
      : chains.map((chain) => match(chain, path)).find((one) => one !== undefined)
    if (matched !== undefined) return matched
  }
  return UNKNOWN_PART + text(route.path)
}

function routerOf(app: Pick<App, 'router' | '_router'> | undefined): Router | undefined {
  return app?._router ?? attempt(() => app?.router)
}

/** All ways to a route: a router may be mounted more than once. */
function chainsTo(route: Route, router: Router | undefined, depth = 0): readonly Chain[] {
  // A router that is mounted in itself has no end.
  if (depth > 20) return []
  return (router?.stack ?? []).flatMap((layer): readonly Chain[] => {
    if (layer.route) return layer.route === route ? [[layer]] : []
    const inner = layer.handle?.stack ? layer.handle : routerOf(layer.handle)
    return chainsTo(route, inner, depth + 1).map((chain) => [layer, ...chain])
  })
}

/** Whether what a layer stands for is the same in every request. */
function isPlain({ rawPath, route }: Layer): boolean {
  return !Array.isArray(rawPath ?? route?.path)
}

/** Walks a chain along a request's path, to tell which of several declared paths it took. */
function match(chain: Chain, path: string): string | undefined {
  let rest = path
  let template = ''
  for (const layer of chain) {
    const found = layer.match(rest)
    if (!found) return undefined
    const { path: taken = '', pattern }: Match = found === true ? { path: layer.path } : found
    rest = rest.slice(taken.length) || '/'
    template += declared(layer, pattern)
  }
  return template
}

function declared({ slash, regexp, route }: Layer, pattern: unknown): string {
  return (slash ?? regexp?.fast_slash) ? '' : text(pattern ?? route?.path)
}

/** One that is mounted at several places knows the last of them alone: a request that came by another has none. */
function prefixOf(app: App | undefined, base = ''): string {
  if (!app?.parent) return ''
  const { parent, mountpath } = app
  const own = text(mountpath)
  const mounts = (routerOf(parent)?.stack ?? []).filter(({ handle }) => handle?.name === 'mounted_app')
  const above = prefixOf(parent, base)
  if (parent.parent || mounts.length < 2) return above + own
  const takers = mounts.filter((layer) => layer.match(base))
  const isOwn = (layer: Layer) =>
    layer.rawPath === undefined
      ? fits(own, base, takers.length === 1)
      : declared(layer, layer.rawPath) === own
  return above + (takers.some(isOwn) ? own : UNKNOWN_PART)
}

/**
 * Whether a request can have come by a mount, part by part, where no router tells how that was declared.
 * @param mayGoOn it may have gone on, to a router or an application in there
 */
function fits(mount: string, base: string, mayGoOn: boolean): boolean {
  const came = base.toLowerCase().split('/')
  const parts = mount.toLowerCase().split('/')
  const isLongEnough = mayGoOn ? came.length >= parts.length : came.length === parts.length
  return isLongEnough && parts.every((part, at) => part === came[at] || /^:\w+$/.test(part))
}

function text(path: unknown): string {
  if (typeof path !== 'string') return UNKNOWN_PART
  // What begins with a rest takes the slash in, as the route below a global prefix in which Nest answers 404.
  const rooted = /^\{?\*/.test(path) ? `/${path}` : path
  return rooted === '/' ? '' : rooted.replace(/\/$/, '')
}
