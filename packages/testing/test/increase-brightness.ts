import { BaseDataOperation, type FitsFile, formatSchemas, type InputSchema, type OperationInfo } from '@datalab/core'
import { readFrame } from '@datalab/fits'
import { Images } from '@datalab/fits/images'

export interface IncreaseBrightnessInputs {
  input_files: FitsFile[]
  increase_by: number
}

export const inputSchema: InputSchema<IncreaseBrightnessInputs> = {
  type: 'object',
  properties: {
    input_files: {
      title: 'Images to Brighten',
      type: 'array',
      minItems: 1,
      maxItems: 999,
      items: formatSchemas.FitsFile,
    },
    increase_by: { title: 'Value to Brighten By', type: 'number' },
  },
  required: ['input_files', 'increase_by'],
  additionalProperties: false,
}

/** Adds a value to every pixel of each image. */
export class IncreaseBrightness extends BaseDataOperation<IncreaseBrightnessInputs> {
  static readonly info: OperationInfo<IncreaseBrightnessInputs> = {
    id: '@test/op-increase-brightness',
    name: 'Increase Brightness',
    description: 'Adds a value to every pixel of each image.',
    category: 'image',
    revision: 1,
    inputs: inputSchema,
    requires: [Images],
  }

  override async operate() {
    const { input_files, increase_by } = this.inputData
    const images = this.use(Images)
    return this.progress.map(input_files, async (file, index) => {
      const frame = await images.open(file)
      const { width, height, header } = frame
      const data = (await readFrame(frame)).map((value) => value + increase_by)
      return images.save({ data, width, height, header }, { index, input: file })
    })
  }
}
