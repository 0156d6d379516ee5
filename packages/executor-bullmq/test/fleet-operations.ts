import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  BaseDataOperation,
  DataLabError,
  type InputSchema,
  type OperationInfo,
  type OperationResult,
  Outputs,
} from '@datalab/core'

/** What a run of {@link Behave} is to do. */
export interface BehaveInputs {
  /** Makes it a job of its own, and names the file that it waits for. */
  name: string
  how: 'work' | 'wait' | 'spin' | 'exit' | 'fail once' | 'count'
}

const inputs: InputSchema<BehaveInputs> = {
  type: 'object',
  properties: { name: { type: 'string' }, how: { type: 'string' } },
  required: ['name', 'how'],
  additionalProperties: false,
}

/** The folder that all processes of a test share. */
export function sharedFolder(): string {
  return process.env.DATALAB_FLEET_FOLDER ?? ''
}

/** Writes one object, and in a journal that it has begun; waits, or fails, as it is told. */
export class Behave extends BaseDataOperation<BehaveInputs> {
  static readonly info: OperationInfo<BehaveInputs> = {
    id: '@test/behave',
    name: 'Behave',
    description: 'Does what it is told.',
    category: 'image',
    revision: 1,
    inputs,
    requires: [Outputs],
  }

  override async operate(): Promise<OperationResult> {
    const { how, name } = this.inputData
    if (how === 'count') return { output_data: [{ count: 3 }] }
    const tries = this.#note()
    this.setMessage(`${process.pid} of ${process.ppid}`)
    this.setOperationProgress(0.5)
    if (how === 'exit') process.exit(1)
    if (how === 'fail once' && tries === 1)
      throw new DataLabError('SOURCE_UNAVAILABLE', 'It does not answer.', { audience: 'user', retryable: true })
    while (how === 'spin');
    while (how === 'wait' && !existsSync(join(sharedFolder(), `go-${name}`))) await this.#pause()
    const object = await this.use(Outputs).put('.txt', new TextEncoder().encode(name), { contentType: 'text/plain' })
    return { output_files: [this.use(Outputs).file({ type: 'image', objects: [object] })], output_data: [{ name }] }
  }

  /** Returns how often it has begun by now. */
  #note(): number {
    const path = join(sharedFolder(), `journal-${this.inputData.name}`)
    appendFileSync(path, `${process.pid}\n`)
    return readFileSync(path, 'utf8').trim().split('\n').length
  }

  async #pause(): Promise<void> {
    await sleep(20, undefined, { signal: this.signal })
  }
}

/** The same, that not every worker has. */
export class Rare extends Behave {
  static override readonly info: OperationInfo<BehaveInputs> = { ...Behave.info, id: '@test/rare', name: 'Rare' }
}
