import { describe, expect, it } from 'vitest'
import { MemoryStorage } from '../src/index.js'

describe('MemoryStorage', () => {
  const full = expect.objectContaining({ code: 'STORAGE_FULL', message: expect.stringContaining('at most 10 bytes') })

  it('fails when it is full, and has room again when something is deleted', async () => {
    const storage = new MemoryStorage({ maxBytes: 10 })
    await storage.put('a', new Uint8Array(6))
    await expect(storage.put('b', new Uint8Array(5))).rejects.toEqual(full)
    expect(await storage.head('b')).toBeUndefined()
    await storage.delete('a')
    await storage.put('b', new Uint8Array(10))
  })

  it('holds no more than its limit while several puts go on', async () => {
    const storage = new MemoryStorage({ maxBytes: 10 })
    const puts = await Promise.allSettled(
      [1, 2, 3].map((name) => storage.put(`${name}`, [new Uint8Array(3), new Uint8Array(1)])),
    )
    const kept = puts.filter(({ status }) => status === 'fulfilled')
    expect([1, 2]).toContain(kept.length)
    await storage.put('rest', new Uint8Array(10 - 4 * kept.length))
  })

  it('gives back what failed puts had taken', async () => {
    const storage = new MemoryStorage({ maxBytes: 10 })
    await storage.put('a', new Uint8Array(1))
    const broken = () =>
      (function* () {
        yield new Uint8Array(8)
        throw new Error('broken')
      })()
    for (let i = 0; i < 3; i++) {
      await expect(storage.put('b', broken())).rejects.toThrow('broken')
      await expect(storage.put('b', [new Uint8Array(8), new Uint8Array(8)])).rejects.toEqual(full)
      const late = (function* () {
        yield new Uint8Array(8)
        void storage.delete('a')
      })()
      await expect(storage.put('a', late, { ifMatch: (await storage.head('a'))?.etag ?? '' })).rejects.toThrow()
      await storage.put('a', new Uint8Array(1))
    }
    await storage.put('b', new Uint8Array(9))
  })

  it('replaces an object within its limit', async () => {
    const storage = new MemoryStorage({ maxBytes: 10 })
    for (let i = 0; i < 5; i++) await storage.put('a', new Uint8Array(5))
  })

  it('is never unbounded by mistake', () => {
    for (const maxBytes of [-1, Number.NaN]) expect(() => new MemoryStorage({ maxBytes })).toThrow(TypeError)
  })
})
