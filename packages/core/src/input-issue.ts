import { DataLabError } from './errors.js'

/** One thing that is wrong with the inputs of a job. */
export interface InputIssue {
  /** Where: a JSON pointer (RFC 6901) into the inputs; empty for the inputs as a whole. */
  readonly pointer: string
  /** A sentence that names the input and the way out. */
  readonly message: string
}

/** How many issues the message spells out; all of them are in `details.issues`. */
const SPELLED_OUT = 3

/** The error of inputs that cannot be accepted: DATALAB_INPUT_INVALID, with `details.issues`. */
export function inputError(operationName: string, issues: readonly InputIssue[], cause?: unknown): DataLabError {
  const sentences = issues.slice(0, SPELLED_OUT).map((issue) => issue.message)
  const more = issues.length - sentences.length
  if (more > 0) sentences.push(`There ${more === 1 ? 'is 1 more problem' : `are ${more} more problems`}.`)
  return new DataLabError('DATALAB_INPUT_INVALID', `${operationName}: ${sentences.join(' ')}`, {
    audience: 'user',
    details: { issues: [...issues] },
    ...(cause === undefined ? {} : { cause }),
  })
}
