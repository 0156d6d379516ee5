import type { FileReference } from '@datalab/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cachedSource } from '../src/index.js'
import { CacheLab, readAndClose } from './cache-lab.js'
import { contentsOf, context, FarSource, reserved } from './sources.js'

let lab: CacheLab

beforeEach(async () => {
  lab = await CacheLab.make()
})

afterEach(() => lab.end())

describe('a reservation', () => {
  it('keeps room for all files, and downloads none', async () => {
    const { source, cache } = lab.cached()
    const files = ['a', 'b'].map((name) => lab.far.add(name, 500))
    const reservation = await reserved(source, [...files, ...files])
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
    const reservation = await reserved(source, [lab.far.add('a', 500)])
    await reservation.release()
    expect(await cache.usage()).toMatchObject({ bytes: 0, files: 0 })
  })

  it('asks no sizes of what is there', async () => {
    const { source } = lab.cached()
    const file = lab.far.add('a', 500)
    await readAndClose(await source.open(file, context))
    await (await reserved(source, [file])).release()
    expect(lab.far.opened).toBe(1)
  })

  it('waits for room in the order in which it was asked for', async () => {
    const { source, cache } = lab.cached()
    const files = ['a', 'b', 'c'].map((name) => lab.far.add(name, 600))
    const small = lab.far.add('small', 100)
    const first = await reserved(source, [files[0]!])
    const order: string[] = []
    const take = async (name: string, file: (typeof files)[number]) => {
      const reservation = await reserved(source, [file])
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
    const first = await reserved(source, [lab.far.add('a', 600)])
    const controller = new AbortController()
    const second = reserved(source, [lab.far.add('b', 600)], controller.signal)
    while ((await cache.usage()).waiting < 1);
    controller.abort()
    await expect(second).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
    expect(await cache.usage()).toMatchObject({ bytes: 600, waiting: 0, pinned: 1 })
    await first.release()
  })

  it('of more than there can be is none where parts can be read, and else fails with both sizes', async () => {
    const { source, cache } = lab.cached()
    const files = ['a', 'b', 'c'].map((name) => lab.far.add(name, 400))
    const reservation = await reserved(source, files)
    expect(reservation.isWhole).toBe(false)
    await reservation.release()
    const opened = await Promise.all(files.map((file) => source.open(file, context)))
    expect(opened.filter((one) => one.path !== undefined)).toHaveLength(2)
    await Promise.all(opened.map((one) => one.close()))
    const whole = cachedSource(lab.far, cache, { ranges: false })
    await expect(reserved(whole, files)).rejects.toMatchObject({
      code: 'CACHE_TOO_SMALL',
      message: expect.stringMatching(/^File a and 2 more: 1200 .* 1000/),
    })
    expect(await cache.usage()).toMatchObject({ pinned: 0, waiting: 0 })
  })

  it('of two runs that want most of the cache lets one go after the other', async () => {
    const run = async (name: string) => {
      const { source } = lab.cached()
      const files = Array.from({ length: 6 }, (_, i) => lab.far.add(`${name}${i}`, 100))
      for (let round = 0; round < 5; round++) {
        const reservation = await reserved(source, files)
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
    const other = new FarSource('other')
    const sources = [cachedSource(lab.far, cache), cachedSource(other, cache)] as const
    const files = [
      { source: sources[0], reference: lab.far.add('a', 300), identity: 'v1', label: 'a' },
      { source: sources[1], reference: other.add('a', 400), identity: 'v1', label: 'a' },
    ]
    const reservation = await cache.reserve(files, context)
    expect(await cache.usage()).toMatchObject({ bytes: 700, files: 2 })
    await reservation.release()
  })

  it('opens no file whose source tells the size without', async () => {
    const cache = lab.cache()
    const far = new MeasuredSource()
    const source = cachedSource(far, cache)
    const file = far.add('a', 500)
    expect(await source.size?.(file, context)).toBe(500)
    const reservation = await reserved(source, [file])
    expect(far.opened).toBe(0)
    expect(await cache.usage()).toMatchObject({ bytes: 500, pinned: 1 })
    expect(await readAndClose(await source.open(file, context))).toEqual(far.bytesOf(file))
    expect(far.opened).toBe(1)
    await reservation.release()
  })

  it('leaves out what its source does not give, which is told when it is opened', async () => {
    const { source, cache } = lab.cached()
    const files = ['a', 'b', 'c'].map((name) => lab.far.add(name, 300))
    lab.far.onOpen = (name) => {
      if (name === 'b') throw Object.assign(new Error('no b'), { code: 'SOURCE_NOT_FOUND' })
    }
    const reservation = await reserved(source, files)
    expect(await cache.usage()).toMatchObject({ bytes: 600, files: 2, pinned: 2 })
    await expect(source.open(files[1]!, context)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' })
    await reservation.release()
    expect(await cache.usage()).toMatchObject({ bytes: 0, waiting: 0 })
  })

  it('of nothing that can be had any more keeps nobody waiting', async () => {
    const { source, cache } = lab.cached()
    const lost = lab.far.add('lost', 500)
    await readAndClose(await source.open(lost, context))
    const going = await reserved(source, [lab.far.add('a', 500)])
    const first = reserved(source, [lab.far.add('b', 600)])
    while ((await cache.usage()).waiting < 1);
    const second = reserved(source, [lost])
    while ((await cache.usage()).waiting < 2);
    lab.far.onOpen = () => {
      throw new Error('gone')
    }
    // The first takes the room of what the second waits for.
    await going.release()
    const both = await Promise.all([first, second])
    lab.far.onOpen = () => {}
    const next = await reserved(source, [lab.far.add('c', 400)])
    expect(await cache.usage()).toMatchObject({ bytes: 1000, pinned: 2, waiting: 0 })
    await Promise.all([...both, next].map((one) => one.release()))
  })

  it('is for what gives no parts where all is too much', async () => {
    const cache = lab.cache()
    const other = new FarSource('other')
    const [parts, whole] = [cachedSource(lab.far, cache), cachedSource(other, cache, { ranges: false })]
    const files = [
      ...['a', 'b'].map((name) => ({ source: parts, reference: lab.far.add(name, 400), identity: 'v1', label: name })),
      { source: whole, reference: other.add('c', 700), identity: 'v1', label: 'c' },
    ]
    const reservation = await cache.reserve(files, context)
    expect(reservation.isWhole).toBe(false)
    expect(await cache.usage()).toMatchObject({ bytes: 700, pinned: 1, waiting: 0 })
    const opened = await Promise.all(files.map(({ source, reference }) => source.open(reference, context)))
    expect(opened.map(({ path }) => path !== undefined)).toEqual([false, false, true])
    await Promise.all(opened.map((one) => one.close()))
    await reservation.release()
    expect(await cache.usage()).toMatchObject({ pinned: 0 })
  })

  it('is made for a source that stands before one of ours', async () => {
    const { source, cache } = lab.cached()
    const before = { ...source, name: 'before' }
    const file = lab.far.add('a', 600)
    const reservation = await reserved(before, [file])
    const opened = await source.open(file, context)
    expect(opened.path).toBeDefined()
    expect(await cache.usage()).toMatchObject({ bytes: 600, files: 1 })
    await opened.close()
    await reservation.release()
  })

  it('names its cache by the folder, as all caches of that folder do', () => {
    const [one, same, other] = [lab.cache(), lab.cache(), lab.cache({ folder: `${lab.folder}/other` })]
    expect(one.id).toBe(same.id)
    expect(one.id).not.toBe(other.id)
  })
})

/** Tells the size of a file without opening it. */
class MeasuredSource extends FarSource {
  async size(file: FileReference): Promise<number> {
    return this.bytesOf(file).length
  }
}
