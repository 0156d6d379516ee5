import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '../src/canonical-json.js'
import { cloneJson } from '../src/clone-json.js'
import { copyJson, deepFreeze, type JsonValue, jsonPointer } from '../src/json.js'

const seed = 20260801
const name = fc.string({ unit: 'grapheme' }).filter((text) => !['__proto__', 'constructor', 'prototype'].includes(text))
const json = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(name, tie('value'), { maxKeys: 5 }),
  ),
})).value

function shuffled(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(shuffled)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([member, inner]) => [member, shuffled(inner)]),
  )
}

test('canonical JSON does not depend on the order of members, and says the same as JSON', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalJson(value)
      expect(canonicalJson(shuffled(value))).toBe(text)
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      expect(canonicalJson(JSON.parse(text))).toBe(text)
    }),
    { seed },
  )
})

test('what JSON text can hold is cloned as it is', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(cloneJson(value)).toEqual(JSON.parse(JSON.stringify(value)))
    }),
    { seed },
  )
})

test('whatever is given, a clone is JSON or a fault', () => {
  fc.assert(
    fc.property(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true, withTypedArray: true }),
      (value) => {
        let clone: JsonValue
        try {
          clone = cloneJson(value)
        } catch (error) {
          expect(error).toMatchObject({ name: 'PayloadError' })
          return
        }
        expect(JSON.parse(JSON.stringify(clone))).toEqual(clone)
      },
    ),
    { seed, numRuns: 500 },
  )
})

test('a frozen value is frozen at every depth', () => {
  const value = deepFreeze({ a: [{ b: {} }] })
  expect([value, value.a, value.a[0], value.a[0]?.b].every(Object.isFrozen)).toBe(true)
})

test('pointers escape ~ and /', () => {
  expect(jsonPointer('a/b', 0, '~')).toBe('/a~1b/0/~0')
  expect(jsonPointer()).toBe('')
})

test('a copy is equal, and shares nothing that can be changed', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = JSON.stringify(value)
      const copy = copyJson(deepFreeze(value) as JsonValue)
      expect(JSON.stringify(copy)).toBe(text)
      expect(containersOf(copy).filter((one) => containersOf(value).includes(one) || Object.isFrozen(one))).toEqual([])
    }),
    { seed },
  )
})

function containersOf(value: JsonValue): object[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap((member) => containersOf(member as JsonValue))]
}
