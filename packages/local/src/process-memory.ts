import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'

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
