import { testCake } from './cli-cases.ts'

testCake('oclif', {
  // A wrong command line ends with a code of its own, and no command with the help that was wanted.
  'no such command': { code: 2 },
  'no such flag': { code: 2 },
  'no command, but a flag': { code: 2 },
  'no command': { code: 0 },
})
