import type { AccessSubject } from './access.js'
import { adoptResult } from './adopt-result.js'
import type { OutputFile } from './output.js'
import { readManifest } from './publication.js'
import { isEnded, type StoredRecord } from './record.js'
import { hasNoResult, standingRecord } from './standing-result.js'
import { WholeResults, type WholeResultsParts } from './whole-results.js'

const KEY = /^[0-9a-f]{64}$/

/** Whether a text has the form of a job's key. */
export function isJobKey(text: string): boolean {
  return KEY.test(text)
}

/** The key of the job that an output of this name is of; undefined where the name is none of an output. */
export function jobKeyOf(basename: string): string | undefined {
  const match = /^([0-9a-f]{64})(?:-[1-9][0-9]*)?$/.exec(basename)
  return match?.[1]
}

/** The object of one role of an output of this name, in a record. */
export function objectOf(record: StoredRecord | undefined, basename: string, role: string): string | undefined {
  const files: readonly OutputFile[] = record?.output?.output_files ?? []
  const objects = files.find((file) => file.basename === basename)?.objects
  return objects !== undefined && Object.hasOwn(objects, role) ? objects[role] : undefined
}

/** Where what is known of jobs is kept. */
export type ResultsParts = WholeResultsParts

/** What is known of jobs: in the record store, else in the manifests of the storage. */
export class Results {
  readonly #wholes: WholeResults

  constructor(private readonly parts: ResultsParts) {
    this.#wholes = new WholeResults(parts)
  }

  /**
   * What is known of a job, and its result where a submission is answered with that: completed, and with all its objects. Derived ones that were
   * lost are made again.
   *
   * @param isOnlyLooking nothing is written: what can be made again counts as there
   */
  async look(key: string, isOnlyLooking = false): Promise<{ known?: StoredRecord; result?: StoredRecord }> {
    const known = await this.parts.records.get(key)
    // One that is not to replace a result is joined.
    if (known !== undefined && isLive(known) && known.outdated === 0) return { known }
    const result = await this.#standing(key, known, isOnlyLooking)
    // So is one that has committed, and is about to say so.
    if (result === undefined || (known !== undefined && isLive(known) && result.attempt > known.outdated))
      return { ...(known && { known }) }
    if (known === undefined || !hasNoResult(known) || isOnlyLooking) return { ...(known && { known }), result }
    // It was asked for again, and is the answer: the record is that of the result from now on.
    const answer = await adoptResult(this.parts, result, known)
    return { known, ...(answer && { result: answer }) }
  }

  /** The record of a job: of its latest attempt, as far as that is known. */
  async find(key: string): Promise<StoredRecord | undefined> {
    if (!isJobKey(key)) return undefined
    return (await this.parts.records.get(key)) ?? (await this.standing(key))
  }

  /** What a job is, also of one whose result was collected: for who may have those that it went into. */
  async subject(key: string): Promise<AccessSubject | undefined> {
    const known = await this.parts.records.get(key)
    if (known !== undefined) return known
    const { record, mark } = (await readManifest(this.parts.storage, key)) ?? {}
    return record ?? (mark?.job && { key, ...mark.job })
  }

  /** The result that stands beside an attempt that has none, or has none yet. How that goes can be told, whether or not the storage answers. */
  async beside(record: StoredRecord): Promise<StoredRecord | undefined> {
    const mayBe = hasNoResult(record) || (isLive(record) && record.outdated > 0)
    return mayBe ? this.#standing(record.key, record).catch(() => undefined) : undefined
  }

  /**
   * The result of a job that stands: the one that was committed last, with all its objects, whatever attempts go on or ended without one since.
   */
  async standing(key: string): Promise<StoredRecord | undefined> {
    return isJobKey(key) ? this.#standing(key, await this.parts.records.get(key)) : undefined
  }

  /**
   * One object of an output, and the record that names it: of the result that stands, else of the attempt that goes on, whose output is partial.
   */
  async named(basename: string, role: string): Promise<{ record: StoredRecord; object: string } | undefined> {
    const key = jobKeyOf(basename)
    if (key === undefined) return undefined
    const known = await this.parts.records.get(key)
    const result = await this.#standing(key, known)
    const record = objectOf(result, basename, role) === undefined && known && isLive(known) ? known : result
    const object = objectOf(record, basename, role)
    return record && object !== undefined ? { record, object } : undefined
  }

  async #standing(
    key: string,
    known: StoredRecord | undefined,
    isOnlyLooking = false,
  ): Promise<StoredRecord | undefined> {
    const isKnown = known?.status === 'COMPLETED'
    const whole = isKnown ? await this.#wholes.whole(known, isOnlyLooking) : undefined
    if (whole !== undefined) return whole
    const manifest = await readManifest(this.parts.storage, key)
    const committed = manifest?.record
    // Where another store has had the job run again, its result is in the place of the one that is known.
    if (committed === undefined || (isKnown && committed.attempt <= known.attempt)) return undefined
    const record = await this.#wholes.whole(committed, isOnlyLooking)
    if (record === undefined) return undefined
    if (known === undefined || isKnown) return isOnlyLooking ? record : adoptResult(this.parts, record, known)
    return hasNoResult(known) ? standingRecord(record, known) : record
  }
}

function isLive({ status }: StoredRecord): boolean {
  return !isEnded(status)
}
