import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { makeCertificate, putBefore, type Standing, startNameServer, unlessOpenssl } from '../fronts.ts'
import { unlessMounts } from '../mounts.ts'
import type { Fault } from './fault.ts'

/** Whatever lies between the courier and the server. */
export const NETWORK: readonly Fault[] = [
  untilOpen('gone', 'nobody listens: the connection is refused'),
  untilOpen('deaf', 'the server takes connections and reads nothing'),
  untilOpen(
    'portal',
    'a portal answers in place of the server (200), with a web page that has a byte order mark',
  ),
  {
    fault: 'the certificate of the server is not trusted (TLS), until it is',
    events: [2, 2, 0],
    impossible: unlessOpenssl,
    happens: async (scene) => {
      const certificate = makeCertificate(scene, 'localhost')
      const front = await putBefore(scene, certificate)
      scene.sendTo(`https://127.0.0.1:${front.port}`)
      await scene.command()
      await scene.withoutCourier()
      if (scene.state.failures !== 1) scene.noticed.push(JSON.stringify(scene.state))
      if (scene.receiver.bodies.length > 0) scene.noticed.push('something was sent to a stranger')
      await scene.timePasses()
      // As seen from where the command stands.
      await scene.command({ env: { NODE_EXTRA_CA_CERTS: basename(certificate.path) } })
      await scene.delivered(2)
    },
  },
  {
    fault: 'the name server never answers, until it does',
    events: [2, 2, 0],
    impossible: () => unlessOpenssl() ?? unlessMounts() ?? unlessNamespaces(),
    happens: async (scene) => {
      const certificate = makeCertificate(scene, 'telemetry.example')
      const front = await putBefore(scene, certificate)
      // The port of name servers, on an address of loopback that nothing else uses.
      const names = await startNameServer(scene, '127.0.0.153', 53)
      const resolv = join(scene.root, 'resolv.conf')
      writeFileSync(resolv, 'nameserver 127.0.0.153\n')
      scene.sendTo(`https://telemetry.example:${front.port}`)
      const inside = `mount --bind "${resolv}" /etc/resolv.conf && exec "$0" "$1"`
      const by = (script: string) => ['unshare', '-m', 'sh', '-c', inside, process.execPath, script]
      const env = { NODE_EXTRA_CA_CERTS: certificate.path }
      await scene.command({ by, env })
      await scene.withoutCourier()
      if (names.questions === 0) scene.noticed.push('the name server was not asked')
      names.answer()
      await scene.timePasses()
      await scene.command({ by, env })
      await scene.delivered(2)
    },
  },
]

function unlessNamespaces(): string | undefined {
  const can =
    spawnSync('unshare', ['-m', 'sh', '-c', 'mount --bind /etc/hosts /etc/resolv.conf']).status === 0
  return can ? undefined : 'no name server can be put into place here'
}

/** A command that meets a server like that, and one that finds it as it should be. */
function untilOpen(how: Standing, fault: string): Fault {
  return {
    fault,
    events: [2, 2, 0],
    happens: async (scene) => {
      const front = await putBefore(scene)
      scene.sendTo(`http://127.0.0.1:${front.port}`)
      await front.become(how)
      await scene.command()
      await scene.withoutCourier()
      if (scene.state.failures !== 1) scene.noticed.push(JSON.stringify(scene.state))
      scene.note()
      await front.become('open')
      await scene.timePasses()
      await scene.command()
      await scene.delivered(2)
    },
  }
}
