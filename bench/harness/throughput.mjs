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

/**
 * The microseconds of processor time that this process takes for each of so many, in all its threads: of a machine that does other work
 * besides it tells more than the time on the wall.
 *
 * @param {number} count
 * @param {() => Promise<unknown>} work which does so many
 */
export async function processorTime(count, work) {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}
