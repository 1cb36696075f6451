// posthog-node by somebody who knows its timeouts: one attempt, bounded, and an exit that waits for nothing more.
import { PostHog } from 'posthog-node'

const client = new PostHog('phc_bench', {
  host: process.env.VISIVO_POSTHOG_HOST,
  requestTimeout: 800,
  fetchRetryCount: 0,
})
// Its own failures go to the console; a command that fails to send must not print.
console.error = () => {}
client.capture({ distinctId: 'bench', event: 'cli_command', properties: { command: 'compile' } })
await client.shutdown(2_000).catch(() => {})
process.exit(0)
