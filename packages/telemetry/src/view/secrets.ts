import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** Who may see and switch: the person whose terminal or browser was given a secret. */
export interface Secrets {
  /** Good for as long as the server runs. It stands in the address that the terminal shows. */
  readonly token: string
  /**
   * Makes a ticket, good once and for a minute. It stands in the address that a browser is started with: other
   * people on this machine can see the command line of that browser.
   */
  issueTicket(): string
  /** The token in exchange for a ticket that is still good. */
  redeem(ticket: string): string | undefined
  /** Whether this is the token. Takes the same time for every wrong one. */
  isToken(candidate: string): boolean
}

const TICKET_LIFE = 60_000

/** Makes a token of 256 random bits. */
export function makeSecrets(now: () => number = Date.now): Secrets {
  const token = randomSecret()
  const digest = digestOf(token)
  const tickets = new Map<string, number>()
  return {
    token,
    issueTicket: () => {
      const ticket = randomSecret()
      tickets.set(ticket, now() + TICKET_LIFE)
      return ticket
    },
    redeem: (ticket) => {
      const goodUntil = tickets.get(ticket) ?? 0
      tickets.delete(ticket)
      return now() < goodUntil ? token : undefined
    },
    isToken: (candidate) => timingSafeEqual(digestOf(candidate), digest),
  }
}

function randomSecret(): string {
  return randomBytes(32).toString('base64url')
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
