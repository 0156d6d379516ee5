import { setTimeout } from 'node:timers/promises'
import { BaseDataOperation, Outputs } from '@datalab/core'
import { NoOp } from './no-op.mjs'

/** What a run of {@link Slow} takes by itself. */
export const RUN_MS = 3000

/** An operation that says that it has begun, works for a while without using the processor, and writes a file. */
export class Slow extends BaseDataOperation {
  static info = { ...NoOp.info, id: '@bench/slow', name: 'Slow', requires: [Outputs] }

  async operate() {
    this.setMessage('begun')
    await setTimeout(RUN_MS, undefined, { signal: this.signal })
    const outputs = this.use(Outputs)
    const object = await outputs.put('.txt', new TextEncoder().encode('whole'))
    return [outputs.file({ type: 'image', objects: [object] })]
  }
}
