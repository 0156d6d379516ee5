/** What work makes of each item, in their order; so many at a time. After the first failure no more is begun. */
export async function mapLimited<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const left = items.entries()
  let isFailed = false
  const worker = async () => {
    for (const [place, item] of left) {
      if (isFailed) return
      try {
        results[place] = await work(item)
      } catch (error) {
        isFailed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  return results
}
