import { testCake } from './cli-cases.ts'

testCake('oclif')
