import { expect, test } from 'vitest'
import { type Pipeline, parsePipeline, submitPipeline } from '../src/index.js'
import { file, lab, MemorySource, rejection } from './lab.js'
import { Join, join } from './pipelines.js'

const problems: [title: string, pipeline: unknown, pointer: string, message: string][] = [
  ['no pipeline', null, '', 'The set of inputs is null; give an object.'],
  ['no steps', {}, '/steps', 'Steps (steps) is missing; give it a value.'],
  ['an empty list', { steps: [] }, '/steps', 'Steps (steps) needs at least 1, and 0 are given; add 1 more.'],
  [
    'a step without operation',
    { steps: [{ id: 'a' }] },
    '/steps/0/operation',
    'Steps (steps), item 1 has no operation; add it.',
  ],
  [
    'a member that is none',
    { steps: [{ ...join('a'), input: {} }] },
    '/steps/0/input',
    'Steps (steps), item 1 has no member "input"; leave it out (it may have id, operation, inputs).',
  ],
  [
    'two of one id',
    { steps: [join('a'), join('b'), join('a')] },
    '/steps/2/id',
    "Steps 1 and 3 are both called 'a'; give one of them another id.",
  ],
  [
    'a value that is no JSON',
    { steps: [join('a', { text: 1n })] },
    '/steps/0/inputs/text',
    'Steps (steps), item 1, inputs, text is a bigint, which JSON cannot hold.',
  ],
  [
    'an unknown operation',
    { steps: [{ id: 'a', operation: 'jion' }] },
    '/steps/0/operation',
    "Step 'a': There is no operation 'jion' here. There is: Join Texts.",
  ],
  [
    'a step in the place of all inputs',
    { steps: [join('a'), { id: 'b', operation: 'join-texts', inputs: { from: 'a' } }] },
    '/steps/1/inputs/from',
    'Step \'b\': There is no input "from"; leave it out (the inputs are files, other, text, count, range).',
  ],
  [
    'far too many files for each',
    { steps: [join('a', { other: { each: Array(10_000).fill(file('x')) } })] },
    '/steps/0/inputs/other',
    "Step 'a': Other (other): There are 10000 files for 'each'; give at most 9999.",
  ],
  [
    'an unknown step',
    { steps: [join('a'), join('b', { files: [file('x'), { from: 'c' }] })] },
    '/steps/1/inputs/files/1',
    "Step 'b' takes the outputs of 'c', which is no step; there is a, b.",
  ],
  [
    'an unknown step within each',
    { steps: [join('b', { other: { each: [{ from: 'c' }] } })] },
    '/steps/0/inputs/other/0',
    "Step 'b' takes the outputs of 'c', which is no step; there is b.",
  ],
  [
    'itself',
    { steps: [join('a', { other: { from: 'a' } })] },
    '/steps/0/inputs/other',
    "Step 'a' takes the outputs of 'a', which is itself; take those of another step.",
  ],
  [
    'a circle',
    {
      steps: [
        join('z'),
        join('a', { other: { from: 'b' } }),
        join('b', { other: { each: 'c' } }),
        join('c', { other: { from: 'a' } }),
      ],
    },
    '/steps/1/inputs',
    "The steps go round in a circle: 'a' takes from 'b' takes from 'c' takes from 'a'. Take one of these references out.",
  ],
  [
    'an unknown input',
    { steps: [join('a', { colour: 1 })] },
    '/steps/0/inputs/colour',
    'Step \'a\': There is no input "colour"; leave it out (the inputs are files, other, text, count, range).',
  ],
  [
    'a wrong input beside outputs that are not there yet',
    { steps: [join('a'), join('b', { files: { from: 'a' }, text: 5 })] },
    '/steps/1/inputs/text',
    "Step 'b': Text (text) is 5; give a text.",
  ],
  [
    'a missing file beside outputs that are not there yet',
    { steps: [join('a'), join('b', { files: [{ from: 'a' }, file('gone')] })] },
    '/steps/1/inputs/files/1',
    "Step 'b': Files (files), item 2: gone does not exist. Check its name.",
  ],
  [
    'a missing file for one of several jobs',
    { steps: [join('a'), join('b', { files: [{ from: 'a' }, { each: [file('x'), file('gone')] }] })] },
    '/steps/1/inputs/files/1',
    "Step 'b': Files (files), item 2: gone does not exist. Check its name.",
  ],
  [
    'an index that is none',
    { steps: [join('a'), join('b', { other: { from: 'a', index: -1 } })] },
    '/steps/1/inputs/other',
    "Step 'b': Other (other): The index is -1; give 0 for the first output of 'a', 1 for the second.",
  ],
  [
    'nothing for each',
    { steps: [join('b', { other: { each: [] } })] },
    '/steps/0/inputs/other',
    "Step 'b': Other (other): The list of 'each' is empty; give at least one file.",
  ],
]

test.each(problems)('%s is told before anything is run', async (_, pipeline, pointer, message) => {
  Join.ran = []
  const host = lab({ operations: [Join], sources: [new MemorySource(['x'])] })
  const error = await rejection(submitPipeline(host, pipeline as Pipeline))
  expect(error).toMatchObject({ code: 'DATALAB_INPUT_INVALID', audience: 'user' })
  expect(error.details.issues).toEqual([{ pointer, message }])
  expect(error.message).toBe(`Pipeline: ${message}`)
  expect(Join.ran).toEqual([])
})

test('a step of very many jobs that are all wrong is refused in time', async () => {
  const host = lab({ operations: [Join], sources: [new MemorySource(['x'])] })
  const each = { each: Array(9000).fill(file('x')) }
  const many = { steps: [join('a', { other: each, files: Array(9000).fill(file('x')) })] }
  expect(await rejection(submitPipeline(host, many))).toMatchObject({ code: 'DATALAB_INPUT_INVALID' })
})

test('all steps are looked at, however many are wrong', async () => {
  const host = lab({ operations: [Join] })
  const steps = ['a', 'b', 'c', 'd'].map((id) => join(id, { text: 1 }))
  const { details, message } = await rejection(submitPipeline(host, { steps }))
  expect(details.issues).toHaveLength(4)
  expect(message).toMatch(/There is 1 more problem\.$/)
})

test('fewer outputs than an input needs are no fault before they are there', async () => {
  const host = lab({ operations: [Join] })
  const run = await submitPipeline(host, { steps: [join('a', { count: 2 }), join('b', { files: { from: 'a' } })] })
  expect(Object.keys(await run.result())).toEqual(['a', 'b'])
})

test('a long row of steps is put in order', async () => {
  const host = lab({ operations: [Join] })
  const steps = Array.from({ length: 200 }, (_, n) =>
    join(`s${n}`, n === 199 ? {} : { text: '', other: { from: `s${n + 1}` } }),
  )
  const run = await submitPipeline(host, { steps })
  expect((await run.result()).s0?.output_files).toHaveLength(1)
})

test('a pipeline has its form without a host', async () => {
  const parsed = await parsePipeline({ $schema: 'x', name: 'n', steps: [{ id: 'a', operation: 'no-such' }] })
  expect(parsed).toEqual({ name: 'n', steps: [{ id: 'a', operation: 'no-such', inputs: {} }] })
})
