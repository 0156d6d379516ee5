/** From so many files on, what is known of each makes garbage enough to be worth looking for. */
const MANY = 200

/** Whether inputs, of one job or of several, name very many files. */
export function nameManyFiles(inputs: unknown): boolean {
  return filesIn(inputs) >= MANY
}

function filesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  if ('source' in value && 'basename' in value) return 1
  return Object.values(value).reduce((sum: number, member) => sum + filesIn(member), 0)
}
