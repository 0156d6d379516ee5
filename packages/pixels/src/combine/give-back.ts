import { getHeapStatistics } from 'node:v8'

/** To go through more takes too long: others wait for this thread. */
const MOST_USED = 64 * 2 ** 20

/** What V8 lays out meanwhile, of which most is garbage, before it is asked again: that takes about 50 ms. */
const MUCH_MORE = 10 * 2 ** 20

/** What V8 has laid out for this thread, during work that takes long and much other memory. */
export class UnusedMemory {
  #asked = 0

  /** Has it give back what it uses no more, unless it has not laid out much more since the last time. */
  async giveBack(): Promise<void> {
    if (getHeapStatistics().total_heap_size < this.#asked + MUCH_MORE) return
    await giveBackUnused()
    this.#asked = getHeapStatistics().total_heap_size
  }
}

/**
 * Has V8 give memory back to the system that it has laid out for this thread and uses no more, where the heap is small: before much other memory
 * is taken. After a thousand files were opened, it is about 25 MiB.
 */
export async function giveBackUnused(mostUsed = MOST_USED): Promise<void> {
  if (getHeapStatistics().used_heap_size > mostUsed) return
  try {
    const { Session } = await import('node:inspector/promises')
    const session = new Session()
    session.connect()
    await session.post('HeapProfiler.collectGarbage').finally(() => session.disconnect())
  } catch {
    // Node may have been built without an inspector. It can do without.
  }
}
