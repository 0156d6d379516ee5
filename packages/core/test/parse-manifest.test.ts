import { describe, expect, test } from 'vitest'
import { parseGarbageMark } from '../src/parse-manifest.js'

const KEY = 'ab'.repeat(32)
const MARK = { version: 1, key: KEY, attempt: 3, garbage: '2026-01-01T00:00:00.000Z' }
const JOB = { operation: { id: '@test/op', name: 'Test', revision: 1 }, inputs: { text: 'x' } }

const parsed = (mark: object) => parseGarbageMark(JSON.stringify(mark), KEY)

describe('the mark of a result that is garbage', () => {
  test('tells what the job was', () => {
    expect(parsed({ ...MARK, job: JOB })).toEqual({ ...MARK, job: JOB })
  })

  test('is one without that, too', () => {
    expect(parsed(MARK)).toEqual(MARK)
  })

  test.each([
    null,
    'job',
    [],
    {},
    { inputs: {} },
    { ...JOB, inputs: [] },
    { ...JOB, operation: { id: 1, name: 'Test', revision: 1 } },
    { ...JOB, operation: { id: 'a', name: 'Test' } },
  ])('tells nothing of the job by %j', (job) => {
    expect(parsed({ ...MARK, job })).toEqual(MARK)
  })

  test.each([{ version: 2 }, { key: 'cd'.repeat(32) }, { attempt: 0.5 }, { garbage: 'yesterday' }, { garbage: 1 }])(
    'is none with %j',
    (change) => {
      expect(parsed({ ...MARK, ...change })).toBeUndefined()
    },
  )
})
