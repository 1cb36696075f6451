import { defineCommand } from 'citty'
import { heat } from './kitchen.js'

export const oven = defineCommand({
  subCommands: {
    heat: defineCommand({
      args: { degrees: { type: 'string' } },
      run: ({ args }) => heat(args),
    }),
  },
})
