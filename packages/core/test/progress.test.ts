import { describe, expect, test, vi } from 'vitest'
import { Pace } from '../src/pace.js'
import { Progress } from '../src/progress.js'
import { deferred, noUnhandledRejections } from './lab.js'

function recorded(signal = new AbortController().signal) {
  const seen: number[] = []
  return { seen, progress: new Progress((fraction) => seen.push(fraction), signal) }
}

test('goes up only, and not above 1', () => {
  const { seen, progress } = recorded()
  for (const fraction of [0.2, 0.1, Number.NaN, -1, 0.2, 0.5, Number.POSITIVE_INFINITY, 0.7]) progress.report(fraction)
  expect(seen).toEqual([0.2, 0.5, 1])
  expect(progress.fraction).toBe(1)
})

describe('split', () => {
  test('covers consecutive ranges by weight', () => {
    const { seen, progress } = recorded()
    const [load, compute, save] = progress.split(5, 1, 4)
    load.report(0.5)
    load.report(1)
    compute.report(1)
    save.report(0.5)
    save.report(1)
    expect(seen).toEqual([0.25, 0.5, 0.6, 0.8, 1])
  })

  test('a later step that begins first is not undone by an earlier one', () => {
    const { seen, progress } = recorded()
    const [first, second] = progress.split(1, 1)
    second.report(0.5)
    first.report(1)
    expect(seen).toEqual([0.75])
  })

  test('a step of weight 0 is done at once where it stands', () => {
    const { seen, progress } = recorded()
    const [nothing, all] = progress.split(0, 1)
    nothing.report(1)
    all.report(1)
    expect(seen).toEqual([1])
  })

  test.each([[[]], [[0, 0]], [[-1, 2]], [[Number.NaN, 1]], [[Number.POSITIVE_INFINITY]]])('refuses %j', (weights) => {
    expect(() => recorded().progress.split(...weights)).toThrow(TypeError)
  })
})

describe('map', () => {
  test('gives each item an equal share and its own progress', async () => {
    const { seen, progress } = recorded()
    const results = await progress.map(['a', 'b'], async (item, index, part) => {
      part.report(0.5)
      return `${item}${index}`
    })
    expect(results).toEqual(['a0', 'b1'])
    expect(seen).toEqual([0.25, 0.5, 0.75, 1])
  })

  test('works on several at once, and tells what they have done together', async () => {
    const { seen, progress } = recorded()
    const gates = [deferred(), deferred(), deferred(), deferred()]
    const begun: number[] = []
    const work = progress.map(
      gates,
      async (gate, index, part) => {
        begun.push(index)
        part.report(0.5)
        await gate.promise
        return index
      },
      { atOnce: 2 },
    )
    await vi.waitFor(() => expect(begun).toEqual([0, 1]))
    gates[1]!.resolve()
    await vi.waitFor(() => expect(begun).toEqual([0, 1, 2]))
    for (const gate of gates) gate.resolve()
    expect(await work).toEqual([0, 1, 2, 3])
    expect(seen).toEqual([0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1])
  })

  test('rejects with the first error, when nothing is worked on any more', async () => {
    const gate = deferred()
    const ended: number[] = []
    const work = recorded().progress.map(
      [0, 1, 2],
      async (item) => {
        if (item === 1) throw new Error('one')
        await gate.promise
        ended.push(item)
      },
      { atOnce: 2 },
    )
    gate.resolve()
    await expect(work).rejects.toThrow('one')
    expect(ended).toEqual([0])
  })

  test('of nothing is done at once', async () => {
    const { seen, progress } = recorded()
    expect(await progress.map([], () => 1)).toEqual([])
    expect(seen).toEqual([1])
  })

  test('stops between two items once the signal is aborted', async () => {
    const abort = new AbortController()
    const { seen, progress } = recorded(abort.signal)
    const done: number[] = []
    const work = progress.map([1, 2, 3], (item) => {
      done.push(item)
      if (item === 2) abort.abort()
    })
    await expect(work).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
    expect(done).toEqual([1, 2])
    expect(seen).toEqual([1 / 3, 2 / 3])
  })

  test("an item's error is passed on, and its share is not done", async () => {
    const { seen, progress } = recorded()
    await expect(
      progress.map([1], () => {
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    expect(seen).toEqual([])
  })
})

describe('work that computes', () => {
  /** A progress whose time is told by the test, and what the process did beside the work. */
  function paced(signal = new AbortController().signal) {
    let now = 0
    const progress = new Progress(() => {}, signal, new Pace(signal, () => now))
    const compute = (ms: number) => {
      now += ms
    }
    let hasTurned = false
    const beside = () => {
      setImmediate(() => {
        hasTurned = true
      })
    }
    return { progress, compute, beside, hasTurned: () => hasTurned }
  }

  test.each([
    [19, false],
    [20, true],
  ])('that reports after %i ms lets the process do something else: %j', async (ms, turns) => {
    const { progress, compute, beside, hasTurned } = paced()
    beside()
    compute(ms)
    await progress.report(0.5)
    expect(hasTurned()).toBe(turns)
  })

  test('is counted anew from then on, for all parts of a progress', async () => {
    const { progress, compute, beside, hasTurned } = paced()
    const [first, second] = progress.split(1, 1)
    compute(20)
    await first.report(0.5)
    beside()
    compute(19)
    await second.report(0.5)
    expect(hasTurned()).toBe(false)
    compute(1)
    await second.split(1, 1)[0].report(0.5)
    expect(hasTurned()).toBe(true)
  })

  test('lets it between two items, too', async () => {
    const { progress, compute, beside, hasTurned } = paced()
    beside()
    const seen = await progress.map([1, 2, 3], () => {
      const before = hasTurned()
      compute(15)
      return before
    })
    expect(seen).toEqual([false, false, true])
  })

  test('hears of an abortion that comes meanwhile', async () => {
    const abort = new AbortController()
    const { progress, compute } = paced(abort.signal)
    setImmediate(() => abort.abort())
    let rows = 0
    const work = async () => {
      for (; rows < 1000; rows++) {
        compute(1)
        await progress.report(rows / 1000)
      }
    }
    await expect(work()).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
    expect(rows).toBeLessThan(50)
  })

  test('is not told of it where it does not wait', async () => {
    noUnhandledRejections()
    const { progress, compute } = paced(AbortSignal.abort())
    for (let row = 1; row <= 100; row++) {
      compute(10)
      void progress.report(row / 100)
    }
    await new Promise((resolve) => setImmediate(resolve))
    expect(progress.fraction).toBe(1)
  })
})

test.each([0, -1, Number.NaN])('does not pass for done with %d items at once', (atOnce) => {
  const { progress } = recorded()
  expect(() => progress.map([1, 2], () => 1, { atOnce })).toThrow(`${atOnce} items at once: give a number from 1`)
})
