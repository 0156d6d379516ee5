import { randomUUID } from 'node:crypto'
import { isProcessAlive, processIdentity } from '@datalab/core'

/** A name for a cache of this process: it tells which process that is. */
export function newOwner(): string {
  return `${processIdentity()}.${randomUUID()}`
}

/** What cannot be seen is taken for dead when it was silent for so many seconds. */
const SILENT = 120

/**
 * Whether the process of an owner is no more.
 *
 * @param silent seconds since its last sign of life: what counts where the system does not tell, as of another container's processes
 */
export function isDeadOwner(owner: string, silent: number): boolean {
  const process = owner.split('.')[0] ?? ''
  const isAlive = isProcessAlive(process)
  const isCertain = process === processIdentity() || !process.includes('-x-')
  return isAlive === false || ((isAlive === undefined || !isCertain) && silent > SILENT)
}
