import { readdirSync, readFileSync } from 'node:fs'
import { MARKER } from './paths.mjs'

/**
 * A process of a round.
 *
 * @typedef {object} RoundProcess
 * @property {number} pid
 * @property {string} state as proc(5) has it: T is stopped
 * @property {'host' | 'child' | 'other'} role
 * @property {number} [host] of a child: the process that started it
 */

/**
 * The processes of a round that have not ended, told by their environment: whoever their parent is by now.
 *
 * @param {string} folder of the round
 * @returns {RoundProcess[]}
 */
export function processesOf(folder) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => processAt(`/proc/${name}`, `${MARKER}=${folder}`))
    .filter((one) => one !== undefined && one.state !== 'Z' && one.state !== 'X')
}

function processAt(path, marker) {
  try {
    if (!readFileSync(`${path}/environ`, 'latin1').split('\0').includes(marker)) return undefined
    const stat = readFileSync(`${path}/stat`, 'latin1')
    const state = stat[stat.lastIndexOf(')') + 2]
    const [, program = '', host] = readFileSync(`${path}/cmdline`, 'latin1').split('\0')
    const role = roleOf(program)
    return { pid: Number(path.slice(6)), state, role, ...(role === 'child' && { host: Number(host) }) }
  } catch {
    return undefined
  }
}

function roleOf(program) {
  if (program.endsWith('process-child.js')) return 'child'
  return program.endsWith('/host.mjs') ? 'host' : 'other'
}

/** Sends a signal; false where the process is gone. */
export function signal(pid, name) {
  try {
    process.kill(pid, name)
    return true
  } catch {
    return false
  }
}
