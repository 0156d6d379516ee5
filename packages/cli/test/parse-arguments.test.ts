import { describe, expect, test } from 'vitest'
import type { Flag } from '../src/flags.js'
import { parseArguments, splitFirst } from '../src/parse-arguments.js'

const out: Flag = { name: 'out', takes: 'value', placeholder: 'DIR', summary: '' }
const json: Flag = { name: 'json', takes: 'nothing', summary: '' }
const help: Flag = { name: 'help', takes: 'nothing', summary: '' }
const root: Flag = { name: 'root', takes: 'value', summary: '', isRepeatable: true }
const files: Flag = { name: 'input_files', takes: 'values', placeholder: 'FILE', summary: '' }
const by: Flag = { name: 'increase_by', takes: 'value', placeholder: 'NUMBER', summary: '' }
const fast: Flag = { name: 'fast', takes: 'boolean', summary: '' }
const flags = [out, json, help, root, files, by, fast]

const parse = (text: string) => parseArguments(text.split(' ').filter(Boolean), flags)

describe('values', () => {
  test.each(['--input-files a b --out d', '--input_files a b --out=d', '--out d --input-files=a --input-files b'])(
    '%s',
    (text) => {
      const parsed = parse(text)
      expect(parsed.values(files)).toEqual(['a', 'b'])
      expect(parsed.value(out)).toBe('d')
      expect(parsed.positionals).toEqual([])
    },
  )

  test.each([['-5'], ['-.5'], ['-1e-3'], ['-0']])('%s is a value, not a flag', (number) => {
    expect(parse(`--increase-by ${number}`).value(by)).toBe(number)
    expect(parse(`--input-files a ${number}`).values(files)).toEqual(['a', number])
  })

  test('what belongs to no flag is positional, and so is everything behind --', () => {
    const parsed = parse('a --out d b --json c -- --out -x --')
    expect(parsed.positionals).toEqual(['a', 'b', 'c', '--out', '-x', '--'])
    expect(parsed.has(json)).toBe(true)
  })

  test('-- ends a list', () => {
    const parsed = parse('--input-files a -- b')
    expect(parsed.values(files)).toEqual(['a'])
    expect(parsed.positionals).toEqual(['b'])
  })

  test('- is a value', () => {
    expect(parse('--out -').value(out)).toBe('-')
  })

  test('what comes after = may be anything, also nothing', () => {
    expect(parseArguments(['--out=--json=1\n2'], flags).value(out)).toBe('--json=1\n2')
    expect(parse('--out=').value(out)).toBe('')
  })

  test('a flag that may be repeated has all its values', () => {
    expect(parse('--root a=1 --root b=2').values(root)).toEqual(['a=1', 'b=2'])
  })

  test('booleans', () => {
    expect(parse('--fast a').value(fast)).toBe('true')
    expect(parse('--fast false a').value(fast)).toBe('false')
    expect(parse('--fast=false').value(fast)).toBe('false')
    expect(parse('--no-fast').value(fast)).toBe('false')
    expect(parse('--fast a').positionals).toEqual(['a'])
  })

  test('-h asks for help', () => {
    expect(parse('-h').has(help)).toBe(true)
  })
})

describe('what is refused', () => {
  test.each([
    ['--ouy d', "There is no flag '--ouy' here. Did you mean '--out'?"],
    ['--input-fils a', "There is no flag '--input-fils' here. Did you mean '--input-files'?"],
    ['--nothing=secret', "There is no flag '--nothing' here. The flags are --out, --json, "],
    ['-x', "There is no flag '-x' here."],
    ['--no-json', "There is no flag '--no-json' here."],
    ['--out', '--out needs a value: --out DIR.'],
    ['--out --json', '--out needs a value: --out DIR.'],
    ['--input-files --json', '--input-files needs a value: --input-files FILE.'],
    ['--out a --out b', '--out is given twice. Give it once.'],
    ['--json=1', '--json takes no value. Write it alone.'],
  ])('%s', (text, message) => {
    expect(() => parse(text)).toThrow(message)
  })
})

describe('the operation', () => {
  const split = (text: string) => splitFirst(text.split(' ').filter(Boolean), [out, json])

  test('is the first argument that belongs to no flag', () => {
    expect(split('median a --out d')).toEqual({ first: 'median', rest: ['a', '--out', 'd'] })
    expect(split('--json --out d median a')).toEqual({ first: 'median', rest: ['--json', '--out', 'd', 'a'] })
    expect(split('--out=d median')).toEqual({ first: 'median', rest: ['--out=d'] })
    expect(split('--json')).toEqual({ rest: ['--json'] })
  })

  test('comes before flags that only it knows', () => {
    expect(() => split('--input-files a median')).toThrow("Name the operation before '--input-files'.")
  })
})
