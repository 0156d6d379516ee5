import { randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'

let own: string | undefined

/**
 * A name for this process that no other process of this machine ever had, nor will: its id, when it began, since which start of the system,
 * and in which container. Fit for a file's name; holds no dot.
 */
export function processIdentity(): string {
  own ??= identityOf(process.pid)
  return own
}

/**
 * Whether the process of this identity still runs; undefined where that cannot be told, since it is of another container or
 * hidden from this user. Where the system does not tell when a process began, another one that got the same id counts as the same.
 * A text that is no identity counts as a process that ended.
 */
export function isProcessAlive(identity: string): boolean | undefined {
  if (identity === processIdentity()) return true
  const match = /^(\d+)-(\d+|x)-([0-9a-f]+)-(\d+)$/.exec(identity)
  if (match === null) return false
  const [, pid, start, boot, container] = match
  const isHere = boot === systemStart() && container === ownContainer()
  if (start !== 'x' && !isHere) return boot === systemStart() ? undefined : false
  if (Number(pid) === process.pid || !exists(Number(pid))) return false
  if (start === 'x') return true
  const now = startOf(Number(pid))
  return now === undefined ? undefined : now === start
}

function identityOf(pid: number): string {
  const start = startOf(pid)
  const boot = systemStart()
  // Where nothing is known of a process but its id, chance makes the name its own.
  return start === undefined || boot === undefined
    ? `${pid}-x-${randomBytes(8).toString('hex')}-0`
    : `${pid}-${start}-${boot}-${ownContainer()}`
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** When a process began, in clock ticks since the system did; empty when it has ended; undefined where Linux's /proc does not tell. */
function startOf(pid: number): string | undefined {
  const stat = textOf(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  if (stat === undefined) return undefined
  // The second field is the command's name in parentheses, which may hold anything; proc(5) numbers the rest from 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const isDead = fields[0] === 'Z' || fields[0] === 'X'
  return isDead ? '' : fields[19]
}

/** What tells this start of the system from others, since process ids and ticks begin anew with each. */
function systemStart(): string | undefined {
  return textOf(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'))
    ?.replace(/[^0-9a-f]/g, '')
    .slice(0, 16)
}

/** The namespace that process ids are of: another container on this machine has its own. */
function ownContainer(): string {
  return textOf(() => readlinkSync('/proc/self/ns/pid'))?.replace(/\D/g, '') || '0'
}

function textOf(read: () => string): string | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
