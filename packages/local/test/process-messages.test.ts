import { DataLabError, serializeError } from '@datalab/core'
import { expect, it } from 'vitest'
import { isOutputOf, parseChildMessage } from '../src/process-messages.js'

const file = {
  basename: 'k',
  source: 'datalab',
  type: 'image',
  objects: { txt: 'k/1/k.txt' },
  sizes: { txt: 5 },
} as const
const error = serializeError(new DataLabError('A_B', 'no', { cause: new Error('under') }))

it.each([
  { kind: 'ready', identity: 'me', scratch: '/tmp', memory: { op: 5 } },
  { kind: 'report', run: 1, warnings: [] },
  { kind: 'report', run: 1, progress: 0.5, message: 'half', warnings: ['one'] },
  { kind: 'write', run: 1, write: 2, output: { output_files: [file] } },
  { kind: 'log', level: 'warn', facts: { a: 1 }, message: 'text' },
  { kind: 'wait', run: 1, isWaiting: true },
  { kind: 'done', run: 1, output: {}, isSpent: false },
  { kind: 'failed', run: 1, error: JSON.parse(JSON.stringify(error)), isLast: false },
])('takes what a child says: $kind', (message) => {
  expect(parseChildMessage(message)).toBe(message)
})

it.each([
  undefined,
  'ready',
  [],
  { kind: 'toString' },
  { kind: 'report', run: '1', warnings: [] },
  { kind: 'report', run: 1, progress: Number.NaN, warnings: [] },
  { kind: 'report', run: 1, warnings: [1] },
  { kind: 'log', level: 'toString', facts: {}, message: '' },
  { kind: 'done', run: 1, isSpent: false, output: { output_files: [{ ...file, objects: { txt: 1 } }] } },
  { kind: 'done', run: 1, isSpent: false, output: { output_data: ['text'] } },
  { kind: 'done', run: 1, output: {} },
  { kind: 'failed', run: 1, error: { ...error, retryable: 'yes' }, isLast: false },
  { kind: 'failed', run: 1, error: { ...error, cause: 'text' }, isLast: false },
])('takes nothing else: %j', (message) => {
  expect(parseChildMessage(message)).toBeUndefined()
})

it('tells an output of this job from one of another', () => {
  expect(isOutputOf('k', {})).toBe(true)
  expect(isOutputOf('k', { output_files: [file] })).toBe(true)
  expect(isOutputOf('other', { output_files: [file] })).toBe(false)
})
