import type { JobStatus, Lease, RecordEntry, StoredRecord, Submission } from '@datalab/core'
import { jobLabel } from './job-label.js'
import { RECORD_SCRIPTS, type RecordScript } from './record-scripts.js'
import type { RedisLink } from './redis-link.js'
import { runScript } from './run-script.js'

/** An entry as it was read, or kept. */
export interface EntryRead {
  readonly entry: RecordEntry | undefined
  /** Empty where there is none. */
  readonly revision: string
  /** Milliseconds since the epoch, by the clock of Redis. */
  readonly now: number
}

/** A record as it is read. */
export interface RecordRead {
  readonly record: StoredRecord
  readonly revision: number
  /** Where it waits, and no worker has what it needs: the labels of what workers have. */
  readonly others?: readonly string[]
}

type Asking = Pick<Submission, 'id' | 'principal'>

/** The records in a Redis: each call is one command, done as a whole. */
export class RecordTable {
  constructor(
    private readonly link: RedisLink,
    private readonly prefix: string,
  ) {}

  async read(key: string): Promise<EntryRead> {
    const answer = await this.#run('readEntry', key)
    const [revision, record, lease, asking, seconds, microseconds] = answer as (string | null)[]
    const now = millisecondsOf(seconds, microseconds)
    if (revision == null || record == null) return { entry: undefined, revision: '', now }
    const entry: RecordEntry = {
      record: JSON.parse(record),
      submissions: JSON.parse(asking ?? '[]').map(asSubmission),
      lease: lease == null ? null : JSON.parse(lease),
    }
    return { entry, revision, now }
  }

  /**
   * Keeps an entry in the place of one that was read.
   *
   * @returns it as it is kept; undefined, and nothing kept, where another change came first
   */
  async keep(entry: RecordEntry, { entry: before, revision }: EntryRead): Promise<EntryRead | undefined> {
    const { record, lease, submissions } = entry
    const isOther = record !== before?.record
    const parts = [
      isOther ? factsOf(record) : '',
      isOther ? JSON.stringify(record) : '',
      lease === (before?.lease ?? null) ? '' : JSON.stringify(lease),
      submissions === before?.submissions ? '' : JSON.stringify(submissions.map(asAsking)),
    ]
    const changes = submissionChanges(submissions, before?.submissions ?? [])
    const answer = await this.#run('keepEntry', record.key, revision, ...parts, ...changes)
    if (answer === null) return undefined
    const [kept, seconds, microseconds] = answer as [number, string, string]
    return { entry, revision: String(kept), now: millisecondsOf(seconds, microseconds) }
  }

  /**
   * Prolongs a lease, by the clock of Redis.
   *
   * @returns the revisions before and after; undefined where somebody else has it
   */
  async renew({ key, owner, attempt }: Lease, leaseMs: number): Promise<[before: string, after: string] | undefined> {
    const answer = (await this.#run('renewLease', key, owner, attempt, leaseMs)) as [string, number] | null
    return answer === null ? undefined : [answer[0], String(answer[1])]
  }

  /** The revision of a record; 0 where there is none. */
  async revision(key: string): Promise<number> {
    return Number(await this.link.use((client) => client.hget(`${this.prefix}:job:${key}`, 'revision')))
  }

  async get(key: string): Promise<RecordRead | undefined> {
    const answer = await this.#run('readRecord', key)
    const [record, revision, others] = answer as [string | null, string | null, 1 | string[]]
    if (record === null) return undefined
    return { record: JSON.parse(record), revision: Number(revision), ...(others !== 1 && { others }) }
  }

  async list(status: JobStatus | undefined, after: string, limit: number): Promise<StoredRecord[]> {
    const texts = (await this.#run('listRecords', status ?? '', after, limit)) as (string | null)[]
    return texts.flatMap((text) => (text === null ? [] : [JSON.parse(text)]))
  }

  async submissions(key: string): Promise<Submission[]> {
    const [asking, members] = (await this.#run('readSubmissions', key)) as [string | null, string[]]
    const texts = new Map<string, string>()
    for (let i = 0; i + 1 < members.length; i += 2) texts.set(members[i] ?? '', members[i + 1] ?? '')
    return (JSON.parse(asking ?? '[]') as Asking[]).flatMap(({ id }) => {
      const text = texts.get(id)
      return text === undefined ? [] : [JSON.parse(text)]
    })
  }

  async forget(key: string, attempt: number): Promise<boolean> {
    return (await this.#run('forgetRecord', key, attempt)) === 1
  }

  /** Forgets not all at once: others want to write, too. Tells how many. */
  async expire(before: number, limit: number): Promise<number> {
    return Number(await this.#run('expireRecords', before, limit))
  }

  #run(name: RecordScript, ...values: (string | number)[]): Promise<unknown> {
    return this.link.use((client) => runScript(client, RECORD_SCRIPTS[name], [this.prefix, ...values]))
  }
}

function millisecondsOf(seconds: string | null | undefined, microseconds: string | null | undefined): number {
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000)
}

/** Who asks, as it is kept with the record. What else they sent is left where it is: it may be much, and changes nothing. */
function asAsking({ id, principal }: Submission): Asking {
  return { id, principal }
}

function asSubmission({ id, principal }: Asking): Submission {
  return { id, principal, created: '', inputs: null }
}

function factsOf(record: StoredRecord): string {
  const { status, attempt, updated, operation, provenance } = record
  const label = jobLabel({ ...provenance, operation })
  return JSON.stringify({ status, attempt, label, updated: Date.parse(updated) || 0 })
}

/** How many submissions go, which, and which come. */
function submissionChanges(submissions: readonly Submission[], before: readonly Submission[]): (string | number)[] {
  const [kept, known] = [submissions, before].map((all) => new Set(all.map(({ id }) => id)))
  const gone = before.filter(({ id }) => !kept?.has(id)).map(({ id }) => id)
  const come = submissions.filter(({ id }) => !known?.has(id))
  return [gone.length, ...gone, ...come.flatMap((one) => [one.id, JSON.stringify(one)])]
}
