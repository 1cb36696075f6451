#!/usr/bin/env node
import { followProcess } from '@visivo/telemetry'
import { commandSpecOf } from '@visivo/telemetry/yargs'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { bake, heat } from './kitchen.js'
import { showStatus, telemetry, turn } from './telemetry.js'

const cli = yargs(hideBin(process.argv))
  .scriptName('cake')
  .version('1.2.3')
  .command(
    ['bake <recipe>', 'b'],
    'bake a cake',
    (command) =>
      command
        .option('layers', { alias: 'l', type: 'number' })
        .option('output', { alias: 'o', type: 'string' })
        .option('tags', { array: true, type: 'string' })
        .option('token', { type: 'string' })
        .option('quick', { type: 'boolean' })
        .option('frost', { type: 'boolean', default: true })
        .option('mishap', { type: 'string' }),
    (options) => bake(options.recipe, options),
  )
  .command('oven', 'the oven', (oven) =>
    oven.command('heat', 'heat it', { degrees: { type: 'number' } }, heat).demandCommand(),
  )
  .command('telemetry', 'what is collected', (switches) =>
    switches
      .command(['status', '$0'], 'is it on?', {}, showStatus)
      .command('on', 'switch it on', {}, () => turn('on'))
      .command('off', 'switch it off', {}, () => turn('off')),
  )
  .demandCommand()
  .strict()
  // yargs would print an error and leave without telling of which class it was.
  .fail((message, error) => {
    followed.note({ error })
    console.error(message ?? error)
    process.exit(1)
  })

const followed = followProcess(telemetry, await commandSpecOf(cli, yargs), {
  errorTypes: ['BurntError'],
  signals: true,
})
await cli.parseAsync()
