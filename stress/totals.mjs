/** Adds up what happened in rounds. */
export class Totals {
  rounds = 0
  failedSeeds = []
  #counts = {}
  #instants = {}
  #statuses = {}
  #orphanMs = 0
  #mostCached = 0

  /** @param {Awaited<ReturnType<import('./round.mjs').Round['run']>>} round */
  add({ seed, violations, counts, lines }) {
    this.rounds++
    if (violations.length > 0) this.failedSeeds.push(seed)
    const { orphanMs, ...injected } = counts
    this.#orphanMs = Math.max(this.#orphanMs, orphanMs)
    this.#addAll(injected)
    for (const line of lines) this.#addLine(line)
    const jobs = new Set(lines.filter(({ kind }) => kind === 'submitted').map(({ key }) => key))
    this.#addAll({ jobs: jobs.size })
  }

  #addLine(line) {
    const { kind } = line
    if (kind === 'submitted')
      this.#addAll({ submissions: 1, cachedAnswers: line.cached ? 1 : 0, forced: line.force ? 1 : 0 })
    else if (kind === 'run') this.#addAll({ attempts: 1 })
    else if (kind === 'cancelled') this.#addAll({ cancellations: 1 })
    else if (kind === 'garbage') this.#addAll({ collections: 1, marked: line.marked, objectsDeleted: line.deleted })
    else if (kind === 'instant') this.#addInstant(line)
    else if (kind === 'finished') {
      this.#addAll({ deaths: line.deaths, resumedAtLast: line.resumed })
      for (const [status, count] of Object.entries(line.statuses)) add(this.#statuses, status, count)
    } else if (kind === 'observed') {
      const { looks, manifests, completed, samples, cachedFiles, mostCached } = line
      this.#mostCached = Math.max(this.#mostCached, mostCached)
      this.#addAll({ looks, manifestsSeen: manifests, recordsSeen: completed, cacheSamples: samples, cachedFiles })
    }
  }

  #addInstant({ role, name, moment, how }) {
    add(this.#instants, `${how === 'SIGKILL' ? 'kill' : 'stop'} ${role} ${moment} ${name}`, 1)
    this.#addAll({ [how === 'SIGKILL' ? 'killedAtInstants' : 'stoppedAtInstants']: 1 })
  }

  #addAll(counts) {
    for (const [name, count] of Object.entries(counts)) add(this.#counts, name, count)
  }

  /** All of it, as it is saved. */
  get summary() {
    const instants = Object.fromEntries(Object.entries(this.#instants).sort(([a], [b]) => (a < b ? -1 : 1)))
    return {
      rounds: this.rounds,
      failedSeeds: this.failedSeeds,
      counts: this.#counts,
      longestMsUntilChildrenEnded: this.#orphanMs,
      mostBytesInCache: this.#mostCached,
      statusesAtTheEnd: this.#statuses,
      instants,
    }
  }
}

function add(counts, name, count) {
  counts[name] = (counts[name] ?? 0) + count
}
