import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Product } from '@visivo/telemetry-config'
import { openOutbox } from './outbox.ts'
import { placesOf } from './places.ts'

/**
 * Empties the outboxes of all destinations: their person opted out. Whoever edits the configuration by hand while
 * no courier is at work has this from the next command. Never throws.
 */
export function forgetWaiting(product: Product, home: string): void {
  const { root } = placesOf(product, home, { host: '', apiKey: '' })
  for (const name of namesIn(root)) openOutbox(join(root, name, 'outbox'), () => undefined).clear()
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    // Telemetry never wrote anything here.
    return []
  }
}
