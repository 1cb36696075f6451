// posthog-node as its README says.
import { PostHog } from 'posthog-node'

const client = new PostHog('phc_bench', { host: process.env.VISIVO_POSTHOG_HOST })
client.capture({ distinctId: 'bench', event: 'cli_command', properties: { command: 'compile' } })
await client.shutdown()
