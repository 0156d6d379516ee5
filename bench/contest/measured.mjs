import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { launcher } from './launcher.mjs'

/** Bytes of what a program says that are looked at. */
const LAST_WORDS = 2000

/**
 * What a process took: seconds on the wall and of the processor, and bytes.
 *
 * @typedef {object} Taken
 * @property {number} wall from its start to its end
 * @property {number} cpu user and system, with all processes that it has started
 * @property {number} rss the most that was resident; of several processes, that of the largest
 */

/**
 * Runs a program and tells what it took, and the end of what it wrote to its standard output.
 *
 * @param {readonly string[]} words of its command line
 * @param {{ folder: string, env?: Record<string, string> }} place the folder it runs in, where files about it are left, and what it finds in its
 * environment besides the plain one
 * @returns {Promise<{ taken: Taken, said: string }>}
 * @throws where it does not end with 0, with what it has said
 */
export async function measured(words, { folder, env = {} }) {
  const path = (name) => join(folder, `.measured-${name}`)
  const { words: launching, read } = launcher()
  const [program, ...rest] = [...launching(path('taken')), ...words]
  const outputs = [openSync(path('said'), 'w'), openSync(path('complaints'), 'w')]
  const start = performance.now()
  const child = spawn(program, rest, {
    cwd: folder,
    env: { ...plainEnvironment(), ...env },
    stdio: ['ignore', ...outputs],
    detached: true,
  })
  const end = () => endGroup(child)
  // Before the folder is removed.
  process.prependListener('exit', end)
  const [code] = await once(child, 'exit').finally(() => {
    process.off('exit', end)
    outputs.forEach((file) => void closeSync(file))
  })
  const wall = (performance.now() - start) / 1000
  const said = endOf(path('said'))
  if (code !== 0) {
    throw new Error(`${words.slice(0, 4).join(' ')} ... ended with ${code}:\n${said}${endOf(path('complaints'))}`)
  }
  return { taken: { wall, ...read(readFileSync(path('taken'), 'utf8')) }, said }
}

/** Ends a process that leads a group, with all that it has started. */
function endGroup({ pid }) {
  try {
    if (pid !== undefined) process.kill(-pid)
  } catch {
    // It ended before.
  }
}

/** Ours, without what this machine tells each Node to load, such as certificates: that is no part of the work. */
function plainEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('NODE_')))
}

/** The last words of a file. */
function endOf(path) {
  const file = openSync(path)
  try {
    const bytes = Buffer.alloc(LAST_WORDS)
    const from = Math.max(0, fstatSync(file).size - LAST_WORDS)
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, LAST_WORDS, from))
  } finally {
    closeSync(file)
  }
}
