import { readFileSync } from 'node:fs'

let own: string | undefined

/** A name for this process that no other process of this machine ever had: its id, and when it began. Fit for a file's name. */
export function processIdentity(): string {
  own ??= `${process.pid}-${startOf(process.pid) ?? 'x'}`
  return own
}

/**
 * Whether the process of this identity still runs. Where the system does not tell when a process began, one that got the same id counts as
 * the same; a text that is no identity counts as a process that ended.
 */
export function isProcessAlive(identity: string): boolean {
  const match = /^(\d+)-(\d+|x)$/.exec(identity)
  if (match === null) return false
  const pid = Number(match[1])
  if (!exists(pid)) return false
  const start = startOf(pid)
  return start === undefined ? process.platform !== 'linux' : match[2] === 'x' || match[2] === start
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** When a process began, in clock ticks since the system did; undefined where Linux's /proc does not tell, or it has ended. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the command's name in parentheses, which may hold anything; proc(5) numbers the rest from 3.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const isDead = fields[0] === 'Z' || fields[0] === 'X'
    return isDead ? undefined : fields[19]
  } catch {
    return undefined
  }
}
