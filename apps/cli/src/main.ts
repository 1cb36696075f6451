#!/usr/bin/env node
import { processWorld, runCli } from './cli.ts'
import { createVisivoTelemetry, observeCommands } from './telemetry.ts'

process.exitCode = await runCli(process.argv.slice(2), processWorld(observeCommands(createVisivoTelemetry())))
