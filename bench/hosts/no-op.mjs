import { BaseDataOperation } from '@datalab/core'

/** An operation that does nothing: what a job of it takes is the framework's. */
export class NoOp extends BaseDataOperation {
  static info = {
    id: '@bench/no-op',
    name: 'No Operation',
    description: 'Does nothing.',
    category: 'image',
    revision: 1,
    inputs: {
      type: 'object',
      properties: { number: { type: 'integer' } },
      required: ['number'],
      additionalProperties: false,
    },
  }

  operate() {
    return []
  }
}
