import { describe, expect, test } from 'vitest'
import { cacheKey } from '../src/cache-key.js'
import { provide, serviceKey } from '../src/service.js'
import { testSchema } from './lab.js'

const info = { id: '@test/op', name: 'Test', description: '', category: 'image', revision: 1, inputs: testSchema }
const a = serviceKey('x/A@1')
const b = serviceKey('x/B@1')
const base = cacheKey(info, [provide(a, {})], { n: 1 })

test('is the sha-256 of a known text', () => {
  // printf '["@test/op",1,[],{"n":1}]' | sha256sum
  expect(cacheKey(info, [], { n: 1 })).toBe('bd42b1e3a69bf6c63459075f86353d95b6cfb98e86adfcfe7b6220927eed8a60')
  expect(base).toMatch(/^[0-9a-f]{64}$/)
})

describe('does not change with', () => {
  test.each([
    ['the name', cacheKey({ ...info, name: 'Other' }, [provide(a, {})], { n: 1 })],
    ['the description', cacheKey({ ...info, description: 'Other' }, [provide(a, {})], { n: 1 })],
    ['the version', cacheKey({ ...info, version: '9.9.9' } as typeof info, [provide(a, {})], { n: 1 })],
    ['another service of the same revision', cacheKey(info, [provide(a, { other: true })], { n: 1 })],
  ])('%s', (_, key) => {
    expect(key).toBe(base)
  })

  test('the order of services', () => {
    expect(cacheKey(info, [provide(a, {}), provide(b, {})], 1)).toBe(
      cacheKey(info, [provide(b, {}), provide(a, {})], 1),
    )
  })

  test('the order of the members of settings', () => {
    const key = (settings: { x: number; y: number }) => cacheKey(info, [provide(a, {}, { settings })], 1)
    expect(key({ x: 1, y: 2 })).toBe(key({ y: 2, x: 1 }))
  })
})

describe('changes with', () => {
  test.each([
    ['the id', cacheKey({ ...info, id: '@test/other' }, [provide(a, {})], { n: 1 })],
    ['the revision', cacheKey({ ...info, revision: 2 }, [provide(a, {})], { n: 1 })],
    ['a service', cacheKey(info, [provide(b, {})], { n: 1 })],
    ['no service', cacheKey(info, [], { n: 1 })],
    ["a service's revision", cacheKey(info, [provide(a, {}, { revision: 2 })], { n: 1 })],
    ["a service's settings", cacheKey(info, [provide(a, {}, { settings: { q: 1 } })], { n: 1 })],
    ['the identity', cacheKey(info, [provide(a, {})], { n: 2 })],
  ])('%s', (_, key) => {
    expect(key).not.toBe(base)
  })
})
