import { testCake } from './cli-cases.ts'

testCake('citty', {
  // citty takes any flag.
  'no such flag': { code: 0 },
})
