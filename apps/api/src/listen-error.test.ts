import { expect, test } from 'vitest'
import { explainListenError } from './listen-error.ts'

test.each([
  ['a port for which this user is not root enough', 'EACCES', 'Choose one above 1023 with --port.'],
  [
    'a name that nobody knows',
    'ENOTFOUND',
    'cake is not an address of this machine. Choose another with --host.',
  ],
  ['a name server that is away', 'EAI_AGAIN', 'cake is not an address of this machine.'],
])('%s is told with what to do about it', (_sentence, code, advice) => {
  const error = explainListenError(Object.assign(new Error(code), { code }), 'cake', 80)
  expect(error.message).toContain(advice)
})

test('what nobody foresaw is told as the system says it', () => {
  const error = new Error('listen EMFILE')
  expect(explainListenError(error, 'localhost', 80)).toBe(error)
})
