// Damaged FITS files: node stress/stress.mjs fits [--cases N] [--seed S] [--minutes M] [--alone] [--save]
// Real files and fixtures with cards, tiles, descriptors and bytes changed at random are read in every way. That has to end in values or in a
// FitsError, in a second and in 256 MiB: never in a crash, a hang or another error. A case that does not is told with its seed and number:
// `--seed S --only NUMBER` does it again. --save writes the result beside stress.mjs; --minutes ends it early.
import { fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

const BATCH = 500

/** A reader that says nothing for so long hangs. */
const SILENCE_MS = 30_000

/** Runs the cases; gives back what is to be said of them. */
async function fuzzFits(words) {
  const option = (name, fallback) => (words.includes(name) ? Number(words[words.indexOf(name) + 1]) : fallback)
  const seed = option('--seed', 1)
  const only = option('--only', undefined)
  const [first, end] = only === undefined ? [0, option('--cases', 1_000_000)] : [only, only + 1]
  const deadline = performance.now() + option('--minutes', Number.POSITIVE_INFINITY) * 60_000
  const run = {
    seed,
    next: first,
    left: [],
    end,
    deadline,
    cases: 0,
    files: 0,
    outcomes: {},
    faults: [],
    peakMiB: 0,
    told: 0,
  }
  const readers = words.includes('--alone') ? 1 : Math.min(2, availableParallelism())
  await Promise.all(Array.from({ length: readers }, () => readOn(run)))
  const { cases, files, outcomes, faults, peakMiB } = run
  return { seed, cases, files, outcomes, peakMiB, faults }
}

/** Has readers do batches as long as there are some; where one dies or hangs, the next goes on behind the case. */
async function readOn(run) {
  while (hasMore(run)) {
    const died = await new Reader(run).done
    if (!died) return
    if (died.number === undefined) throw new Error(`a reader cannot begin: ${died.fault}`)
    tell(run, { number: died.number, fault: died.fault })
    run.left.push({ first: died.number + 1, count: died.end - died.number - 1 })
  }
}

function hasMore({ left, next, end, deadline }) {
  return (left.length > 0 || next < end) && performance.now() < deadline
}

function nextBatch(run) {
  const left = run.left.pop()
  if (left) return left
  const batch = { first: run.next, count: Math.min(BATCH, run.end - run.next) }
  run.next += batch.count
  return batch
}

/** A process that reads files. `done` tells when there are no more, or the case it died of. */
class Reader {
  #run
  #process
  #batch
  #number
  #watch
  #end

  constructor(run) {
    this.#run = run
    this.done = new Promise((resolve) => {
      this.#end = resolve
    })
    const execArgv = ['--max-old-space-size=256']
    this.#process = fork(join(import.meta.dirname, 'reader.mjs'), [String(run.seed)], { execArgv })
    this.#process.on('exit', (code, signal) => this.#died(`the reader ended with ${signal ?? code}`))
    this.#process.on('message', (message) => this.#hear(message))
    this.#listen()
  }

  #hear(message) {
    this.#listen()
    if (message.at !== undefined) {
      this.#number = message.at
      return
    }
    if (message.files === undefined) add(this.#run, this.#batch, message)
    else this.#run.files = message.files
    if (!hasMore(this.#run)) {
      this.#stop(undefined)
      return
    }
    this.#batch = nextBatch(this.#run)
    this.#process.send(this.#batch)
  }

  #listen() {
    clearTimeout(this.#watch)
    this.#watch = setTimeout(() => this.#died(`no answer for ${SILENCE_MS / 1000} s`), SILENCE_MS)
  }

  #died(fault) {
    this.#stop({ number: this.#number, end: this.#batch && this.#batch.first + this.#batch.count, fault })
  }

  #stop(result) {
    clearTimeout(this.#watch)
    this.#process.removeAllListeners()
    this.#process.kill('SIGKILL')
    this.#end(result)
  }
}

function add(run, { count }, { found, outcomes, peakMiB }) {
  run.cases += count
  run.peakMiB = Math.max(run.peakMiB, peakMiB)
  for (const [outcome, times] of Object.entries(outcomes)) run.outcomes[outcome] = (run.outcomes[outcome] ?? 0) + times
  for (const fault of found) tell(run, fault)
  if (run.cases - run.told < 20_000) return
  run.told = run.cases
  console.error(`${run.cases} cases, ${run.faults.length} faults`)
}

function tell(run, fault) {
  run.faults.push(fault)
  console.error(JSON.stringify(fault))
}

/** The command's own: tells and saves the result, and sets the exit code. */
export async function main(words, surroundings) {
  const result = { ...(await fuzzFits(words)), ...surroundings() }
  if (words.includes('--save'))
    writeFileSync(join(import.meta.dirname, '../fits-result.json'), `${JSON.stringify(result, null, 2)}\n`)
  console.log(JSON.stringify(result, null, 2))
  process.exitCode = result.faults.length === 0 ? 0 : 1
}
