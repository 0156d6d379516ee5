import { expect, test } from 'vitest'
import { nearest, suggestion } from '../src/nearest.js'

const commands = ['list', 'describe', 'run', 'key', 'fits']

test.each([
  ['lst', 'list'],
  ['rnu', 'run'],
  ['desc', 'describe'],
  ['discribe', 'describe'],
  ['kye', 'key'],
  ['LIST', undefined],
  ['banana', undefined],
  ['', undefined],
])('%s is meant to be %s', (word, meant) => {
  expect(nearest(word, commands)).toBe(meant)
})

test('where nothing is near, everything is named', () => {
  expect(suggestion('banana', commands)).toBe('There is: list, describe, run, key, fits.')
  expect(suggestion('banana', [])).toBe('There is none.')
})
