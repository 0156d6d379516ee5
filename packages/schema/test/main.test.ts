import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { main } from '../src/main.js'
import { project } from './project.js'

const inputs = { 'src/inputs.ts': 'export interface BlurInputs { width: number }\n' }

async function run(...argv: string[]) {
  const [out, err]: [string[], string[]] = [[], []]
  const code = await main(argv, { log: (line) => out.push(line), error: (line) => err.push(line) })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

test('writes the schema files of each folder', async () => {
  const folders = [project(inputs), project(inputs)]
  const paths = folders.map((folder) => join(folder, 'src/inputs.schema.ts'))
  expect(await run(...folders)).toEqual({ code: 0, out: paths.map((path) => `${path} written`).join('\n'), err: '' })
  expect(readFileSync(paths[1] ?? '', 'utf8')).toContain('InputSchema<BlurInputs>')
  expect(await run(...folders)).toEqual({ code: 0, out: '', err: '' })
})

test('--check says what is out of date, and writes nothing', async () => {
  const folder = project(inputs)
  const path = join(folder, 'src/inputs.schema.ts')
  expect(await run('--check', folder)).toMatchObject({
    code: 1,
    err: `${path} is out of date; run datalab-schema to write it`,
  })
  await run(folder)
  expect(await run('--check', folder)).toEqual({ code: 0, out: '', err: '' })
  writeFileSync(path, 'changed by hand')
  expect((await run(folder, '--check')).code).toBe(1)
  expect(readFileSync(path, 'utf8')).toBe('changed by hand')
})

test('names the field that is refused, and writes nothing', async () => {
  const bad = project({ 'src/inputs.ts': 'export interface BlurInputs { when: Date }' })
  const good = project(inputs)
  const { code, err } = await run(good, bad)
  expect(code).toBe(1)
  expect(err).toBe(
    `${join(bad, 'src/inputs.ts')}: BlurInputs.when: a Date cannot be an input, since JSON has none; use a string with @format date-time`,
  )
  expect(() => readFileSync(join(good, 'src/inputs.schema.ts'))).toThrow('ENOENT')
})

test('skips folders without inputs, unless no folder has any', async () => {
  const [empty, full] = [project({}), project(inputs)]
  expect((await run(empty, full)).code).toBe(0)
  expect(await run(empty)).toMatchObject({
    code: 1,
    err: expect.stringContaining('no src/inputs.ts exports an interface'),
  })
})

test.each([['--chek'], ['nowhere/at-all']])('wrong usage: %s', async (argument) => {
  const { code, err } = await run(argument)
  expect(code).toBe(2)
  expect(err).toContain('Usage: datalab-schema')
})

test('--help', async () => {
  expect(await run('--help')).toMatchObject({ code: 0, out: expect.stringContaining('--check') })
})
