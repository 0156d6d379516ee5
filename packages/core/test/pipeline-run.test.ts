import { describe, expect, onTestFinished, test } from 'vitest'
import {
  InlineExecutor,
  MemoryStorage,
  type Pipeline,
  type PipelineRecord,
  type PipelineRun,
  planPipeline,
  submitPipeline,
} from '../src/index.js'
import { deferred, file, lab, MemorySource, rejection, textOf } from './lab.js'
import { Join, join } from './pipelines.js'

function prepared(names: readonly string[] = ['x', 'y']) {
  const storage = new MemoryStorage()
  const source = new MemorySource(names)
  const host = lab({ operations: [Join], sources: [source], storage, executor: new InlineExecutor({ concurrency: 4 }) })
  Join.ran = []
  Join.gate = async () => {}
  onTestFinished(() => {
    Join.gate = async () => {}
  })
  const run = async (...steps: Pipeline['steps']) => submitPipeline(host, { steps })
  /** What is in the outputs of each step. */
  const texts = async (pipeline: PipelineRun) => {
    const outputs = Object.entries(await pipeline.result())
    const read = async (basename: string) => {
      const source = await host.open(basename)
      const bytes = new Uint8Array(source!.size)
      await source!.read(0, bytes)
      return new TextDecoder().decode(bytes)
    }
    const entries = outputs.map(async ([id, { output_files = [] }]) => {
      return [id, await Promise.all(output_files.map(({ basename }) => read(basename)))] as const
    })
    return Object.fromEntries(await Promise.all(entries))
  }
  return { host, run, texts, source, storage }
}

async function lastOf(run: PipelineRun): Promise<PipelineRecord> {
  let last: PipelineRecord | undefined
  for await (const record of run.events) last = record
  return last as PipelineRecord
}

describe('the outputs of a step', () => {
  test('are the inputs of another: all, one, and among files', async () => {
    const { run, texts } = prepared()
    const pipeline = await run(
      join('all', { files: { from: 'two' } }),
      join('one', { other: { from: 'two', index: 1 } }),
      join('mixed', { files: [file('x'), { from: 'two' }, file('y')] }),
      join('two', { count: 2 }),
      join('only', { other: { from: 'one' } }),
    )
    expect(await texts(pipeline)).toEqual({
      two: ['two()#0', 'two()#1'],
      all: ['all(two()#0 two()#1)'],
      one: ['one(two()#1)'],
      mixed: ['mixed(x two()#0 two()#1 y)'],
      only: ['only(one(two()#1))'],
    })
  })

  test('are taken one for each job, in their order', async () => {
    const { run, texts } = prepared()
    const pipeline = await run(
      join('three', { count: 3 }),
      join('flat'),
      join('divided', { files: [{ each: 'three' }, { from: 'flat' }] }),
      join('stack', { files: { from: 'divided' } }),
    )
    expect(await texts(pipeline)).toMatchObject({
      divided: ['divided(three()#0 flat())', 'divided(three()#1 flat())', 'divided(three()#2 flat())'],
      stack: ['stack(divided(three()#0 flat()) divided(three()#1 flat()) divided(three()#2 flat()))'],
    })
  })

  test('of several go together one by one, lists and steps alike', async () => {
    const { run, texts } = prepared()
    const pipeline = await run(
      join('two', { count: 2 }),
      join('pairs', { other: { each: [file('x'), file('y')] }, files: [{ each: 'two' }, { each: [{ from: 'two' }] }] }),
    )
    expect((await texts(pipeline)).pairs).toEqual(['pairs(two()#0 two()#0 x)', 'pairs(two()#1 two()#1 y)'])
  })

  test('may be data alone, and what an operation calls from is its own', async () => {
    const { run } = prepared()
    const pipeline = await run(join('data', { count: 0, range: { from: 'a', to: 'b' } }))
    expect(await pipeline.result()).toEqual({ data: { output_data: [{ joined: 'data(a-b)' }] } })
  })

  test('carry more members, where the reference has them; which file it is, they do not say', async () => {
    const { host, run, texts } = prepared()
    const pipeline = await run(
      join('a'),
      join('b', { other: { from: 'a', colour: 'red', basename: 'x', source: 'memory' } }),
    )
    expect((await texts(pipeline)).b).toEqual(['b(a())'])
    const { key } = pipeline.record().steps[1]!.jobs[0]!
    const { a } = await pipeline.result()
    const plan = await host.plan('join-texts', {
      text: 'b',
      other: { ...file(a!.output_files![0]!.basename), source: 'datalab' },
    })
    expect(plan.key).toBe(key)
  })
})

describe('a pipeline that is submitted again', () => {
  const steps = (text: string): Pipeline['steps'] => [
    join('a', { text, count: 2 }),
    join('b'),
    join('each', { other: { each: 'a' } }),
    join('end', { files: [{ from: 'each' }, { from: 'b' }] }),
  ]

  test('finds all of it there, and runs what has changed and what depends on it alone', async () => {
    const { host, run } = prepared()
    await (await run(...steps('one'))).result()
    expect(Join.ran).toHaveLength(5)
    const again = await run(...steps('one'))
    await again.result()
    expect(Join.ran).toHaveLength(5)
    expect(again.record().steps.map(({ cached }) => cached)).toEqual([true, true, true, true])
    expect((await planPipeline(host, { steps: steps('one') })).steps[2]?.reason).toBe('Their results are there.')

    const plan = await planPipeline(host, { steps: steps('two') })
    expect(plan.steps.map(({ id, cached, reason }) => [id, cached, reason])).toEqual([
      ['a', false, 'It was not run before.'],
      ['b', true, 'Its result is there.'],
      ['each', false, "It takes what 'a' makes, which is not there yet."],
      ['end', false, "It takes what 'each' makes, which is not there yet."],
    ])
    const changed = await run(...steps('two'))
    await changed.result()
    expect(changed.record().steps.map(({ cached }) => cached)).toEqual([false, true, false, false])
    expect(Join.ran).toHaveLength(9)
  })

  test('runs those jobs of a step alone whose file has changed', async () => {
    const { run, source, host } = prepared()
    const each: Pipeline['steps'] = [join('e', { other: { each: [file('x'), file('y')] } })]
    await (await run(...each)).result()
    source.set('y', 'y-2')
    expect((await planPipeline(host, { steps: each })).steps[0]).toMatchObject({
      cached: false,
      reason: '1 of its 2 results are there.',
    })
    const changed = await run(...each)
    await changed.result()
    expect(changed.record().steps[0]!.jobs.map(({ cached }) => cached)).toEqual([true, false])
  })

  test('with force runs all of it', async () => {
    const { host, run } = prepared()
    await (await run(...steps('one'))).result()
    const plan = await planPipeline(host, { steps: steps('one') }, { force: true })
    expect(new Set(plan.steps.map(({ reason }) => reason))).toEqual(
      new Set(['It is run again although its result is there.']),
    )
    await (await submitPipeline(host, { steps: steps('one') }, { force: true })).result()
    expect(Join.ran).toHaveLength(10)
  })
})

describe('steps', () => {
  test('that need nothing of each other go on at the same time', async () => {
    const { run } = prepared()
    const begun = new Map(['a', 'b'].map((id) => [id, deferred()]))
    const gate = deferred()
    Join.gate = async (text) => {
      begun.get(text)?.resolve()
      await gate.promise
    }
    const pipeline = await run(join('a'), join('b'), join('c', { files: [{ from: 'a' }, { from: 'b' }] }))
    await Promise.all([...begun.values()].map(({ promise }) => promise))
    expect(pipeline.record().steps[2]?.status).toBe('PENDING')
    gate.resolve()
    expect((await lastOf(pipeline)).status).toBe('COMPLETED')
  })

  test('that fail leave what depends on them undone, and what is done', async () => {
    const { run } = prepared()
    const gate = deferred()
    Join.gate = (text) => (text === 'fail' ? gate.promise : Promise.resolve())
    const pipeline = await run(
      join('good'),
      join('bad', { text: 'fail' }),
      join('next', { files: [{ from: 'good' }, { from: 'bad' }] }),
      join('last', { other: { from: 'next' } }),
    )
    for await (const { steps } of pipeline.events) if (steps[0]?.status === 'COMPLETED') gate.resolve()
    const { error, message, progress, status, steps } = pipeline.record()
    expect({ message, status }).toEqual({ message: 'This text cannot be joined.', status: 'FAILED' })
    expect(error).toMatchObject({ step: 'bad', code: 'DATALAB_FAILED', message: 'This text cannot be joined.' })
    expect(steps.map((step) => step.status)).toEqual(['COMPLETED', 'FAILED', 'NOT_RUN', 'NOT_RUN'])
    expect(progress).toBeLessThan(1)
    expect(await rejection(pipeline.result())).toMatchObject({
      code: 'DATALAB_FAILED',
      message: "Step 'bad': This text cannot be joined.",
      details: { step: 'bad' },
    })
  })

  test.each([
    [
      { count: 0 },
      { other: { from: 'a' } },
      "Other (other): Step 'a' has no output files; take those of another step.",
    ],
    [
      { count: 2 },
      { other: { from: 'a' } },
      'Other (other): It takes one file, and there are 2; say which by its index, such as "index": 0.',
    ],
    [
      { count: 2 },
      { other: { from: 'a', index: 2 } },
      "Other (other): Step 'a' has no output 2; give an index from 0 to 1.",
    ],
    [{ count: 5 }, { files: { from: 'a' } }, 'Files (files) takes at most 4, and 5 are given; take 1 away.'],
    [
      { count: 3 },
      { files: [{ each: 'a' }, { each: [file('x'), file('y')] }] },
      "Files (files), item 2: There are 2 files for 'each', and 3 at /files/0; they go together one by one, so give as many.",
    ],
  ])('whose outputs do not fit fail: %j %j', async (made, taken, message) => {
    const { run } = prepared()
    const { error, steps } = await lastOf(await run(join('a', made), join('b', taken)))
    expect(error).toEqual({ step: 'b', code: 'DATALAB_INPUT_INVALID', message })
    expect(steps.map(({ status }) => status)).toEqual(['COMPLETED', 'FAILED'])
  })
})

describe('a pipeline that is cancelled', () => {
  test('ends what goes on, and begins nothing more', async () => {
    const { run } = prepared()
    const begun = deferred()
    Join.gate = async (text) => {
      if (text === 'first') return
      begun.resolve()
      await new Promise(() => {})
    }
    const pipeline = await run(
      join('first'),
      join('held', { other: { from: 'first' } }),
      join('c', { other: { from: 'held' } }),
    )
    await begun.promise
    await pipeline.cancel()
    const { message, status, steps } = pipeline.record()
    expect({ message, status }).toEqual({ message: 'cancelled', status: 'CANCELLED' })
    expect(steps.map((step) => step.status)).toEqual(['COMPLETED', 'CANCELLED', 'NOT_RUN'])
    await expect(pipeline.result()).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
    await pipeline.cancel()
  })

  test('at once submits nothing, or takes it back', async () => {
    const { run } = prepared()
    Join.gate = () => new Promise(() => {})
    const pipeline = await run(join('a'), join('b', { other: { from: 'a' } }))
    await pipeline.cancel()
    expect(await lastOf(pipeline)).toMatchObject({ status: 'CANCELLED', error: null })
    expect(Join.ran).toEqual([])
  })

  test('by somebody else for one of its jobs has failed', async () => {
    const { host, run } = prepared()
    const begun = deferred()
    Join.gate = async () => {
      begun.resolve()
      await new Promise(() => {})
    }
    const pipeline = await run(join('a'), join('b', { other: { from: 'a' } }))
    await begun.promise
    const { key } = pipeline.record().steps[0]!.jobs[0]!
    await (await host.job(key))?.cancel({ force: true })
    expect(await lastOf(pipeline)).toMatchObject({ status: 'FAILED', error: { step: 'a', code: 'DATALAB_ABORTED' } })
  })
})

test('progress is never backwards, and 1 only at the end', async () => {
  const { run } = prepared()
  const pipeline = await run(
    join('a', { count: 3 }),
    join('b', { other: { each: 'a' } }),
    join('c', { files: { from: 'b' } }),
  )
  const seen: PipelineRecord[] = []
  for await (const record of pipeline.events) seen.push(record)
  const values = seen.map(({ progress }) => progress)
  expect(values).toEqual([...values].sort((a, b) => a - b))
  expect(values.indexOf(1)).toBe(values.length - 1)
  expect(seen[0]?.message).toBe('0 of 3 steps')
  expect(seen.at(-1)).toMatchObject({ status: 'COMPLETED', error: null, message: null })
})

test('who submits is asked about for every job, and what is refused is the failure of its step', async () => {
  const asked: unknown[] = []
  const host = lab({
    operations: [Join],
    authorize: (principal, action, { inputs }) => {
      asked.push([principal.id, action])
      return inputs.text !== 'secret'
    },
  })
  Join.ran = []
  const steps = [join('a'), join('b', { text: 'secret', other: { from: 'a' } })]
  const run = await submitPipeline(host, { steps }, { principal: { id: 'ada' } })
  expect(await lastOf(run)).toMatchObject({ status: 'FAILED', error: { step: 'b', code: 'DATALAB_NOT_FOUND' } })
  expect(new Set(asked.map((one) => JSON.stringify(one)))).toContain('["ada","submit"]')
  expect(Join.ran).toEqual(['a()'])
})

test('the pipeline that was given is not changed, and its operations may be classes', async () => {
  const { host, storage } = prepared()
  const pipeline: Pipeline = Object.freeze({
    name: 'Night 1',
    steps: Object.freeze([Object.freeze({ id: 'a', operation: Join, inputs: Object.freeze({ text: 't' }) })]),
  })
  const run = await submitPipeline(host, pipeline)
  const { a } = await run.result()
  expect(run.record().name).toBe('Night 1')
  const basename = a?.output_files?.[0]?.basename ?? ''
  expect(await textOf(storage, `${basename}/1/${basename}.fits`)).toBe('t()')
})
