import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isDataLabError } from '../src/errors.js'
import { datalabPythonKey } from '../src/python-key.js'
import type { WizardDescription } from '../src/wizard.js'

/** Keys of a Python back end; they stand beside the checkout, or not at all. */
const VECTORS = fileURLToPath(new URL('../../../../shared/cachekey-vectors.json', import.meta.url))
const HAS_VECTORS = existsSync(VECTORS)
if (!HAS_VECTORS) console.warn(`python-key.test.ts: the shared vectors are skipped: there are none at ${VECTORS}`)

const SCRIPT = fileURLToPath(new URL('./fixtures/make-python-keys.py', import.meta.url))
const PYTHON = process.env.PYTHON ?? 'python3'
const HAS_PYTHON = spawnSync(PYTHON, ['--version']).status === 0
if (!HAS_PYTHON) console.warn(`python-key.test.ts: the comparison with Python is skipped: there is no ${PYTHON}`)

/** More of them, by hand: PYTHON_KEY_CASES=20000 PYTHON_KEY_SEED=7 */
const RANDOM_CASES = Number(process.env.PYTHON_KEY_CASES ?? 400)
const SEED = Number(process.env.PYTHON_KEY_SEED ?? 20240229)

interface PythonCase {
  readonly name: string
  readonly inputs: string
  readonly fits: readonly string[]
  readonly key: string | null
}

interface Vector {
  readonly name: string
  readonly input_json: string
  readonly key: string
}

const cases: PythonCase[] = readFileSync(new URL('./fixtures/python-keys.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))

function wizard(fits: readonly string[]): WizardDescription {
  const inputs = Object.fromEntries(fits.map((field) => [field, { name: 'Files', description: '', type: 'fits' }]))
  return {
    name: 'Any',
    description: '',
    category: 'image',
    inputs: { n: { name: 'N', description: '', type: 'int' }, ...inputs },
  }
}

function keyOrNull(name: string, inputs: string, fits: readonly string[]): string | null {
  try {
    return datalabPythonKey(name, inputs, wizard(fits))
  } catch (error) {
    if (isDataLabError(error, 'DATALAB_INPUT_INVALID')) return null
    throw error
  }
}

describe.skipIf(!HAS_VECTORS)('the shared vectors', () => {
  const vectors: Vector[] = HAS_VECTORS ? JSON.parse(readFileSync(VECTORS, 'utf8')) : []
  const files = ['input_files', 'subtraction_file', 'blue_filter_files', 'red_filter_files']
  test.each(vectors)('$name $input_json', ({ name, input_json, key }) => {
    expect(datalabPythonKey(name, input_json, wizard(files))).toBe(key)
  })
})

describe('keys that CPython made', () => {
  test.each(cases)('$name $inputs', ({ name, inputs, fits, key }) => {
    expect(keyOrNull(name, inputs, fits)).toBe(key)
  })
})

describe('what is refused', () => {
  test.each([
    ['[]', '', 'The inputs are no object; give one, such as {"input_files": []}.'],
    ['{"f": {}}', '/f', 'Files (f) is no list; give a list of files.'],
    ['{"f": [{"basename": "a"}, {}]}', '/f/1', 'Files (f), item 2 has no basename; add it.'],
    ['{"f": ["a"]}', '/f/0', 'Files (f), item 1 is no object; give a file.'],
    ['{"f": [{"basename": 1}]}', '/f/0/basename', 'Files (f), item 1, basename is no text; give a text.'],
  ])('%s', (inputs, pointer, message) => {
    expect(() => datalabPythonKey('Median', inputs, wizard(['f']))).toThrow(
      expect.objectContaining({
        code: 'DATALAB_INPUT_INVALID',
        audience: 'user',
        message: `Median: ${message}`,
        details: { issues: [{ pointer, message }] },
      }),
    )
  })

  test('every item that is wrong is named', () => {
    const refused = () => datalabPythonKey('Median', '{"f": [1, {}, {"basename": null}]}', wizard(['f']))
    expect(refused).toThrow(
      'item 1 is no object; give a file. Files (f), item 2 has no basename; add it. Files (f), item 3',
    )
  })

  test('text that is no JSON, with its place', () => {
    expect(() => datalabPythonKey('Median', '{"f":\n [}', wizard(['f']))).toThrow('line 2, column 3')
  })

  test('a name that has no UTF-8 form', () => {
    expect(() => datalabPythonKey('\ud800', '{}', wizard([]))).toThrow(TypeError)
  })
})

test('an input that the wizard does not know stays in its order, whatever its name', () => {
  const inputs = '{"toString": [{"basename": "b"}, {"basename": "a"}]}'
  expect(datalabPythonKey('Median', inputs, wizard([]))).toBe(datalabPythonKey('Median', inputs, wizard(['f'])))
})

/** Texts, most of them JSON: every way to write a value, then perhaps one character changed. */
function randomCases(): fc.Arbitrary<[name: string, inputs: string, fits: string[]]> {
  const space = fc.string({ unit: fc.constantFrom(' ', ' ', '\n', '\t', '\r'), maxLength: 1 })
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom('null', 'true', 'false', 'NaN', 'Infinity', '-Infinity'),
      numberText(),
      stringText(),
      fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
      fc.array(fc.tuple(stringText(), space, tie('value')), { maxLength: 4 }).map(objectText),
    ),
  }))
  const padded = fc.tuple(space, value, space).map((parts) => parts.join(''))
  const file = fc
    .tuple(stringText(), space, padded)
    .map(([basename, gap, extra]) => `{"n": ${extra},${gap}"basename":${gap}${basename}}`)
  const files = fc.array(file, { maxLength: 6 }).map((items) => `[${items.join(', ')}]`)
  const members = fc.array(fc.tuple(stringText(), space, padded), { maxLength: 4 })
  const inputs = fc
    .tuple(members, fc.option(files))
    .map(([others, list]) => objectText(list === null ? others : [...others, ['"f"', ' ', list]]))
  const characters = fc.constantFrom('', ...'"\\{}[],:.eE+-0159 \t\n\u00a0\u0000\u007fautfN😀')
  const changed = fc.tuple(inputs, fc.nat(), fc.nat(1), characters).map(([text, at, deleted, inserted]) => {
    const all = [...text]
    all.splice(at % all.length, deleted, inserted)
    return all.join('')
  })
  const text = fc.oneof({ weight: 3, arbitrary: inputs }, { weight: 1, arbitrary: changed })
  return fc.tuple(fc.string({ unit: 'grapheme' }), text, fc.constant(['f']))
}

function objectText(members: readonly (readonly [name: string, gap: string, value: string])[]): string {
  return `{${members.map(([name, gap, value]) => `${name}${gap}:${gap}${value}`).join(',')}}`
}

function numberText(): fc.Arbitrary<string> {
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 40 })
  const whole = fc.oneof(
    fc.constant('0'),
    fc.tuple(fc.integer({ min: 1, max: 9 }), digits).map((parts) => parts.join('')),
  )
  const part = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: '' as const })
  const fraction = digits.map((text) => `.${text}`)
  const exponent = fc
    .tuple(
      fc.constantFrom('e', 'E'),
      fc.constantFrom('', '+', '-'),
      fc.oneof(fc.nat(25), fc.nat(420), fc.bigInt({ min: 0n })),
    )
    .map((parts) => parts.join(''))
  const double = fc.double({ noNaN: true, noDefaultInfinity: true })
  return fc.oneof(
    fc.tuple(fc.constantFrom('', '-'), whole, part(fraction), part(exponent)).map((parts) => parts.join('')),
    fc.integer().map(String),
    fc.bigInt().map(String),
    double.map(String),
    double.map((number) => number.toExponential()),
    double.map((number) => number.toPrecision(19)),
    fc.tuple(fc.double({ min: 0, max: 1e20, noNaN: true }), fc.nat(20)).map(([number, count]) => number.toFixed(count)),
    fc.integer({ min: -1074, max: 1023 }).map((power) => String(2 ** power)),
  )
}

function stringText(): fc.Arbitrary<string> {
  const written = (unit: number) => `\\u${unit.toString(16).padStart(4, '0')}`
  const raw = fc
    .string({ unit: 'binary', maxLength: 3 })
    .map((text) =>
      text.replaceAll(/["\\]|\p{Cc}/gu, (character) => (character < ' ' || /["\\]/.test(character) ? '' : character)),
    )
  const piece = fc.oneof(
    raw,
    fc.string({ unit: fc.constantFrom(...'abAB01._/ '), maxLength: 3 }),
    fc.constantFrom(
      '\uffff',
      '\ue000',
      '😀',
      '\u007f',
      '\u2028',
      '\\"',
      '\\\\',
      '\\/',
      '\\b',
      '\\f',
      '\\n',
      '\\r',
      '\\t',
    ),
    fc.nat(0xffff).map(written),
    fc.nat(0xffff).map((unit) => written(unit).replaceAll(/[a-f]/g, (letter) => letter.toUpperCase())),
    fc.integer({ min: 0xd800, max: 0xdfff }).map(written),
    fc
      .tuple(fc.integer({ min: 0xd800, max: 0xdbff }), fc.integer({ min: 0xdc00, max: 0xdfff }))
      .map(([a, b]) => written(a) + written(b)),
  )
  return fc.array(piece, { maxLength: 4 }).map((pieces) => `"${pieces.join('')}"`)
}

test.skipIf(!HAS_PYTHON)(
  `${RANDOM_CASES} random texts have the keys that ${PYTHON} gives them`,
  { timeout: 600_000 },
  () => {
    const random = fc.sample(randomCases(), { seed: SEED, numRuns: RANDOM_CASES })
    const input = random.map((one) => JSON.stringify(one)).join('\n')
    const { stdout, stderr } = spawnSync(PYTHON, [SCRIPT, '-'], { input, encoding: 'utf8', maxBuffer: 2 ** 30 })
    expect(stderr).toBe('')
    const keys: (string | null)[] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(keys.length).toBe(RANDOM_CASES)
    const wrong = random.filter(([name, text, fits], index) => keyOrNull(name, text, fits) !== keys[index])
    expect(wrong).toEqual([])
    const refused = keys.filter((key) => key === null).length
    expect(refused).toBeGreaterThan(RANDOM_CASES / 50)
    expect(refused).toBeLessThan(RANDOM_CASES / 2)
  },
)
