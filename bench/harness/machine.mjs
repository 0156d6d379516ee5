import { execFileSync } from 'node:child_process'
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os'

/** What figures depend on, beside the code: the machine, and how busy it is. */
export function machineFacts() {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    /** Processes that were running or wanted to, on average over the last minute; 0 on Windows. */
    load: Math.round(loadavg()[0] * 100) / 100,
  }
}

/** The commit of this checkout, and whether something was changed since; undefined outside git. */
export function revision() {
  try {
    const git = (...words) =>
      execFileSync('git', words, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    const commit = git('rev-parse', '--short=12', 'HEAD').trim()
    return git('status', '--porcelain', '--', '../../packages').trim() === '' ? commit : `${commit}, changed`
  } catch {
    return undefined
  }
}
