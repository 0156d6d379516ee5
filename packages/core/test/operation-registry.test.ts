import { describe, expect, test, vi } from 'vitest'
import type { AnyOperationClass } from '../src/operation.js'
import { defaultRegistry, kebabCase, OperationRegistry, register } from '../src/operation-registry.js'
import { operation } from './lab.js'

const op = (id: string, name: string, more = {}) => operation(() => [], { id, name, ...more })

function refusal(...operations: readonly unknown[]): { code: string; message: string } {
  const registry = new OperationRegistry()
  try {
    for (const one of operations) registry.register(one as AnyOperationClass)
  } catch (error) {
    return error as { code: string; message: string }
  }
  throw new Error('all were accepted')
}

test('operations are found by id, name and kebab case', () => {
  const registry = new OperationRegistry()
  const bright = op('@a/op-bright', 'Increase Brightness')
  const several = op('@a/ops#two', 'Two')
  registry.register(bright)
  registry.register(several)
  for (const name of [
    '@a/op-bright',
    'Increase Brightness',
    'increase-brightness',
    'increase brightness',
    'INCREASE_BRIGHTNESS',
  ])
    expect(registry.find(name)).toBe(bright)
  expect(registry.get('@a/ops#two')).toBe(several)
  expect(registry.list()).toEqual([bright, several])
  expect(registry.find('nothing')).toBeUndefined()
})

test.each([
  ['Increase Brightness', 'increase-brightness'],
  ['  HR  Diagram (new) ', 'hr-diagram-new'],
  ['Median', 'median'],
  ['émile', 'mile'],
])('%j is %s in kebab case', (name, kebab) => {
  expect(kebabCase(name)).toBe(kebab)
})

test('what is not there is named, with what is', () => {
  const registry = new OperationRegistry()
  expect(() => registry.get('x'.repeat(1000))).toThrow(
    expect.objectContaining({
      code: 'DATALAB_OPERATION_UNKNOWN',
      audience: 'user',
      message: expect.stringMatching(/^.{1,200}$/),
    }),
  )
  registry.register(op('a', 'Alpha'))
  expect(() => registry.get('Beta')).toThrow("There is no operation 'Beta' here. There is: Alpha.")
})

describe('two operations', () => {
  test('the same class twice is the same as once', () => {
    const registry = new OperationRegistry()
    const one = op('a', 'One')
    registry.register(one)
    registry.register(one)
    expect(registry.list()).toEqual([one])
  })

  test('of one id are refused, with both versions named', () => {
    expect(refusal(op('@a/x', 'One', { version: '1.0.0' }), op('@a/x', 'Two', { version: '2.0.0' }))).toMatchObject({
      code: 'DATALAB_OPERATION_DUPLICATE',
      message:
        "Two operations have the id '@a/x': one of @a/x 1.0.0 and one of @a/x 2.0.0. Leave one of them out, or rename it.",
    })
  })

  test('of one name, in any spelling, are refused, with both packages named', () => {
    const { code, message } = refusal(op('@a/x', 'Big Median'), op('@b/y', 'big-median'))
    expect(code).toBe('DATALAB_OPERATION_DUPLICATE')
    expect(message).toContain('@a/x')
    expect(message).toContain('@b/y')
  })

  test('two copies of one class are two', () => {
    expect(refusal(op('@a/x', 'One'), op('@a/x', 'One')).code).toBe('DATALAB_OPERATION_DUPLICATE')
  })

  test('one that is refused leaves nothing behind', () => {
    const registry = new OperationRegistry()
    registry.register(op('a', 'One'))
    expect(() => registry.register(op('b', 'One'))).toThrow()
    expect(registry.find('b')).toBeUndefined()
    expect(registry.list()).toHaveLength(1)
  })
})

describe('an operation is refused', () => {
  test.each<[string, unknown, string]>([
    ['without info', class NoInfo {}, "The operation NoInfo has no 'static readonly info'; add it."],
    ['undefined', undefined, 'circular'],
    ['null', null, 'not a class'],
    ['an instance', new Date(), 'The operation given is an object, not a class'],
    ['that requires what is no list', op('a', 'X', { requires: {} }), "has no list in 'requires'"],
    [
      'that requires nothing there',
      op('a', 'X', { requires: [undefined] }),
      'requires undefined, which is the key of no',
    ],
    ['that requires a name', op('a', 'X', { requires: ['Images'] }), 'requires Images, which is the key of no service'],
    ['with an id that is no package', op('Not A Package', 'X'), "give its npm package's name"],
    ['with an id that is no text', op(5 as never, 'X'), 'has the id 5'],
    ['with no name', op('a', ' - '), 'has no name of letters or digits'],
    ['with revision 0', op('a', 'X', { revision: 0 }), 'has the revision 0; give a whole number from 1'],
    ['with revision 1.5', op('a', 'X', { revision: 1.5 }), 'has the revision 1.5'],
    ['without a description', op('a', 'X', { description: undefined }), 'has the description undefined; give a text'],
    ['with a category that is no text', op('a', 'X', { category: 3 }), 'has the category 3; give a text'],
    [
      'with no runs at once',
      op('a', 'X', { limits: { concurrency: 0 } }),
      'the limit concurrency: 0; give a number from 1',
    ],
    ['with a time in words', op('a', 'X', { limits: { time: '5' } }), "the limit time: '5'; give a number above 0"],
    ['with a memory that is no number', op('a', 'X', { limits: { memory: Number.NaN } }), 'has the limit memory: NaN'],
    ['without a schema', op('a', 'X', { inputs: undefined }), 'has no schema of its inputs'],
    ['with half a schema', op('a', 'X', { inputs: { type: 'object' } }), 'has no schema of its inputs'],
  ])('%s', (_, one, message) => {
    const error = refusal(one)
    expect(error.code).toBe('DATALAB_OPERATION_INVALID')
    expect(error.message).toContain(message)
  })
})

test('the default registry is one for all copies of the package', async () => {
  const one = op('@test/default', 'In The Default Registry')
  register(one)
  vi.resetModules()
  const copy = await import('../src/operation-registry.js')
  expect(copy.OperationRegistry).not.toBe(OperationRegistry)
  expect(copy.defaultRegistry()).toBe(defaultRegistry())
  expect(copy.defaultRegistry().find('in-the-default-registry')).toBe(one)
})
