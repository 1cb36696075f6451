import { expect, test } from 'vitest'
import * as errors from './errors.ts'

test('every error class of the CLI is declared, so that a failure is not just an Error in the figures', () => {
  const classes = Object.entries(errors).flatMap(([name, value]) =>
    typeof value === 'function' && value.prototype instanceof Error ? [name] : [],
  )
  expect(classes.sort()).toEqual([...errors.ERROR_TYPES].sort())
})
