import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { turnOff } from '../../src/control.ts'
import { createTelemetry } from '../../src/index.ts'
import type { Scene } from '../scene.ts'
import type { Fault } from './fault.ts'

const OFF = 'telemetry_enabled: false\n'

/** Whoever opts out while something is under way. */
export const OPT_OUTS: readonly Fault[] = [
  {
    fault: 'somebody opts out, by hand, while an event waits: the next command forgets it',
    events: [1, 0, 0],
    happens: async (scene) => {
      await scene.waits()
      scene.configure(OFF)
      await scene.timePasses()
      await scene.command()
      nothingIsLeft(scene)
    },
  },
  {
    fault: 'somebody opts out while the server hangs on a request: it is broken off, and the outbox emptied',
    events: [1, 0, 0],
    happens: async (scene) => {
      scene.receiver.misbehave({ instead: 'silence' })
      await scene.command()
      await scene.receiver.requested(1)
      scene.configure(OFF)
      await scene.withoutCourier()
      if (scene.state.failures > 0) scene.noticed.push('the request ran to its end')
      nothingIsLeft(scene)
    },
  },
  {
    fault:
      'a project is switched off while the server takes its time to find a batch too large: none of its parts goes',
    events: [5, 0, 0],
    happens: async (scene) => {
      scene.receiver.misbehave({ status: 413, delay: 5_000, requests: 1 })
      await scene.command({ flags: ['--times', '5'] })
      await scene.receiver.requested(1)
      const project = join(scene.root, 'project')
      mkdirSync(project)
      writeFileSync(join(project, 'project.visivo.yml'), 'name: sales\n')
      const { says } = turnOff(createTelemetry({ version: '1.2.3', home: scene.home, env: scene.env }), {
        project,
      })
      if (!says.includes('Removed 5 events that waited to be sent.')) scene.noticed.push(says.join(' '))
      await scene.withoutCourier()
      nothingIsLeft(scene)
    },
  },
  {
    fault: 'somebody opts out while the courier waits for more: it ends, and nothing is recorded any more',
    events: [1, 1, 0],
    happens: async (scene) => {
      await scene.command()
      await scene.delivered(1)
      scene.configure(OFF)
      await scene.command()
      await scene.withoutCourier()
      nothingIsLeft(scene)
    },
  },
  {
    fault: "the person's configuration can't be read for a moment: nothing goes, and nothing is forgotten",
    events: [2, 2, 0],
    happens: async (scene) => {
      await scene.waits()
      scene.configure('telemetry_enabled: [\n')
      await scene.timePasses()
      await scene.command()
      // Should it have started a courier, that has looked.
      await scene.withoutCourier()
      if (scene.receiver.bodies.length > 1) scene.noticed.push('something went')
      scene.configure('')
      await scene.command()
      await scene.delivered(2)
    },
  },
]

function nothingIsLeft(scene: Scene): void {
  const left = scene.outbox.waiting()
  if (left.length > 0) scene.noticed.push(`${left.length} events are left`)
}
