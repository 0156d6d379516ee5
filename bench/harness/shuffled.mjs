/**
 * The same items in an order that looks like none, and is the same each time.
 *
 * @template Item
 * @param {readonly Item[]} items
 */
export function shuffled(items) {
  const result = [...items]
  let state = 20250321
  for (let left = result.length; left > 1; left--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const place = Math.floor((state / 2 ** 32) * left)
    ;[result[left - 1], result[place]] = [result[place], result[left - 1]]
  }
  return result
}
