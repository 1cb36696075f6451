import { testCake } from './cli-cases.ts'

testCake('citty')
