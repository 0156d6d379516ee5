/**
 * Does work so often, by so many who each begin with the next when theirs is done. Resolves to the milliseconds that all of it took.
 *
 * @param {number} count
 * @param {number} clients
 * @param {(index: number) => Promise<unknown>} work
 */
export async function together(count, clients, work) {
  const indexes = Array.from({ length: count }).keys()
  const client = async () => {
    for (const index of indexes) await work(index)
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: clients }, client))
  return performance.now() - start
}
