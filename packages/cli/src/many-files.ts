/** From so many files on, what is known of each makes garbage enough to be worth looking for. */
const MANY = 200

/** Whether inputs, of one job or of several, name very many files. They may be any JSON. */
export function nameManyFiles(inputs: unknown): boolean {
  let count = 0
  // Not by calls within calls: who has checked nothing yet may be given lists in lists in lists.
  const open = [inputs]
  while (open.length > 0 && count < MANY) {
    const value = open.pop()
    if (typeof value !== 'object' || value === null) continue
    if ('source' in value && 'basename' in value) count++
    else for (const member of Object.values(value)) open.push(member)
  }
  return count === MANY
}
