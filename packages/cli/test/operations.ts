import { existsSync } from 'node:fs'
import {
  type AnyOperationClass,
  BaseDataOperation,
  type FitsFile,
  formatSchemas,
  type InputSchema,
  type ObjectSchema,
  type OperationInfo,
  Outputs,
} from '@datalab/core'
import type { Offers } from '../src/operations.js'

interface EchoInputs {
  file: FitsFile
  increase_by: number
}

const file = formatSchemas.FitsFile

/** A schema with an input of each kind. */
const kindsSchema: ObjectSchema = {
  type: 'object',
  properties: {
    input_files: { title: 'Input Files', type: 'array', items: file, maxItems: 5 },
    increase_by: { type: 'number' },
    count: { type: 'integer', default: 1 },
    is_fast: { type: 'boolean' },
    mode: { type: 'string', enum: ['mean', 'median'] },
    label: { type: 'string' },
    weights: { type: 'array', items: { type: 'number' } },
    targets: formatSchemas.TargetPositions,
    area: formatSchemas.Area,
    out: { type: 'string' },
  },
  required: ['input_files'],
  additionalProperties: false,
}

/** Takes an input of each kind, and returns them as data. */
export class Kinds extends BaseDataOperation<object> {
  static readonly info: OperationInfo<object> = {
    id: 'op-kinds',
    name: 'All Kinds',
    description: 'Takes everything.\n\nAnd returns it.',
    category: 'test',
    revision: 1,
    inputs: kindsSchema,
  }

  override operate() {
    return { output_data: [{ ...this.inputData }] }
  }
}

const echoSchema: InputSchema<EchoInputs> = {
  type: 'object',
  properties: { file, increase_by: { type: 'number', default: 0 } },
  required: ['file'],
  additionalProperties: false,
}

/** Writes two objects for each of two outputs. */
export class Echo extends BaseDataOperation<EchoInputs> {
  static readonly info: OperationInfo<EchoInputs> = {
    id: 'op-echo',
    name: 'Echo It',
    description: 'Copies.',
    category: 'test',
    revision: 1,
    inputs: echoSchema,
  }

  override async operate() {
    const outputs = this.use(Outputs)
    this.addWarning('one\u001b[31m warning')
    return Promise.all(
      [0, 1].map(async (index) => {
        const objects = [
          await outputs.put('.fits', Buffer.from(`fits ${index} ${this.inputData.increase_by}`), { index }),
          await outputs.put('-large.jpg', Buffer.from(`large ${index}`), { index }),
        ]
        return outputs.file({ type: 'fits', objects, index })
      }),
    )
  }
}

/** Writes JSON, and returns data. */
export class Listing extends BaseDataOperation<object> {
  static readonly info: OperationInfo<object> = {
    id: 'op-listing',
    name: 'Listing',
    description: 'Lists.',
    category: 'test',
    revision: 1,
    inputs: { type: 'object', properties: {}, additionalProperties: false },
  }

  override async operate() {
    const outputs = this.use(Outputs)
    const objects = [await outputs.put('.json', Buffer.from('"a file"'))]
    return { output_files: [outputs.file({ type: 'image', objects })], output_data: [{ text: 'data' }] }
  }
}

/** Goes on until it is cancelled. Tells by `begun` when it has begun, and keeps its scratch folder. */
export class Endless extends BaseDataOperation<object> {
  static readonly info: OperationInfo<object> = {
    id: 'op-endless',
    name: 'Endless',
    description: 'Never ends.',
    category: 'test',
    revision: 1,
    inputs: { type: 'object', properties: {}, additionalProperties: false },
  }
  static begun: () => void = () => {}
  static scratch = ''

  override async operate() {
    Endless.scratch = this.scratch
    this.setOperationProgress(0.5)
    this.setMessage('going\u0007 on')
    if (!existsSync(this.scratch)) throw new Error('no scratch folder')
    Endless.begun()
    await new Promise((_, reject) => {
      this.signal.addEventListener('abort', () => reject(this.signal.reason))
    })
    return []
  }
}

/** Fails in the way its input says. */
export class Failing extends BaseDataOperation<{ how: string }> {
  static readonly info: OperationInfo<{ how: string }> = {
    id: 'op-failing',
    name: 'Failing',
    description: 'Fails.',
    category: 'test',
    revision: 1,
    inputs: {
      type: 'object',
      properties: { how: { type: 'string' } },
      required: ['how'],
      additionalProperties: false,
    } as InputSchema<{ how: string }>,
  }

  override operate() {
    if (this.inputData.how === 'alert') this.setFailed('Give other frames.')
    throw new Error('a secret fault')
    // biome-ignore lint/correctness/noUnreachable: an operation returns its output
    return []
  }
}

/** A command line with these operations. */
export function offering(...operations: AnyOperationClass[]): Offers {
  return { operations: async () => operations, services: async () => [] }
}
