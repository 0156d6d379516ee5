/** Does something with each item, as many as that at once; rejects with the first error, when the others under way have ended. */
export async function eachAtOnce<Item>(
  items: readonly Item[],
  count: number,
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  const queue = items.entries()
  const errors: unknown[] = []
  const worker = async () => {
    for (const [index, item] of queue) {
      if (errors.length > 0) return
      await work(item, index).catch((error) => errors.push(error))
    }
  }
  await Promise.all(Array.from({ length: Math.min(count, items.length) }, worker))
  if (errors.length > 0) throw errors[0]
}
