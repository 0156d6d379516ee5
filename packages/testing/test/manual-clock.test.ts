import { expect, test } from 'vitest'
import { manualClock } from '../src/index.js'

test('stands still until it is told to go on', () => {
  const { now, advance } = manualClock(1000)
  expect(now()).toBe(1000)
  advance(500)
  expect(now()).toBe(1500)
  advance(-700)
  expect(now()).toBe(800)
  expect(() => advance(Number.NaN)).toThrow(TypeError)
  expect(new Date(manualClock().now()).toISOString()).toBe('2026-01-01T00:00:00.000Z')
})
