import { expect, test } from 'vitest'
import { contestOptions } from '../contest/options.mjs'
import { rows } from '../contest/rows.mjs'

test('all rows, three rounds and the frames that the bars are of, unless it is told otherwise', () => {
  expect(contestOptions(['--save'])).toEqual({ rows: rows.map(({ id }) => id), rounds: 3, size: 4096 })
  const words = ['--rows=median-25,median-5', '--rounds', '5', '--size', '64', '--check']
  expect(contestOptions(words)).toEqual({ rows: ['median-5', 'median-25'], rounds: 5, size: 64 })
})

test('what is not there is named, with what there is', () => {
  expect(() => contestOptions(['--rows', 'median-5,median-6'])).toThrow(
    /^There is no row median-6; there is median-5, /,
  )
  expect(() => contestOptions(['--rounds', '0'])).toThrow("--rounds takes a number from 1 on, not '0'.")
  expect(() => contestOptions(['--size', '4k'])).toThrow("--size takes a number from 16 on, not '4k'.")
  expect(() => contestOptions(['--rounds'])).toThrow('--rounds takes a number')
})

test('what is saved is whole', () => {
  expect(contestOptions(['--save', '--rounds', '5'])).toMatchObject({ rounds: 5 })
  expect(() => contestOptions(['--save', '--rows', 'median-5'])).toThrow('--save is for all rows')
  expect(() => contestOptions(['--save', '--size', '64'])).toThrow('--save is for all rows')
})

test('rows have names of their own, and we are in each', () => {
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
  for (const { contestants } of rows) expect(contestants[0].role).toBe('ours')
})
