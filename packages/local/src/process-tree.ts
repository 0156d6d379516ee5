import type { ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'

/** The variable of the environment by which all that a child starts can be told, be it detached or its parent gone. */
export const CHILD_VARIABLE = 'CHILD_OF_DATALAB'

/** Ends a child at once, its group, and on Linux also those of its descendants that have left the group. */
export function killTree(child: ChildProcess): void {
  const descendants = child.pid === undefined ? [] : descendantsOf(child.pid)
  killGroup(child.pid)
  // It may not have made its group yet.
  child.kill('SIGKILL')
  for (const descendant of descendants) kill(descendant)
}

/** Ends a child at once, with those of its group, or those that it has left there. */
export function killGroup(pid: number | undefined): void {
  if (pid !== undefined) kill(process.platform === 'win32' ? pid : -pid)
}

/**
 * Ends what a child that is gone has left behind: on Linux, whatever has its mark in the environment. Elsewhere, and where a process was started
 * with an environment without it, only the group is known, which ends with the child.
 */
export async function killMarked(mark: string): Promise<void> {
  if (mark === '') return
  const text = `${CHILD_VARIABLE}=${mark}`
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')
    if (environment.split('\0').includes(text)) kill(Number(pid))
  }
}

/** Those that the kernel lists as its children, and theirs. */
function descendantsOf(pid: number): number[] {
  try {
    const lists = readdirSync(`/proc/${pid}/task`).map((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1'),
    )
    const children = lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number))
    return children.flatMap((child) => [child, ...descendantsOf(child)])
  } catch {
    return []
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}
