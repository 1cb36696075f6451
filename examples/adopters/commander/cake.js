#!/usr/bin/env node
import { followProcess } from '@visivo/telemetry'
import { commandSpecOf } from '@visivo/telemetry/commander'
import { Command } from 'commander'
import { bake, heat } from './kitchen.js'
import { showStatus, telemetry, turn } from './telemetry.js'

const program = new Command('cake').version('1.2.3')
program
  .command('bake <recipe>')
  .alias('b')
  .option('-l, --layers <number>', 'how high')
  .option('-o, --output <file>')
  .option('--tags <words...>')
  .option('--token <secret>', 'of the recipe shop')
  .option('--quick')
  .option('--no-frost', 'without icing')
  .option('--mishap <kind>', 'what goes wrong')
  .action(bake)
program.command('oven').command('heat').option('--degrees <number>').action(heat)

const switches = program.command('telemetry').action(showStatus)
switches.command('status').action(showStatus)
switches.command('on').action(() => turn('on'))
switches.command('off').action(() => turn('off'))

followProcess(telemetry, commandSpecOf(program), { errorTypes: ['BurntError'], signals: true })
await program.parseAsync()
