import { getHeapStatistics } from 'node:v8'

/** To go through more takes too long: others wait for this thread. */
const MOST_USED = 64 * 2 ** 20

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
