import {
  BaseDataOperation,
  type FitsFile,
  formatSchemas,
  type InputSchema,
  Inputs,
  type OperationInfo,
  Outputs,
  type PipelineStep,
} from '../src/index.js'

/** Inputs of the operations of these pipelines. */
export interface JoinInputs {
  files?: FitsFile[]
  other?: FitsFile
  text?: string
  /** How many outputs there are; one for each file where absent. */
  count?: number
  range?: { from: string; to: string }
}

const inputs: InputSchema<JoinInputs> = {
  type: 'object',
  properties: {
    files: { type: 'array', minItems: 2, maxItems: 4, items: formatSchemas.FitsFile },
    other: formatSchemas.FitsFile,
    text: { type: 'string' },
    count: { type: 'number' },
    range: { type: 'object', properties: { from: { type: 'string' }, to: { type: 'string' } } },
  },
  additionalProperties: false,
} as unknown as InputSchema<JoinInputs>

/** Writes its text, then what is in its files, `count` times; fails where the text is `fail`. What was run is noted. */
export class Join extends BaseDataOperation<JoinInputs> {
  static readonly info: OperationInfo<JoinInputs> = {
    id: 'op-join',
    name: 'Join Texts',
    description: 'Joins.',
    category: 'test',
    revision: 1,
    inputs,
  }
  static ran: string[] = []
  /** A run waits for this. */
  static gate: (text: string) => Promise<void> = async () => {}

  override async operate() {
    const { count = 1, files = [], other, range, text = '' } = this.inputData
    await Promise.race([Join.gate(text), aborted(this.signal)])
    const parts = await Promise.all([...files, ...(other ? [other] : [])].map((file) => this.#textOf(file)))
    const joined = `${text}(${parts.join(' ')}${range ? `${range.from}-${range.to}` : ''})`
    Join.ran.push(joined)
    if (text === 'fail') this.setFailed('This text cannot be joined.')
    if (count === 0) return { output_data: [{ joined }] }
    return Promise.all(
      Array.from({ length: count }, (_, index) =>
        this.#write(count === 1 ? joined : `${joined}#${index}`, index, count),
      ),
    )
  }

  async #textOf(file: FitsFile): Promise<string> {
    const source = await this.use(Inputs).open(file)
    const bytes = new Uint8Array(source.size)
    await source.read(0, bytes)
    return new TextDecoder().decode(bytes)
  }

  async #write(text: string, index: number, count: number) {
    const outputs = this.use(Outputs)
    const place = count === 1 ? {} : { index }
    const object = await outputs.put('.fits', new TextEncoder().encode(text), place)
    return outputs.file({ type: 'fits', objects: [object], ...place })
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

/** A step that joins. */
export function join(id: string, stepInputs: Record<string, unknown> = {}): PipelineStep {
  return { id, operation: 'join-texts', inputs: { text: id, ...stepInputs } }
}
