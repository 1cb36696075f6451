/** Sensitive where one of them is a whole word of the flag's name: `--pin`, `--session-id`. */
const WORDS = new Set([
  'cert',
  'certs',
  'conn',
  'connection',
  'pin',
  'private',
  'salt',
  'sas',
  'session',
  'sessions',
  'sig',
])

/** Sensitive where a word of the name ends so, alone or run together: `--key`, `--sshkey`, `--dbpass`. */
const ENDINGS = ['auth', 'cred', 'creds', 'dsn', 'jwt', 'key', 'keys', 'otp', 'pass', 'pw', 'pwd']

/**
 * Sensitive anywhere in a word of the name: `--tokens`, `--mytoken`, `--passwordfile`. Lists and not patterns: two of
 * them took 0.1 ms of a command to be compiled.
 */
const ANYWHERE = [
  'apikey',
  'authenti',
  'authoriz',
  'bearer',
  'certificate',
  'connectionstr',
  'connstr',
  'cookie',
  'credential',
  'licence',
  'license',
  'passcode',
  'passphrase',
  'passwd',
  'password',
  'secret',
  'signature',
  'token',
]

/** No real flag is longer; what stands beyond is not looked at. */
const LONGEST = 100

/**
 * Whether a flag's name says that its value is a secret. Words are split at anything but letters and at
 * camelCase. Wrong on the careful side: `--keyboard-hotkey` counts, and costs nothing but a `<redacted>`.
 */
export function isSensitive(flag: string): boolean {
  const spaced = flag.slice(0, LONGEST).replace(/([a-z])([A-Z])/g, '$1 $2')
  const words = spaced.toLowerCase().split(/[^a-z]/)
  return words.some(
    (word) =>
      WORDS.has(word) ||
      ENDINGS.some((ending) => word.endsWith(ending)) ||
      ANYWHERE.some((part) => word.includes(part)),
  )
}
