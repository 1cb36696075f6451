// A plain fetch at the end of a command.
const event = { event: 'cli_command', distinct_id: 'bench', properties: { command: 'compile' } }
await fetch(`${process.env.VISIVO_POSTHOG_HOST}/batch/`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ api_key: 'phc_bench', batch: [event] }),
}).catch(() => {})
