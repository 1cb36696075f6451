import { Args, Command, Flags } from '@oclif/core'
import { bake, heat } from './kitchen.js'
import { showStatus, turn } from './telemetry.js'

class Bake extends Command {
  static aliases = ['b']
  static args = { recipe: Args.string({ required: true }) }
  static flags = {
    layers: Flags.integer({ char: 'l' }),
    output: Flags.string({ char: 'o' }),
    tags: Flags.string({ multiple: true }),
    token: Flags.string(),
    quick: Flags.boolean(),
    frost: Flags.boolean({ allowNo: true, default: true }),
    mishap: Flags.string(),
  }

  async run() {
    const { args, flags } = await this.parse(Bake)
    bake(args.recipe, flags)
  }
}

class Heat extends Command {
  static flags = { degrees: Flags.integer() }

  async run() {
    heat((await this.parse(Heat)).flags)
  }
}

class Status extends Command {
  run = showStatus
}

class On extends Command {
  run = () => turn('on')
}

class Off extends Command {
  run = () => turn('off')
}

export const COMMANDS = {
  bake: Bake,
  'oven:heat': Heat,
  telemetry: Status,
  'telemetry:status': Status,
  'telemetry:on': On,
  'telemetry:off': Off,
}
