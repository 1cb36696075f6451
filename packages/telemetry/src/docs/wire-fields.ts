import { STAMPS } from '../events.ts'
import { UUID_PATTERN } from '../guard.ts'

/** A field that the catalogue of properties doesn't hold, because it is the same for every event. */
export interface WireField {
  readonly why: string
  readonly example: unknown
  /** The rest of its JSON Schema. */
  readonly schema: Readonly<Record<string, unknown>>
}

/** The fields of an event beside its properties. */
export const ENVELOPE: Readonly<Record<string, WireField>> = {
  event: {
    why: 'What happened: one of the events of the catalogue.',
    example: 'cli_command',
    schema: { type: 'string' },
  },
  uuid: {
    why: 'An id of the event, the time and then random digits, so that one that is sent twice counts once.',
    example: '0196f3a2-5d02-7c1b-8a57-6e1f0c9d2b34',
    schema: { type: 'string', pattern: `^${UUID_PATTERN}$` },
  },
  timestamp: {
    why: 'When it happened, in UTC.',
    example: '2026-03-14T15:09:26.535Z',
    schema: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' },
  },
  distinct_id: {
    why: 'The anonymous machine id: a random UUID; in CI a new one for each run, behind `ci-`.',
    example: '0b0f6c7e-8a51-4a43-9a4f-2f0d4f3b7c11',
    schema: { type: 'string', pattern: `^(ci-)?${UUID_PATTERN}$` },
  },
}

/** PostHog's own properties, added to every event as it leaves; the last two by PostHog's library. */
export const STAMPED: Readonly<Record<string, WireField>> = {
  ...Object.fromEntries(
    Object.entries(STAMPS).map(([name, { value, why }]) => [
      name,
      { why, example: value, schema: { const: value } },
    ]),
  ),
  $session_id: {
    why: 'The `session_id` again, under the name by which PostHog counts sessions.',
    example: '0196f3a2-5c1e-7d34-9b6f-2f0d4f3b7c11',
    schema: { type: 'string', pattern: `^${UUID_PATTERN}$` },
  },
  $lib: {
    why: 'The library that sends; PostHog’s own.',
    example: 'posthog-node',
    schema: { const: 'posthog-node' },
  },
  $lib_version: {
    why: 'The version of that library.',
    example: '5.70.0',
    schema: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+$' },
  },
}
