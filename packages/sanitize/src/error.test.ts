import { AssertionError } from 'node:assert'
import { describe, expect, test } from 'vitest'
import { ERROR_TYPE_SHAPE, sanitizeErrorType } from './error.ts'

class ConfigError extends Error {}
class NestedError extends ConfigError {}
class JanesError extends TypeError {}

const DECLARED = ['ConfigError', 'NestedError', 'lowercase', 'Under_score', 'Größe', 'X'.repeat(65)]

/** A class that carries somebody's text where its name would be. */
function namedAtRunTime(name: string, base: ErrorConstructor = Error) {
  return { [name]: class extends base {} }[name] as ErrorConstructor
}

/** A class that is written in text which is run as code. */
function writtenAtRunTime(name: string): ErrorConstructor {
  return new Function(`return class ${name} extends TypeError {}`)()
}

/** An object below TypeError, whose class is said to be this. */
function madeBy(maker: PropertyDescriptor): object {
  return Object.create(Object.create(TypeError.prototype, { constructor: maker }))
}

/** A class whose name was deleted: below it, the next one counts. */
function nameless(): ErrorConstructor {
  const made = class extends TypeError {}
  Reflect.deleteProperty(made, 'name')
  return made as unknown as ErrorConstructor
}

function boom(): never {
  throw new Error('s3cret')
}

class Getter extends RangeError {
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

describe('classes that every program has', () => {
  test.each([
    ['Error', new Error('s3cret'), 'Error'],
    ['a built-in class', new TypeError('s3cret'), 'TypeError'],
    ['RangeError', new RangeError('s3cret'), 'RangeError'],
    ['SyntaxError', new SyntaxError('s3cret'), 'SyntaxError'],
    ['ReferenceError', new ReferenceError('s3cret'), 'ReferenceError'],
    ['EvalError', new EvalError('s3cret'), 'EvalError'],
    ['URIError', new URIError('s3cret'), 'URIError'],
    ['an aggregate', new AggregateError([new Error('s3cret')]), 'AggregateError'],
    ['an aborted request', new DOMException('s3cret', 'AbortError'), 'DOMException'],
    ['an assertion', new AssertionError({ message: 's3cret' }), 'AssertionError'],
    ['a class of Node 24', new (namedAtRunTime('SuppressedError'))('s3cret'), 'SuppressedError'],
    ['a proxy of an error', new Proxy(new TypeError('s3cret'), {}), 'TypeError'],
    ['a class without a name', new (nameless())('s3cret'), 'TypeError'],
    ['an error named like a built-in one', new (namedAtRunTime('TypeError'))('s3cret'), 'TypeError'],
  ])('%s', (_says, error, type) => {
    expect(sanitizeErrorType(error)).toBe(type)
  })
})

describe('classes that the program declares', () => {
  test.each([
    ['a class', new ConfigError('s3cret'), 'ConfigError'],
    ['a class of a class', new NestedError('s3cret'), 'NestedError'],
    ['a class that a bundler took the name of', new (namedAtRunTime('ConfigError'))('x'), 'ConfigError'],
    [
      'an instance that names itself',
      Object.assign(new ConfigError(), { name: 'S3cret', constructor: class S3cret {} }),
      'ConfigError',
    ],
    ['an object made without the constructor', Object.create(ConfigError.prototype), 'ConfigError'],
    ['a built-in class all the same', new TypeError('s3cret'), 'TypeError'],
    ['a class below a declared one', new (class Janes extends NestedError {})(), 'NestedError'],
    ['a name without a capital', new (namedAtRunTime('lowercase', TypeError))(), 'TypeError'],
    ['a name with an underscore', new (namedAtRunTime('Under_score', TypeError))(), 'TypeError'],
    ['a name that is not ASCII', new (namedAtRunTime('Größe', TypeError))(), 'TypeError'],
    ['a name of 65 letters', new (namedAtRunTime('X'.repeat(65), TypeError))(), 'TypeError'],
  ])('%s', (_says, error, type) => {
    expect(sanitizeErrorType(error, DECLARED)).toBe(type)
  })
})

describe('all others count as the nearest known one above', () => {
  const Renamed = class extends TypeError {}
  Object.defineProperty(Renamed, 'name', { value: 'S3cret' })
  const Nameless = class extends RangeError {}
  Object.defineProperty(Nameless, 'name', { value: ['RangeError'] })

  test.each([
    ['a class that nobody declared', new ConfigError(), 'Error'],
    ['a class that nobody declared, below a built-in one', new JanesError(), 'TypeError'],
    ['a class named at run time', new (namedAtRunTime('S3cret'))(), 'Error'],
    [
      'a class named at run time below a known one',
      new (namedAtRunTime('S3cret', RangeError))(),
      'RangeError',
    ],
    ['a class written at run time', new (writtenAtRunTime('S3cret'))(), 'TypeError'],
    ['a class without a name', new (class extends SyntaxError {})(), 'SyntaxError'],
    ['a renamed class', new Renamed(), 'TypeError'],
    ['getters that throw', new Getter(), 'RangeError'],
    ['a class whose name is no text', madeBy({ value: Nameless }), 'TypeError'],
    ['a bound class', madeBy({ value: RangeError.bind(null) }), 'TypeError'],
    ['a proxy of a class', madeBy({ value: new Proxy(ConfigError, {}) }), 'TypeError'],
    ['a constructor that is no function', madeBy({ value: { name: 'RangeError' } }), 'TypeError'],
    ['a constructor behind a getter', madeBy({ get: boom }), 'TypeError'],
    ['a constructor that is not there', madeBy({ value: undefined }), 'TypeError'],
  ])('%s', (_says, error, type) => {
    expect(sanitizeErrorType(error)).toBe(type)
  })
})

describe('what is no error', () => {
  class Person {}
  const Lookalike = { TypeError: class {} }.TypeError

  test.each([
    ['a string', 's3cret'],
    ['nothing', undefined],
    ['null', null],
    ['a number', 5],
    ['a symbol', Symbol('s3cret')],
    ['an object', { name: 'S3cret', message: 's3cret' }],
    ['an object without prototype', Object.create(null)],
    ["another class's instance", new Person()],
    ['one of a class with a known name', new Lookalike()],
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
    ['30 prototypes below Error', 30, 'ConfigError'],
    ['31 prototypes below Error', 31, 'ConfigError'],
    ['32 prototypes below Error', 32, 'Error'],
  ])('%s', (_says, below, type) => {
    let error: object = ConfigError.prototype
    for (let count = 1; count < below; count++) error = Object.create(error) as object
    expect(sanitizeErrorType(Object.create(error), DECLARED)).toBe(type)
  })
})

function endless(): object {
  return new Proxy(TypeError.prototype, { getPrototypeOf: endless })
}
