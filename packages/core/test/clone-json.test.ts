import { describe, expect, test } from 'vitest'
import { cloneJson, DEFAULT_PAYLOAD_LIMITS, PayloadError, type PayloadLimits } from '../src/clone-json.js'

const limits = (some: Partial<PayloadLimits>) => ({ ...DEFAULT_PAYLOAD_LIMITS, ...some })

function faultOf(value: unknown, some: Partial<PayloadLimits> = {}): PayloadError {
  try {
    cloneJson(value, limits(some))
  } catch (error) {
    if (error instanceof PayloadError) return error
    throw error
  }
  throw new Error('it was accepted')
}

test('a clone is equal and shares nothing', () => {
  const value = { a: [1, { b: null }], c: 'text', d: true }
  const clone = cloneJson(value) as typeof value
  expect(clone).toEqual(value)
  expect(clone).not.toBe(value)
  expect(clone.a).not.toBe(value.a)
  expect(clone.a[1]).not.toBe(value.a[1])
})

test('-0 becomes 0, and undefined members are left out', () => {
  expect(Object.is(cloneJson(-0), 0)).toBe(true)
  expect(cloneJson({ a: undefined, b: 1 })).toStrictEqual({ b: 1 })
})

test('objects without a prototype are plain', () => {
  expect(cloneJson(Object.assign(Object.create(null), { a: 1 }))).toStrictEqual({ a: 1 })
})

test.each(['__proto__', 'constructor', 'prototype'])('a member named %s is refused, wherever it lies', (name) => {
  const value = JSON.parse(`{"a":[{"${name}":{"polluted":true}}]}`)
  expect(faultOf(value)).toMatchObject({
    pointer: `/a/0/${name}`,
    message: 'is a name that is not allowed; leave it out',
  })
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
})

test.each([
  ['NaN', Number.NaN, 'is NaN; give a finite number'],
  ['Infinity', Number.NEGATIVE_INFINITY, 'is -Infinity; give a finite number'],
  ['bigint', 1n, 'is a bigint, which JSON cannot hold'],
  ['function', () => 1, 'is a function, which JSON cannot hold'],
  ['symbol', Symbol('s'), 'is a symbol, which JSON cannot hold'],
  ['Date', new Date(0), 'is a Date, not a plain object'],
  ['Map', new Map(), 'is a Map, not a plain object'],
  ['class', new (class Thing {})(), 'is a Thing, not a plain object'],
  ['boxed', Object('x'), 'is a String, not a plain object'],
  ['typed array', new Uint8Array(2), 'is a Uint8Array, not a plain object'],
  ['lone surrogate', 'a\ud800', 'holds half of a surrogate pair, which is no character'],
])('%s is refused', (_, value, message) => {
  expect(faultOf({ x: [value] })).toMatchObject({ pointer: '/x/0', message })
})

test('a member name with half a surrogate pair is refused', () => {
  expect(faultOf({ '\udc00': 1 }).message).toContain('surrogate')
})

test('a sparse list is refused, and a huge one at once', () => {
  expect(faultOf(Object.assign(new Array(3), { 0: 1, 2: 3 }))).toMatchObject({
    pointer: '/1',
    message: expect.stringContaining('is undefined'),
  })
  expect(faultOf(new Array(2 ** 31)).message).toContain('values')
})

describe('values that show something else each time', () => {
  test('a getter is read once', () => {
    let reads = 0
    const value = {
      get a() {
        return ++reads
      },
    }
    expect(cloneJson(value)).toEqual({ a: 1 })
    expect(reads).toBe(1)
  })

  test('a proxy is read once a member', () => {
    const reads: string[] = []
    const value = new Proxy({ a: 1, b: { c: 2 } } as Record<string, unknown>, {
      get(target, name) {
        reads.push(String(name))
        return Reflect.get(target, name)
      },
    })
    expect(cloneJson(value)).toEqual({ a: 1, b: { c: 2 } })
    expect(reads.filter((name) => name === 'a' || name === 'b')).toEqual(['a', 'b'])
  })

  test("a list's own iterator is not asked", () => {
    const list = Object.assign([1, 2], {
      *[Symbol.iterator]() {
        for (;;) yield 9
      },
    })
    expect(cloneJson(list)).toEqual([1, 2])
  })
})

describe('limits', () => {
  test('depth: a cycle ends there', () => {
    const value: Record<string, unknown> = {}
    value.again = value
    expect(faultOf(value).message).toBe('lies more than 32 levels deep')
    expect(cloneJson([[1]], limits({ depth: 2 }))).toEqual([[1]])
    expect(faultOf([[[1]]], { depth: 2 }).pointer).toBe('/0/0')
  })

  test('depth: nesting of a hundred thousand is no stack overflow', () => {
    let value: unknown = 1
    for (let level = 0; level < 100_000; level++) value = [value]
    expect(faultOf(value).message).toContain('levels deep')
  })

  test('values: containers count, and so do their items', () => {
    expect(cloneJson([1, 2], limits({ values: 3 }))).toEqual([1, 2])
    expect(faultOf([1, 2, 3], { values: 3 }).message).toBe('holds more than 3 values')
    expect(faultOf({ a: { b: 1, c: 2 } }, { values: 3 }).message).toBe('holds more than 3 values')
  })

  test('characters: names count as texts do', () => {
    expect(cloneJson({ ab: 'cd' }, limits({ characters: 4 }))).toEqual({ ab: 'cd' })
    expect(faultOf({ ab: 'cde' }, { characters: 4 })).toMatchObject({ pointer: '/ab' })
    expect(faultOf({ abcde: 1 }, { characters: 4 }).message).toBe('holds more than 4 characters')
  })
})
