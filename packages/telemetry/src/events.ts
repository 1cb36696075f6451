import {
  ARCHITECTURES,
  ARG_SHAPE,
  COMMAND_SHAPE,
  ENDPOINT_SHAPE,
  ERROR_TYPE_SHAPE,
  HEX16_SHAPE,
  METHODS,
  PLATFORM_VERSION_SHAPE,
  PLATFORMS,
  type Safe,
  UUID_SHAPE,
  VERSION_SHAPE,
} from '@visivo/sanitize'
import { checksum } from './checksum.ts'

/** Raised whenever an event starts to carry more than before; a raise shows the notice again. */
export const SCHEMA_VERSION = 1

/** The object kinds that a compile counts, in the order the existing Visivo events use. */
export const OBJECT_KINDS = [
  'sources',
  'models',
  'traces',
  'insights',
  'charts',
  'tables',
  'dashboards',
  'alerts',
  'inputs',
  'destinations',
] as const

/** What one property may hold, and why it is collected. Plain data: it crosses process borders as JSON. */
export type PropertySpec = {
  readonly why: string
  readonly optional?: boolean
  /** A value as it may come out, for a person who reads the documentation. */
  readonly example?: unknown
} & (
  | { readonly type: 'text'; readonly shape: string }
  | { readonly type: 'text'; readonly values: readonly string[] }
  | { readonly type: 'list'; readonly shape: string; readonly most: number }
  | { readonly type: 'integer'; readonly most: number }
  | { readonly type: 'boolean' }
  | { readonly type: 'counts'; readonly keys: readonly string[]; readonly most: number }
)

/** One event: when it is recorded, and its properties beside the common ones. */
export interface EventSpec {
  readonly when: string
  readonly properties: Readonly<Record<string, PropertySpec>>
}

/** Every event by name, and the properties that all of them carry. */
export interface Catalogue {
  readonly common: Readonly<Record<string, PropertySpec>>
  readonly events: Readonly<Record<string, EventSpec>>
}

/**
 * The value that a property's specification asks for. The only text there is, is `Safe`, and the words of a closed
 * list that the program itself declares.
 */
export type ValueOf<P> = P extends { type: 'text' }
  ? P extends { values: readonly (infer V extends string)[] }
    ? OneOf<V>
    : Safe
  : P extends { type: 'list' }
    ? readonly Safe[]
    : P extends { type: 'integer' }
      ? number
      : P extends { type: 'boolean' }
        ? boolean
        : P extends { type: 'counts'; keys: readonly (infer K extends string)[] }
          ? Readonly<Partial<Record<K, number>>>
          : never

/** A word of a closed list, if the compiler knows it; one that it only knows to be text has to be `Safe` as any other. */
type OneOf<V extends string> = V extends string
  ? Record<never, never> extends Record<V, 1>
    ? Safe
    : V
  : never

/**
 * The properties that an event's specification asks for; what is `optional` may be left out. Where the compiler knows only
 * that it is one of several events, those of each: else a text that not all of them have could be any.
 */
export type PropertiesOf<E extends EventSpec> = {
  readonly [K in KeyOf<E['properties']> as SpecAt<E['properties'], K> extends { optional: true }
    ? never
    : K]: ValueOf<SpecAt<E['properties'], K>>
} & {
  readonly [K in KeyOf<E['properties']> as SpecAt<E['properties'], K> extends { optional: true }
    ? K
    : never]?: ValueOf<SpecAt<E['properties'], K>>
}

type KeyOf<P> = P extends unknown ? keyof P : never
type SpecAt<P, K> = P extends unknown ? (K extends keyof P ? P[K] : never) : never

/** 31 days: no command or request that is measured takes longer. */
export const MOST_MILLISECONDS = 2_678_400_000
const MOST_OBJECTS = 10_000_000

const duration = (why: string) => ({ type: 'integer', most: MOST_MILLISECONDS, example: 412, why }) as const
const shaped = (shape: RegExp, example: string, why: string) =>
  ({ type: 'text', shape: shape.source, example, why }) as const

const projectHash = {
  ...shaped(
    HEX16_SHAPE,
    '70c2dadaa4262658',
    'A pseudonym of the project name (16 hex digits), so that projects can be counted without their names.',
  ),
  optional: true,
} as const

/** The events that the telemetry of a command line and its server consists of. */
export const EVENTS = {
  cli_command: {
    when: 'A command ended: well, with an error, or by Ctrl-C.',
    properties: {
      command: shaped(COMMAND_SHAPE, 'run', 'Which declared command ran; a mistyped one is `<unknown>`.'),
      command_args: {
        type: 'list',
        shape: ARG_SHAPE.source,
        // What `sanitizeCommand` gives at most: 32 and a `<more>`.
        most: 33,
        example: ['--threads', '<value>', '--output-dir', '<path>'],
        why: 'Which declared flags are used; every value is a placeholder.',
      },
      duration_ms: duration('How long the command took, in whole milliseconds.'),
      success: { type: 'boolean', why: 'Whether it worked.' },
      error_type: {
        ...shaped(
          ERROR_TYPE_SHAPE,
          'QueryError',
          'The class of the error, never its message, so that crashes can be counted.',
        ),
        optional: true,
      },
      job_count: {
        type: 'integer',
        most: MOST_OBJECTS,
        optional: true,
        example: 12,
        why: 'How many models a `run` or a `serve` executed without an error: 0 if none.',
      },
      object_counts: {
        type: 'counts',
        keys: OBJECT_KINDS,
        most: MOST_OBJECTS,
        optional: true,
        example: { models: 12, dashboards: 2 },
        why: 'How many objects of each kind a project has, when it was compiled.',
      },
      project_hash: projectHash,
    },
  },
  api_request: {
    when: 'The server answered a request, or several alike within ten seconds.',
    properties: {
      endpoint: shaped(
        ENDPOINT_SHAPE,
        '/api/models/{name}',
        "The router's template; `<unmatched>` for a request that no route took, or whose template can't be collected.",
      ),
      method: { type: 'text', values: METHODS, why: 'The HTTP method.' },
      status_code: {
        type: 'integer',
        most: 999,
        example: 200,
        why: 'The status of the answer; 499 where the client left before there was one.',
      },
      duration_ms: duration(
        'How long the answer took, in whole milliseconds; the mean when several are summed.',
      ),
      request_count: {
        type: 'integer',
        most: 1_000_000_000,
        example: 1,
        why: 'How many requests this event stands for: busy servers sum them up.',
      },
      project_hash: projectHash,
    },
  },
  new_installation: {
    when: 'The anonymous machine id was created.',
    properties: {},
  },
} as const satisfies Readonly<Record<string, EventSpec>>

/**
 * The properties that every event carries.
 * @param versionProperty the name under which the product's own version goes, such as `visivo_version`
 */
export function commonProperties(versionProperty: string): Readonly<Record<string, PropertySpec>> {
  return {
    [versionProperty]: shaped(VERSION_SHAPE, '1.2.3', 'Which version is in use.'),
    node_version: shaped(VERSION_SHAPE, '22.22.0', 'Which versions of Node.js must be supported.'),
    platform: { type: 'text', values: PLATFORMS, why: 'The operating system.' },
    platform_version: shaped(
      PLATFORM_VERSION_SHAPE,
      '6.8.0',
      'The version of the operating system: its numbers only.',
    ),
    architecture: { type: 'text', values: ARCHITECTURES, why: 'The architecture of the processor.' },
    is_ci: { type: 'boolean', why: 'Automated runs are counted apart from people.' },
    session_id: shaped(
      UUID_SHAPE,
      '0196f3a2-5c1e-7d34-9b6f-2f0d4f3b7c11',
      'An id of this one run of the program, to put its events in order: the time at which it started, then random digits.',
    ),
    telemetry_schema: {
      type: 'integer',
      most: 10_000,
      example: SCHEMA_VERSION,
      why: 'Which version of this table the event follows.',
    },
    dropped_events: {
      type: 'integer',
      most: 1_000_000_000,
      optional: true,
      example: 3,
      why: 'How many events were given up before this one, so that gaps can be seen.',
    },
  }
}

/**
 * The whole catalogue of a product: the events above and an adopter's own.
 * If an adopter's event has a name that is already taken, it is ignored.
 */
export function catalogueOf(
  versionProperty: string,
  extras: Readonly<Record<string, EventSpec>> = {},
): Catalogue {
  return { common: commonProperties(versionProperty), events: { ...extras, ...EVENTS } }
}

/**
 * The checksum of all that is above, which a test compares: to be written anew with every change. Not reckoned by each
 * command, which would take it a millisecond.
 */
export const EVENTS_EDITION = 'c821cecd'

/** Tells one catalogue from another, as eight hex digits: what one guard passes, another may not know. */
export function editionOf({ common, events }: Catalogue): string {
  const own = Object.entries(events).filter(([name]) => !Object.hasOwn(EVENTS, name))
  return checksum(`${EVENTS_EDITION} ${Object.keys(common).join(' ')} ${JSON.stringify(own)}`)
}

/** PostHog's own properties, which every event carries as it leaves, with the reason for each. */
export const STAMPS = {
  $ip: { value: '0.0.0.0', why: 'PostHog stores this in place of the address that it sees.' },
  $geoip_disable: { value: true, why: 'No place is looked up from an address.' },
  $process_person_profile: { value: false, why: 'No profile of a person is made.' },
} as const
