#!/usr/bin/env node
import { once } from 'node:events'
import { serve } from './serve.ts'
import { instrument } from './telemetry.ts'

process.exitCode = await serve(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  instrument,
  untilStopped: () => Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]),
})
