#!/usr/bin/env node
import { followProcess } from '@visivo/telemetry'
import { commandSpecOf, noteErrors } from '@visivo/telemetry/citty'
import { defineCommand, runMain } from 'citty'
import { bake } from './kitchen.js'
import { showStatus, telemetry, turn } from './telemetry.js'

const main = defineCommand({
  meta: { name: 'cake', version: '1.2.3' },
  subCommands: {
    bake: defineCommand({
      meta: { name: 'bake', alias: 'b' },
      args: {
        recipe: { type: 'positional' },
        layers: { type: 'string', alias: 'l' },
        output: { type: 'string', alias: 'o' },
        tags: { type: 'string' },
        token: { type: 'string' },
        quick: { type: 'boolean' },
        frost: { type: 'boolean', default: true },
        mishap: { type: 'string' },
      },
      run: ({ args }) => bake(args.recipe, args),
    }),
    // Loaded when it is needed.
    oven: () => import('./oven.js').then(({ oven }) => oven),
    telemetry: defineCommand({
      default: 'status',
      subCommands: {
        status: defineCommand({ run: showStatus }),
        on: defineCommand({ run: () => turn('on') }),
        off: defineCommand({ run: () => turn('off') }),
      },
    }),
  },
})

const followed = followProcess(telemetry, await commandSpecOf(main), {
  errorTypes: ['BurntError'],
  signals: true,
})
await runMain(noteErrors(main, followed))
