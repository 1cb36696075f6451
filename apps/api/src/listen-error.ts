import { inspect } from 'node:util'
import { codeOf } from './code-of.ts'

/** The port that was asked for is in use. The message says where, and what to do. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError'
  readonly port: number

  constructor(host: string, port: number) {
    super(
      `Port ${port} on ${host} is already in use. ` +
        'End the program that uses it, or choose another port with --port (0 takes any free one).',
    )
    this.port = port
  }
}

/** Says why listening failed, and what to do, in place of the system's own error. */
export function explainListenError(error: unknown, host: string, port: number): Error {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new PortTakenError(host, port)
    case 'EACCES':
      return new Error(
        `Port ${port} needs more rights than this user has. Choose one above 1023 with --port.`,
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new Error(`${host} is not an address of this machine. Choose another with --host.`)
    // Of a link-local IPv6 address, each interface has one.
    case 'EINVAL':
      return new Error(
        `${host} can not be listened on as it is. Choose another with --host; an address that begins with fe80: needs its ` +
          'interface behind it, such as fe80::1%eth0.',
      )
    default:
      return error instanceof Error ? error : new Error(inspect(error))
  }
}
