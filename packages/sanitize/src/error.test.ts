import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { ERROR_TYPE_SHAPE, sanitizeErrorType } from './error.ts'

class ConfigError extends Error {}
class NestedError extends ConfigError {}
class lowercase extends TypeError {}
class Under_score extends RangeError {}
class Größe extends RangeError {}

const Anonymous = (() => class extends SyntaxError {})()
const Longest = runInNewContext(`class ${'A'.repeat(64)} extends Base {}; ${'A'.repeat(64)}`, { Base: Error })
const TooLong = runInNewContext(`class ${'A'.repeat(65)} extends Base {}; ${'A'.repeat(65)}`, {
  Base: TypeError,
})
const Spaced = runInNewContext('(class\n\tSpaced{})', {})
Object.setPrototypeOf(Spaced.prototype, Error.prototype)

function OldStyle(this: object) {}
OldStyle.prototype = Object.create(Error.prototype, { constructor: { value: OldStyle } })

/** A class that carries somebody's text where its name would be. */
function namedAtRunTime(name: string, base: ErrorConstructor = Error) {
  return { [name]: class extends base {} }[name] as ErrorConstructor
}

function boom(): never {
  throw new Error('s3cret')
}

const Renamed = class Kept extends Error {}
Object.defineProperty(Renamed, 'name', { value: 'S3cret' })

const Getter = class Getter extends Error {
  static override get name(): never {
    return boom()
  }
  override get name(): never {
    return boom()
  }
  override get message(): never {
    return boom()
  }
}

describe('classes that are written in the source', () => {
  test.each([
    ['Error', new Error('s3cret'), 'Error'],
    ['a built-in class', new TypeError('s3cret'), 'TypeError'],
    ['an aggregate', new AggregateError([new Error('s3cret')]), 'AggregateError'],
    ['an aborted request', new DOMException('s3cret', 'AbortError'), 'DOMException'],
    ['a class', new ConfigError('s3cret'), 'ConfigError'],
    ['a class of a class', new NestedError('s3cret'), 'NestedError'],
    ['a function', new (OldStyle as never as ErrorConstructor)(), 'OldStyle'],
    ['white space and no space', new Spaced(), 'Spaced'],
    [
      '64 letters',
      Object.setPrototypeOf(new Error(), Object.setPrototypeOf(Longest.prototype, Error.prototype)),
      'A'.repeat(64),
    ],
    ['a renamed class', new Renamed('s3cret'), 'Kept'],
    ['getters that throw', new Getter(), 'Getter'],
    [
      'an instance that names itself',
      Object.assign(new ConfigError(), { name: 'S3cret', constructor: class S3cret {} }),
      'ConfigError',
    ],
    ['an object made without the constructor', Object.create(ConfigError.prototype), 'ConfigError'],
    ['a proxy of an error', new Proxy(new TypeError('s3cret'), {}), 'TypeError'],
  ])('%s', (_says, error, type) => {
    expect(sanitizeErrorType(error)).toBe(type)
  })
})

describe('classes that are not count as the nearest one above', () => {
  test.each([
    ['a class named at run time', new (namedAtRunTime('S3cret'))(), 'Error'],
    [
      'a class named at run time below a written one',
      new (namedAtRunTime('S3cret', TypeError))(),
      'TypeError',
    ],
    ['a class named at run time like a written one', new (namedAtRunTime('TypeError'))(), 'Error'],
    ['a class without a name', new Anonymous(), 'SyntaxError'],
    ['a name without a capital', new lowercase(), 'TypeError'],
    ['a name with an underscore', new Under_score(), 'RangeError'],
    ['a name that is not ASCII', new Größe(), 'RangeError'],
    [
      '65 letters',
      Object.setPrototypeOf(new Error(), Object.setPrototypeOf(TooLong.prototype, TypeError.prototype)),
      'TypeError',
    ],
    [
      'a bound class',
      Object.create(Object.create(TypeError.prototype, { constructor: { value: ConfigError.bind(null) } })),
      'TypeError',
    ],
    [
      'a proxy of a class',
      Object.create(
        Object.create(TypeError.prototype, { constructor: { value: new Proxy(ConfigError, {}) } }),
      ),
      'TypeError',
    ],
    [
      'an arrow function',
      Object.create(Object.create(TypeError.prototype, { constructor: { value: () => 's3cret' } })),
      'TypeError',
    ],
    [
      'a constructor that is no function',
      Object.create(Object.create(TypeError.prototype, { constructor: { value: 'class S3cret {' } })),
      'TypeError',
    ],
    [
      'a constructor behind a getter',
      Object.create(Object.create(TypeError.prototype, { constructor: { get: boom } })),
      'TypeError',
    ],
    [
      'a text that begins otherwise',
      Object.create(
        Object.create(TypeError.prototype, {
          constructor: {
            value: {
              Error() {
                return class S3cret {}
              },
            }.Error,
          },
        }),
      ),
      'TypeError',
    ],
    [
      'a lower-case name that ends in capitals',
      Object.create(Object.create(TypeError.prototype, { constructor: { value: function aS3cret() {} } })),
      'TypeError',
    ],
  ])('%s', (_says, error, type) => {
    expect(sanitizeErrorType(error)).toBe(type)
  })
})

describe('what is no error', () => {
  class Person {}

  test.each([
    ['a string', 's3cret'],
    ['nothing', undefined],
    ['null', null],
    ['a number', 5],
    ['a symbol', Symbol('s3cret')],
    ['an object', { name: 'S3cret', message: 's3cret' }],
    ['an object without prototype', Object.create(null)],
    ["another class's instance", new Person()],
    ['a promise', Promise.resolve()],
    ['a function', class S3cret {}],
    ['a proxy that throws', new Proxy({}, { getPrototypeOf: boom })],
    [
      'a proxy that throws below a class',
      Object.setPrototypeOf({}, new Proxy({}, { getOwnPropertyDescriptor: boom })),
    ],
    ['a proxy without end', endless()],
  ])('%s', (_says, thrown) => {
    expect(sanitizeErrorType(thrown)).toBe('Error')
  })
})

test.each([
  ['Error', true],
  ['E', true],
  ['ConfigError2', true],
  ['A'.repeat(64), true],
  ['A'.repeat(65), false],
  ['', false],
  ['error', false],
  ['2Error', false],
  ['Config Error', false],
  ['Config_Error', false],
  ['Error\n', false],
  ['\nError', false],
  ['xError', false],
])('the shape of %j: %s', (text, fits) => {
  expect(ERROR_TYPE_SHAPE.test(text)).toBe(fits)
})

describe('the height of the chain', () => {
  test.each([
    ['31 prototypes below Error', 31, 'ConfigError'],
    ['32 prototypes below Error', 32, 'Error'],
  ])('%s', (_says, below, type) => {
    let error: object = ConfigError.prototype
    for (let count = 1; count < below; count++) error = Object.create(error) as object
    expect(sanitizeErrorType(Object.create(error))).toBe(type)
  })
})

function endless(): object {
  return new Proxy(class Endless {}.prototype, { getPrototypeOf: endless })
}

test('a class that a bundler stripped of its name counts by it only when it is declared', () => {
  const ConfigError = class extends TypeError {}
  const error = new ConfigError('hunter2')
  expect(sanitizeErrorType(error)).toBe('TypeError')
  expect(sanitizeErrorType(error, ['ConfigError'])).toBe('ConfigError')
  expect(sanitizeErrorType(error, ['OtherError'])).toBe('TypeError')
  Object.defineProperty(ConfigError, 'name', { value: 'hunter2' })
  expect(sanitizeErrorType(error, ['hunter2'])).toBe('TypeError')
})
