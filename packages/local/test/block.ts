import { existsSync } from 'node:fs'
import { BaseDataOperation, type InputSchema, type OperationInfo } from '@datalab/core'

/** What a run of {@link Block} waits for. */
interface BlockInputs {
  /** The path of a file. */
  until: string
}

const inputs: InputSchema<BlockInputs> = {
  type: 'object',
  properties: { until: { type: 'string' } },
  required: ['until'],
  additionalProperties: false,
}

const STILL = new Int32Array(new SharedArrayBuffer(4))

/** Blocks the thread that it runs in until there is a file. */
export class Block extends BaseDataOperation<BlockInputs> {
  static readonly info: OperationInfo<BlockInputs> = {
    id: '@test/block',
    name: 'Block',
    description: 'Blocks its thread.',
    category: 'image',
    revision: 1,
    inputs,
  }

  override operate() {
    while (!existsSync(this.inputData.until)) Atomics.wait(STILL, 0, 0, 10)
    return { output_data: [{ process: process.pid }] }
  }
}
