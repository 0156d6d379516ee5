import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'

/** What is for the runs; the rest is for the host and the system. */
const SHARE = 0.75
const LEAST = 2 ** 30

/**
 * Bytes of resident memory that each of so many runs may take at once: an equal part of three quarters of what this process may use, by its
 * container or else by the machine; 1 GiB at least.
 */
export function memoryShare(runs: number, total = totalmem(), constrained = process.constrainedMemory()): number {
  // Without a bound the system tells none, or one that no machine has.
  const usable = constrained > 0 ? Math.min(constrained, total) : total
  return Math.max(LEAST, Math.floor((SHARE * usable) / runs))
}

/** Bytes of memory that a process has resident; undefined where the system does not tell, or the process is gone. */
export async function residentBytes(pid: number): Promise<number | undefined> {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid)
}

function fromProc(pid: number): number | undefined {
  try {
    return kibibytes(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1])
  } catch {
    return undefined
  }
}

/** By POSIX; Windows has no such command. */
export function fromPs(pid: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    execFile('ps', ['-o', 'rss=', '-p', String(pid)], (error, text) =>
      resolve(error === null ? kibibytes(text.trim()) : undefined),
    )
  })
}

function kibibytes(digits: string | undefined): number | undefined {
  return digits ? Number(digits) * 1024 : undefined
}
