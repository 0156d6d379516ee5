import { DataLabError, type Reach } from '@datalab/core'

/**
 * That all machines of a fleet see what its runs work with.
 *
 * @param shared what they see though it cannot know: all, or these
 * @throws DATALAB_SETUP_INVALID
 */
export function checkReaches(reaches: ReadonlyMap<string, Reach>, shared: boolean | readonly string[] = false): void {
  const isShared = (part: string) => shared === true || (shared !== false && shared.includes(part))
  const near = [...reaches].filter(([part, reach]) => reach !== 'fleet' && !(reach === 'machine' && isShared(part)))
  if (near.length === 0) return
  const parts = near.map(([part, reach]) => `the ${part} reaches one ${reach}`).join(', ')
  throw new DataLabError(
    'DATALAB_SETUP_INVALID',
    `Workers on other machines would not find what this host works with: ${parts}. Keep records on Redis and results on S3; of a folder that every machine has at the same path, say so: shared: ${JSON.stringify(near.map(([part]) => part))}.`,
    { details: { parts: near.map(([part]) => part) } },
  )
}
