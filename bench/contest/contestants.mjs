import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fitsFiles } from './fits-files.mjs'
import { UNIT } from './frames/frame-files.mjs'

/** @import { Programs } from './programs.mjs' */

/**
 * Someone who does the work of a row.
 *
 * @typedef {object} Contestant
 * @property {string} name
 * @property {'ours' | 'original' | 'peer' | 'floor' | 'reference'} role `floor` does less than the work, `reference` only tells the right result
 * @property {readonly string[]} needs which programs it takes, by the names of `Programs`
 * @property {(place: Place) => Run} prepare what it takes to run it once, done before the clock starts
 * @property {'float32' | 'unit'} [form] of the frames that it gets, where it is not that of the row
 * @property {number} [scale] what its result is to be multiplied by, 1 by default
 * @property {boolean} [tellsTimes] whether it takes the time itself, without its start, and prints it
 */

/**
 * @typedef {object} Place
 * @property {readonly string[]} frames
 * @property {string} folder empty, and its own
 * @property {Programs} programs
 */

/**
 * @typedef {object} Run
 * @property {readonly string[]} words of the command line
 * @property {Record<string, string>} [env]
 * @property {() => string | undefined} output the path of its result, or of the folder with its results, once it has run
 */

const DATALAB = fileURLToPath(new URL('../../packages/cli/bin/datalab.js', import.meta.url))
const OURS = fileURLToPath(new URL('ours/', import.meta.url))

/**
 * `datalab run`, as a user runs it.
 *
 * @param {string} operation
 * @param {readonly string[]} flags
 * @param {{ times?: number, inputs?: (frames: string[]) => string[], hasMany?: boolean }} [options] how often the command line names each frame; how
 * it names frames, one after the other by default; whether there are several results, so that the folder of them is what came of it
 * @returns {Contestant}
 */
export function datalabRun(operation, flags, { times = 1, inputs = (frames) => frames, hasMany = false } = {}) {
  const prepare = ({ frames, folder }) => {
    const out = join(folder, 'out')
    const words = [
      process.execPath,
      DATALAB,
      'run',
      operation,
      ...inputs(linked(frames, times, folder)),
      ...flags,
      '--out',
      out,
    ]
    return { words, output: () => (hasMany ? out : fitsFiles(out)[0]) }
  }
  return { name: 'DataLab', role: 'ours', needs: [], prepare }
}

/**
 * A program of ours that takes its time itself.
 *
 * @param {string} script
 * @param {number} times how often it does the work
 * @returns {Contestant}
 */
export function ownProgram(script, times) {
  const words = [process.execPath, join(OURS, script)]
  return { name: 'DataLab', role: 'ours', needs: [], ...selfTimed(() => words, times) }
}

/**
 * A script of Python that takes its time itself.
 *
 * @param {string} name
 * @param {readonly string[]} needs
 * @param {string} script
 * @param {number} times
 * @returns {Contestant}
 */
export function timedPython(name, needs, script, times) {
  return { name, role: 'peer', needs, ...selfTimed(({ programs }) => programs.python(script), times) }
}

/**
 * cfitsio, decoding a frame.
 *
 * @param {number} times
 * @returns {Contestant}
 */
export function cfitsio(times) {
  return {
    name: 'cfitsio',
    role: 'peer',
    needs: ['cfitsio'],
    ...selfTimed(({ programs }) => [programs.decoder], times),
  }
}

/**
 * A script of Python: method, output and frames are its arguments.
 *
 * @param {string} name
 * @param {{ role?: Contestant['role'], needs?: readonly string[], script: string, method: string, output?: string }} terms
 * @returns {Contestant}
 */
export function python(name, { role = 'peer', needs = [], script, method, output = 'result.fits' }) {
  const prepare = ({ frames, folder, programs }) => {
    const path = join(folder, output)
    return { words: [...programs.python(script), method, path, ...frames], output: () => path }
  }
  return { name, role, needs: ['numpy', 'astropy', ...needs], prepare }
}

/**
 * `astarithmetic`: the median of frames in a certain HDU.
 *
 * @param {number} hdu
 * @returns {Contestant}
 */
export function gnuastro(hdu) {
  const prepare = ({ frames, folder }) => {
    const path = join(folder, 'result.fits')
    const words = [
      'astarithmetic',
      '--quiet',
      ...frames,
      `-g${hdu}`,
      String(frames.length),
      'median',
      `--output=${path}`,
    ]
    return { words, output: () => path }
  }
  return { name: 'gnuastro', role: 'peer', needs: ['gnuastro'], prepare }
}

/**
 * siril's median stack without normalisation. It wants numbered files and a script, and cuts off what is not between 0 and 1.
 *
 * @returns {Contestant}
 */
export function siril() {
  const prepare = ({ frames, folder }) => {
    for (const [index, frame] of frames.entries())
      symlinkSync(frame, join(folder, `frame_${String(index + 1).padStart(5, '0')}.fits`))
    const commands = ['requires 1.0.0', 'setext fits', `setcpu ${availableParallelism()}`, 'setcompress 0', 'set32bits']
    const script = join(folder, 'median.ssf')
    writeFileSync(script, `${[...commands, 'stack frame_ med -nonorm -out=result'].join('\n')}\n`)
    const words = ['siril-cli', '-d', folder, '-s', script]
    return { words, env: { HOME: folder, XDG_CONFIG_HOME: folder }, output: () => join(folder, 'result.fits') }
  }
  return { name: 'siril', role: 'peer', needs: ['siril'], form: 'unit', scale: UNIT, prepare }
}

/**
 * Reading the files, and nothing else.
 *
 * @returns {Contestant}
 */
export function cat() {
  const words = ['sh', '-c', 'cat "$@" > /dev/null', 'cat']
  const prepare = ({ frames }) => ({ words: [...words, ...frames], output: () => undefined })
  return { name: 'cat', role: 'floor', needs: [], prepare }
}

function selfTimed(start, times) {
  const prepare = ({ frames, folder, programs }) => {
    const path = join(folder, 'result')
    return { words: [...start({ programs }), path, String(times), ...frames], output: () => path }
  }
  return { tellsTimes: true, prepare }
}

/** Each frame under so many names. */
function linked(frames, times, folder) {
  if (times === 1) return frames
  const links = join(folder, 'frames')
  mkdirSync(links)
  return Array.from({ length: frames.length * times }, (_, index) => {
    const path = join(links, `frame-${index}.fits`)
    linkSync(frames[index % frames.length], path)
    return path
  })
}
