import { DataLabError } from './errors.js'
import { withinTime } from './grace.js'
import type { JsonObject, JsonValue } from './json.js'
import type { Provenance } from './provenance.js'
import type { Principal } from './record-store.js'
import { jobKeyOf } from './results.js'

/**
 * What somebody wants to do with a job: submit it; get its record, and watch it; open its output, whether as bytes, as URLs, as data, or as an
 * input of another job; cancel it for all who asked for it. Who may get a job and not open it reads how it goes, and which files it made. To take
 * a submission of one's own back nobody is asked.
 */
export type Action = 'submit' | 'get' | 'open' | 'cancel'

/** Which job it is about. */
export interface AccessSubject {
  /** Absent where a file could not be identified, so that the job has none: it is asked then whether the principal may learn why. */
  readonly key?: string
  readonly operation: Provenance['operation']
  /** The inputs as the operation sees them. */
  readonly inputs: JsonObject
}

/**
 * Says whether a principal may do something with a job: asked of the job itself, and of every job whose output went into it; of a job without a
 * key, and before it is cancelled, of itself alone.
 */
export type Authorize = (principal: Principal, action: Action, subject: AccessSubject) => boolean | Promise<boolean>

/** As many jobs may have gone into one, whichever way, before nobody may have it. */
const MAX_ANCESTORS = 10_000

/** `authorize` does not take longer to say; one that hangs must not hold whoever asks. */
const ANSWER_MS = 30_000

/** Asks the host who may do what. A refusal looks like what is not there. */
export class Access {
  /**
   * @param authorize the host's word; everything is allowed where absent
   * @param find what a job is, whatever became of its result
   */
  constructor(
    private readonly authorize: Authorize | undefined,
    private readonly find: (key: string) => Promise<AccessSubject | undefined>,
  ) {}

  /** Whether this is allowed for the job and for all that went into it. What is not known any more cannot be allowed. */
  async isAllowed(principal: Principal, action: Action, subject: AccessSubject): Promise<boolean> {
    if (this.authorize === undefined) return true
    const seen = new Set(subject.key === undefined ? [] : [subject.key])
    for (const waiting: AccessSubject[] = [subject]; waiting.length > 0; ) {
      const next = waiting.pop() as AccessSubject
      if (!(await this.#ask(principal, action, next))) return false
      for (const key of parentsOf(next.inputs)) {
        if (seen.has(key)) continue
        seen.add(key)
        const parent = seen.size > MAX_ANCESTORS ? undefined : await this.find(key)
        if (parent === undefined) return false
        waiting.push(parent)
      }
    }
    return true
  }

  /**
   * Whether somebody may learn why a job which he would submit has no key: a file that is not there. Else that would tell him which are. The jobs
   * that went into it are not asked about: what is not there of them, and what he may not open, is one to him already.
   */
  async mayLearnWhy(principal: Principal, subject: Omit<AccessSubject, 'key'>): Promise<boolean> {
    return this.#ask(principal, 'submit', subject)
  }

  /** Whether somebody may take back what others have submitted. The jobs that went into it are not asked about: nothing of them is told. */
  mayCancel(principal: Principal, subject: AccessSubject): Promise<boolean> {
    return this.#ask(principal, 'cancel', subject)
  }

  async #ask(principal: Principal, action: Action, subject: AccessSubject): Promise<boolean> {
    const word = this.authorize?.(principal, action, subject) ?? true
    return typeof word === 'boolean' ? word : withinTime(word, ANSWER_MS, () => unanswered(action))
  }
}

function unanswered(action: Action): DataLabError {
  const message = 'It cannot be told now whether you may do this. Try again later.'
  const cause = new Error(`authorize: no answer within ${ANSWER_MS} milliseconds`)
  const options = { audience: 'user', retryable: true, cause, details: { action } } as const
  return new DataLabError('DATALAB_ACCESS_UNAVAILABLE', message, options)
}

/** What somebody reads who may not do what he asked for. */
export function refused(operationName: string): DataLabError {
  const message = `${operationName}: there is no such job for you here. Check its inputs, or ask whoever runs this service.`
  return new DataLabError('DATALAB_NOT_FOUND', message, { audience: 'user' })
}

/** The keys of the jobs whose outputs are among these inputs. */
export function parentsOf(value: JsonValue): string[] {
  if (typeof value !== 'object' || value === null) return []
  const { source, basename } = value as JsonObject
  const key = source === 'datalab' && typeof basename === 'string' ? jobKeyOf(basename) : undefined
  return key === undefined ? Object.values(value).flatMap((member) => parentsOf(member as JsonValue)) : [key]
}
