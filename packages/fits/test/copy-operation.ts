import { BaseDataOperation, type FitsFile, formatSchemas, type InputSchema, type OperationInfo } from '@datalab/core'
import { Images } from '../src/images.js'
import { readFrame } from '../src/index.js'

export interface CopyInputs {
  input_files: FitsFile[]
}

const inputSchema: InputSchema<CopyInputs> = {
  type: 'object',
  properties: { input_files: { type: 'array', items: formatSchemas.FitsFile } },
  required: ['input_files'],
  additionalProperties: false,
}

/** Saves each image as it is. */
export class Copy extends BaseDataOperation<CopyInputs> {
  static readonly info: OperationInfo<CopyInputs> = {
    id: '@test/copy',
    name: 'Copy',
    description: 'Saves each image as it is.',
    category: 'image',
    revision: 1,
    inputs: inputSchema,
    requires: [Images],
  }

  override async operate() {
    const images = this.use(Images)
    return this.progress.map(this.inputData.input_files, async (input, index) => {
      const frame = await images.open(input)
      return images.save({ ...frame, data: await readFrame(frame) }, { index, input })
    })
  }
}
