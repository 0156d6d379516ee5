import { createHash } from 'node:crypto'
import { type InputIssue, inputError } from './input-issue.js'
import { jsonPointer } from './json.js'
import { compareCodePoints, dumpPythonJson, type PythonJson, parsePythonJson } from './python-json.js'
import type { WizardDescription, WizardInput } from './wizard.js'

/**
 * The key that a Python back end gives a job, byte for byte: for finding results it wrote, never a key to write under.
 *
 * SHA-256, in hexadecimal, of `name + "_" + json.dumps(sorted(inputs.items()), sort_keys=True)`, with the list of each input of the wizard's
 * type `fits` sorted by `basename` before.
 *
 * @param name the operation's display name
 * @param rawJson the inputs as they were sent: once they are read as JavaScript, 15 and 15.0 are the same
 * @param wizard says which inputs are of the type `fits`
 * @throws DATALAB_INPUT_INVALID for what is no JSON (with its line and column), for inputs that are no object, and for a `fits` input that
 * is no list of objects with a `basename`. Python refuses these too, but takes an empty object for an empty list, and basenames that are all
 * numbers.
 * @example datalabPythonKey('Median', '{"input_files": [{"basename": "a", "source": "archive"}]}', wizardDescription(Median.info))
 */
export function datalabPythonKey(name: string, rawJson: string, wizard: WizardDescription): string {
  if (!name.isWellFormed())
    throw new TypeError(`The name ${JSON.stringify(name)} holds half of a surrogate pair, which has no UTF-8 form.`)
  const inputs = parsePythonJson(rawJson)
  if (!(inputs instanceof Map))
    throw inputError(name, [
      { pointer: '', message: 'The inputs are no object; give one, such as {"input_files": []}.' },
    ])
  const entries = [...(inputs as ReadonlyMap<string, PythonJson>)]
    .map(([field, value]) => [field, normalized(name, field, value, wizard)] as const)
    .sort(([a], [b]) => compareCodePoints(a, b))
  return createHash('sha256')
    .update(`${name}_${dumpPythonJson(entries)}`)
    .digest('hex')
}

function normalized(name: string, field: string, value: PythonJson, wizard: WizardDescription): PythonJson {
  const input = Object.hasOwn(wizard.inputs, field) ? wizard.inputs[field] : undefined
  if (input?.type !== 'fits') return value
  const issues = [...issuesOf(field, input, value)]
  if (issues.length > 0) throw inputError(name, issues)
  return (value as readonly PythonJson[])
    .map((item) => ({ item, basename: basenameOf(item) as string }))
    .sort((a, b) => compareCodePoints(a.basename, b.basename))
    .map(({ item }) => item)
}

function* issuesOf(field: string, input: WizardInput, value: PythonJson): Generator<InputIssue> {
  const label = `${input.name} (${field})`
  if (!Array.isArray(value)) {
    yield { pointer: jsonPointer(field), message: `${label} is no list; give a list of files.` }
    return
  }
  for (const [index, item] of (value as readonly PythonJson[]).entries()) {
    const pointer = jsonPointer(field, index)
    const place = `${label}, item ${index + 1}`
    if (!(item instanceof Map)) yield { pointer, message: `${place} is no object; give a file.` }
    else if (!item.has('basename')) yield { pointer, message: `${place} has no basename; add it.` }
    else if (typeof item.get('basename') !== 'string')
      yield { pointer: jsonPointer(field, index, 'basename'), message: `${place}, basename is no text; give a text.` }
  }
}

function basenameOf(item: PythonJson): PythonJson | undefined {
  return item instanceof Map ? item.get('basename') : undefined
}
