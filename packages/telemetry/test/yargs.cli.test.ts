import { testCake } from './cli-cases.ts'

testCake('yargs', {
  // yargs fills no declared argument with what stands there.
  'what stands behind --': { code: 1, errorType: 'Error' },
})
