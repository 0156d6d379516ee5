import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { seededRandom } from '@datalab/testing'
import { readJournal } from './journal.mjs'
import { MARKER, pathsIn } from './paths.mjs'
import { processesOf, signal } from './processes.mjs'
import { RoundHost } from './round-host.mjs'

const SCAN_MS = 60
/** How long a process stays stopped: for less than its lease, or for so long that others take over and come to an end. */
const STOPPED_MS = [
  [50, 600],
  [600, 3000],
]
/**
 * Who stopped itself where a result is decided over stays so until others have had time to do its work, at most for so many milliseconds: they
 * have when their run began so long ago.
 */
const DECISIVE = ['manifest', 'replacement']
const HELD_MS = 3000
const TAKEN_MS = 600
/** After the death of its host no child may live longer, but while it is stopped. */
const ORPHAN_MS = 5000
const CLOSE_MS = 30_000
const START_MS = 30_000
/** So many jobs have ended before the first process is taken away. */
const WARM = 4
const FINISH_MS = 90_000

/** One round: hosts that work, and what happens to them. */
export class Round {
  #violations = []
  #counts = { killedHosts: 0, killedChildren: 0, stoppedHosts: 0, stoppedChildren: 0, restarts: 0, orphanMs: 0 }
  #hosts = new Map()
  /** Processes that are stopped, and when they go on. */
  #stopped = new Map()
  /** Children whose host is dead, and since when. */
  #orphans = new Map()
  #isSettling = false
  #starts = 0
  #random
  #scan

  /**
   * @param {string} folder of the round
   * @param {string} world the folder of the input files
   * @param {ReturnType<typeof import('./plan.mjs').planOf>} plan
   */
  constructor(folder, world, plan) {
    this.folder = folder
    this.world = world
    this.plan = plan
    this.paths = pathsIn(folder)
    this.#random = seededRandom(plan.seed)
  }

  /** Resolves to what happened, and what should not have. */
  async run() {
    const start = performance.now()
    mkdirSync(this.folder, { recursive: true })
    writeFileSync(this.paths.journal, '')
    writeFileSync(join(this.folder, 'plan.json'), JSON.stringify(this.plan, null, 1))
    const observer = new RoundHost('observer.mjs', this.#env())
    this.#scan = setInterval(() => this.#look(processesOf(this.folder)), SCAN_MS)
    try {
      await this.#work()
      await this.#settle(observer.pid)
      await this.#finish()
    } finally {
      clearInterval(this.#scan)
      observer.signal('SIGTERM')
      this.#checkExit('the observer', await observer.exit)
      this.end()
    }
    return this.#report(performance.now() - start)
  }

  /** Ends all processes of this round at once. */
  end() {
    for (const { pid } of processesOf(this.folder)) signal(pid, 'SIGKILL')
  }

  #env() {
    return { [MARKER]: this.folder, STRESS_WORLD: this.world, STRESS_LEASE: String(this.plan.leaseMs) }
  }

  async #work() {
    for (const host of this.plan.hosts) this.#start(host)
    await this.#until(START_MS, 'no job ends', () => this.#ended() >= WARM)
    for (const injection of this.plan.injections) {
      await sleep(injection.after)
      this.#inject(injection)
    }
    for (let end = performance.now() + HELD_MS; performance.now() < end; await sleep(SCAN_MS))
      if (!processesOf(this.folder).some(this.#isHeld, this)) break
  }

  #ended() {
    return readJournal(this.paths.journal).filter(({ kind }) => kind === 'ended').length
  }

  #start(planned) {
    const preload = fileURLToPath(new URL('instants.cjs', import.meta.url))
    const host = new RoundHost('host.mjs', {
      ...this.#env(),
      NODE_OPTIONS: `--require=${preload}`,
      STRESS_EXECUTOR: planned.executor,
      STRESS_SEED: String(this.plan.seed * 1000 + this.#starts++),
      STRESS_INSTANTS: JSON.stringify(this.plan.instants),
    })
    this.#hosts.set(planned.number, host)
    void host.exit.then(async (exit) => {
      this.#checkExit('a host', exit)
      await sleep(this.#random.between(0, 200))
      if (this.#isSettling) return
      this.#counts.restarts++
      this.#start(planned)
    })
  }

  /** A host that was told to end before it listened has done so, too. */
  #checkExit(who, { code, signal: name, said }) {
    if (code !== 0 && name !== 'SIGKILL' && name !== 'SIGTERM')
      this.#violations.push({ text: `${who} ended`, code, signal: name, said })
  }

  /** Kills or stops one of the processes there are. */
  #inject({ role, which, how }) {
    const all = processesOf(this.folder).filter((one) => one.role === role)
    const one = all[Math.floor(which * all.length)]
    if (one === undefined || !signal(one.pid, how)) return
    const noun = role === 'host' ? 'Hosts' : 'Children'
    this.#counts[`${how === 'SIGKILL' ? 'killed' : 'stopped'}${noun}`]++
  }

  #look(all) {
    this.#continueStopped(all)
    this.#watchOrphans(all)
  }

  /** Lets go on what was stopped for long enough, whoever stopped it. */
  #continueStopped(all) {
    const now = performance.now()
    for (const one of all) {
      const { pid, state } = one
      if (state !== 'T') this.#stopped.delete(pid)
      else if (!this.#stopped.has(pid)) this.#stopped.set(pid, now + this.#stoppedMs())
      else if (this.#isSettling || (now >= this.#stopped.get(pid) && !this.#isHeld(one))) signal(pid, 'SIGCONT')
    }
  }

  #isHeld({ pid, state }) {
    if (state !== 'T') return false
    const lines = readJournal(this.paths.journal)
    const instant = lines.findLast(
      (line) => line.kind === 'instant' && line.pid === pid && DECISIVE.includes(line.name),
    )
    if (instant === undefined || Date.now() - instant.at > HELD_MS) return false
    const run = lines.find(({ kind, key, at }) => kind === 'run' && at > instant.at && instant.to.includes(key))
    return run === undefined || Date.now() - run.at < TAKEN_MS
  }

  #stoppedMs() {
    return this.#random.between(...STOPPED_MS[this.#random.integer(STOPPED_MS.length)])
  }

  #watchOrphans(all) {
    const now = performance.now()
    const living = new Set(all.map(({ pid }) => pid))
    for (const { pid, host, state } of all) {
      if (host === undefined || living.has(host) || state === 'T') this.#orphans.delete(pid)
      else if (!this.#orphans.has(pid)) this.#orphans.set(pid, now)
      else this.#addOrphan(pid, now - this.#orphans.get(pid))
    }
  }

  #addOrphan(pid, ms) {
    this.#counts.orphanMs = Math.max(this.#counts.orphanMs, Math.round(ms))
    if (ms <= ORPHAN_MS) return
    this.#violations.push({ text: 'a child outlives its host', pid, ms })
    signal(pid, 'SIGKILL')
  }

  /** Ends all hosts, one way or the other. Their children must end with them. */
  async #settle(observer) {
    this.#isSettling = true
    const hosts = this.plan.hosts.map((planned) => ({ ...planned, host: this.#hosts.get(planned.number) }))
    for (const { host, ending } of hosts) host.signal(ending)
    await this.#until(CLOSE_MS, 'a host does not end', () => hosts.every(({ host }) => host.hasEnded))
    for (const { host } of hosts) host.signal('SIGKILL')
    await Promise.all(hosts.map(({ host }) => host.exit))
    await this.#until(CLOSE_MS, 'processes are left', () =>
      processesOf(this.folder).every(({ pid }) => pid === observer),
    )
  }

  async #finish() {
    const executor = this.plan.isShort ? 'inline' : 'processes'
    const host = new RoundHost('finish.mjs', { ...this.#env(), STRESS_EXECUTOR: executor })
    await this.#until(FINISH_MS, 'the last host does not end', () => host.hasEnded)
    if (!host.hasEnded) host.signal('SIGKILL')
    this.#checkExit('the last host', await host.exit)
  }

  async #until(limitMs, otherwise, isSo) {
    const end = performance.now() + limitMs
    while (!isSo()) {
      if (performance.now() > end) {
        this.#violations.push({ text: otherwise, processes: processesOf(this.folder) })
        return
      }
      await sleep(15)
    }
  }

  #report(ms) {
    const lines = readJournal(this.paths.journal)
    const violations = [...this.#violations, ...lines.filter(({ kind }) => kind === 'violation'), ...twice(lines)]
    if (!lines.some(({ kind }) => kind === 'finished'))
      violations.push({ text: 'the last host did not come to its end' })
    return { seed: this.plan.seed, folder: this.folder, ms: Math.round(ms), violations, counts: this.#counts, lines }
  }
}

/** Runs that had the number of another: no two of a job may. */
function twice(lines) {
  const runs = lines.filter(({ kind }) => kind === 'run').map(({ key, attempt }) => `${key} ${attempt}`)
  return runs.filter((run, place) => runs.indexOf(run) < place).map((run) => ({ text: 'two runs had one number', run }))
}
