/** Does something for each number from 0 on, as many as that at once; rejects with the first error, when what is under way has ended. */
export async function eachAtOnce(count: number, atOnce: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const errors: unknown[] = []
  const worker = async () => {
    while (next < count && errors.length === 0) await work(next++).catch((error) => errors.push(error))
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker))
  if (errors.length > 0) throw errors[0]
}
