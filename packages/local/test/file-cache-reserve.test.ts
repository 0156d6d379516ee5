import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cachedSource } from '../src/index.js'
import { CacheLab, readAndClose } from './cache-lab.js'
import { contentsOf, context, FarSource } from './sources.js'

let lab: CacheLab

beforeEach(async () => {
  lab = await CacheLab.make()
})

afterEach(() => lab.end())

describe('a reservation', () => {
  it('keeps room for all files, and downloads none', async () => {
    const { source, cache } = lab.cached()
    const files = ['a', 'b'].map((name) => lab.far.add(name, 500))
    const reservation = await source.reserve([...files, ...files], context)
    expect(reservation.isWhole).toBe(true)
    expect(lab.far).toMatchObject({ opened: 2, closed: 2, reads: 0 })
    expect(await cache.usage()).toMatchObject({ bytes: 1000, files: 2, pinned: 2 })
    for (const file of files) {
      const opened = await source.open(file, context)
      expect(opened.path).toBeDefined()
      await opened.close()
    }
    const other = await source.open(lab.far.add('c', 10), context)
    expect(other.path).toBeUndefined()
    await reservation.release()
    await reservation.release()
    await other.close()
    expect(await cache.usage()).toMatchObject({ bytes: 1000, pinned: 0 })
  })

  it('gives back the room of what was not opened', async () => {
    const { source, cache } = lab.cached()
    const reservation = await source.reserve([lab.far.add('a', 500)], context)
    await reservation.release()
    expect(await cache.usage()).toMatchObject({ bytes: 0, files: 0 })
  })

  it('asks no sizes of what is there', async () => {
    const { source } = lab.cached()
    const file = lab.far.add('a', 500)
    await readAndClose(await source.open(file, context))
    await (await source.reserve([file], context)).release()
    expect(lab.far.opened).toBe(1)
  })

  it('waits for room in the order in which it was asked for', async () => {
    const { source, cache } = lab.cached()
    const files = ['a', 'b', 'c'].map((name) => lab.far.add(name, 600))
    const small = lab.far.add('small', 100)
    const first = await source.reserve([files[0]!], context)
    const order: string[] = []
    const take = async (name: string, file: (typeof files)[number]) => {
      const reservation = await source.reserve([file], context)
      order.push(name)
      await reservation.release()
    }
    const second = take('second', files[1]!)
    while ((await cache.usage()).waiting < 1);
    const third = take('third', small)
    while ((await cache.usage()).waiting < 2);
    expect(order).toEqual([])
    await first.release()
    await Promise.all([second, third])
    expect(order).toEqual(['second', 'third'])
    expect(await cache.usage()).toMatchObject({ waiting: 0, pinned: 0 })
  })

  it('is given up when it is aborted', async () => {
    const { source, cache } = lab.cached()
    const first = await source.reserve([lab.far.add('a', 600)], context)
    const controller = new AbortController()
    const second = source.reserve([lab.far.add('b', 600)], { ...context, signal: controller.signal })
    while ((await cache.usage()).waiting < 1);
    controller.abort()
    await expect(second).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
    expect(await cache.usage()).toMatchObject({ bytes: 600, waiting: 0, pinned: 1 })
    await first.release()
  })

  it('of more than there can be is none where parts can be read, and else fails with both sizes', async () => {
    const { source, cache } = lab.cached()
    const files = ['a', 'b', 'c'].map((name) => lab.far.add(name, 400))
    const reservation = await source.reserve(files, context)
    expect(reservation.isWhole).toBe(false)
    await reservation.release()
    const opened = await Promise.all(files.map((file) => source.open(file, context)))
    expect(opened.filter((one) => one.path !== undefined)).toHaveLength(2)
    await Promise.all(opened.map((one) => one.close()))
    const whole = cachedSource(lab.far, cache, { ranges: false })
    await expect(whole.reserve(files, context)).rejects.toMatchObject({
      code: 'CACHE_TOO_SMALL',
      message: expect.stringMatching(/a and 2 more: 1200 .* 1000/),
    })
    expect(await cache.usage()).toMatchObject({ pinned: 0, waiting: 0 })
  })

  it('of two runs that want most of the cache lets one go after the other', async () => {
    const run = async (name: string) => {
      const { source } = lab.cached()
      const files = Array.from({ length: 6 }, (_, i) => lab.far.add(`${name}${i}`, 100))
      for (let round = 0; round < 5; round++) {
        const reservation = await source.reserve(files, context)
        const opened = await Promise.all(files.map((file) => source.open(file, context)))
        expect(opened.every((one) => one.path !== undefined)).toBe(true)
        for (const [i, one] of opened.entries()) expect(await contentsOf(one)).toEqual(lab.far.bytesOf(files[i]!))
        await Promise.all(opened.map((one) => one.close()))
        await reservation.release()
      }
    }
    await Promise.all([run('a'), run('b')])
  })

  it('spans several sources', async () => {
    const cache = lab.cache()
    const other = new (class extends FarSource {
      override readonly name = 'other'
    })()
    const sources = [cachedSource(lab.far, cache), cachedSource(other, cache)] as const
    const files = [
      { source: sources[0], reference: lab.far.add('a', 300) },
      { source: sources[1], reference: other.add('a', 400) },
    ]
    const reservation = await cache.reserve(files, context)
    expect(await cache.usage()).toMatchObject({ bytes: 700, files: 2 })
    await reservation.release()
  })
})
