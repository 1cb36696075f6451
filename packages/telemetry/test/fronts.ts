import { spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import type { Scene } from './scene.ts'

/** What a portal answers to everything, as such pages are written: with a byte order mark. */
const SIGN_IN =
  'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n\ufeff<!doctype html><title>Sign in</title>'

/** A server before the receiver, which can be deaf, a portal, or gone. */
export interface Front {
  readonly port: number
  /** How many connections are open. */
  readonly open: number
  /** `deaf`: takes connections and reads nothing; `portal`: asks everybody to sign in; `gone`: nobody listens. */
  become(how: Standing): Promise<void>
}

/** How a front treats whoever comes. */
export type Standing = 'open' | 'deaf' | 'portal' | 'gone'

/** Puts a front on loopback before the receiver, with TLS where a certificate is given. */
export async function putBefore(scene: Scene, certificate?: Certificate): Promise<Front> {
  let standing: Standing = 'open'
  const sockets = new Set<Socket>()
  const take = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    if (standing === 'deaf') return void socket.pause()
    if (standing === 'portal') return void socket.once('data', () => socket.end(SIGN_IN))
    const onward = connect(Number(new URL(scene.receiver.url).port), '127.0.0.1').on('error', () =>
      socket.destroy(),
    )
    socket.pipe(onward).pipe(socket)
  }
  const server = certificate ? createTlsServer(certificate, take) : createServer(take)
  server.on('tlsClientError', () => {})
  const port = await listen(server, 0)
  const close = async () => {
    for (const socket of sockets) socket.destroy()
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  }
  scene.onClose(close)
  return {
    port,
    get open() {
      return sockets.size
    },
    become: async (how) => {
      standing = how
      if (how === 'gone') await close()
      else if (!server.listening) await listen(server, port)
    },
  }
}

/** A key and a certificate for a name, signed by nobody but itself. */
export interface Certificate {
  readonly key: Buffer
  readonly cert: Buffer
  /** The certificate as a file, for `NODE_EXTRA_CA_CERTS`. */
  readonly path: string
}

export function unlessOpenssl(): string | undefined {
  return spawnSync('openssl', ['version']).status === 0
    ? undefined
    : 'no certificate can be made here: no openssl'
}

export function makeCertificate(scene: Scene, name: string): Certificate {
  const path = join(scene.root, 'cert.pem')
  const keyPath = join(scene.root, 'key.pem')
  const subject = ['-subj', '/CN=test', '-addext', `subjectAltName=DNS:${name},IP:127.0.0.1`]
  spawnSync('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-keyout',
    keyPath,
    '-out',
    path,
    ...subject,
  ])
  return { key: readFileSync(keyPath), cert: readFileSync(path), path }
}

/** A name server on loopback that takes every question and answers none, until it is told to. */
export interface NameServer {
  readonly questions: number
  /** From now on every name is at 127.0.0.1. With `A` it stays silent where it is asked for another kind of address. */
  answer(kinds?: 'A' | 'all'): void
}

export async function startNameServer(
  scene: Pick<Scene, 'onClose'>,
  address: string,
  port: number,
): Promise<NameServer & { readonly port: number }> {
  let questions = 0
  let answers: 'A' | 'all' | 'none' = 'none'
  const socket = createSocket('udp4', (question, from) => {
    questions += 1
    if (answers === 'all' || (answers === 'A' && isForA(question)))
      socket.send(answerTo(question), from.port, from.address)
  })
  socket.bind(port, address)
  await once(socket, 'listening')
  scene.onClose(() => socket.close())
  return {
    port: socket.address().port,
    get questions() {
      return questions
    },
    answer: (kinds = 'all') => {
      answers = kinds
    },
  }
}

/** A DNS answer (RFC 1035): 127.0.0.1 to a question for an A record, no record to any other. */
function answerTo(question: Buffer): Buffer {
  const end = endOf(question)
  const found = isForA(question)
  const header = Buffer.from([0, 0, 0x81, 0x80, 0, 1, 0, found ? 1 : 0, 0, 0, 0, 0])
  question.copy(header, 0, 0, 2)
  const record = Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1])
  return Buffer.concat([header, question.subarray(12, end), ...(found ? [record] : [])])
}

/** Behind the name stand the kind and the class that are asked for, two bytes each. */
function endOf(question: Buffer): number {
  return question.indexOf(0, 12) + 5
}

function isForA(question: Buffer): boolean {
  return question.readUInt16BE(endOf(question) - 4) === 1
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}
