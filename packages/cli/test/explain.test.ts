import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeImage } from '@datalab/fits'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runMain } from './run-main.js'

const folder = mkdtempSync(join(tmpdir(), 'datalab-explain-'))

beforeAll(async () => {
  for (const name of ['a', 'b', 'c'])
    await writeImage(join(folder, `${name}.fits`), { data: new Float32Array(4), width: 2, height: 2 })
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function record(name: string, ...files: string[]): Promise<string> {
  const { stdout } = await runMain(['run', 'median', ...files, '--out', 'out', '--json'], { cwd: folder })
  writeFileSync(join(folder, name), stdout)
  return name
}

describe('datalab explain', () => {
  test('says why two jobs differ, and that equal ones do not', async () => {
    const first = await record('first.json', 'a.fits', 'b.fits')
    const second = await record('second.json', 'a.fits', 'c.fits')
    const { stdout, code } = await runMain(['explain', first, second], { cwd: folder })
    expect(code).toBe(0)
    expect(stdout).toMatch(/input_files.*b\.fits|b\.fits/)
    expect((await runMain(['explain', first, first], { cwd: folder })).stdout).toBe('They are the same job.\n')
    expect(JSON.parse(readFileSync(join(folder, first), 'utf8')).provenance.operation.id).toBe('@datalab/op-median')
  })

  test.each([
    [['explain', 'one.json'], /takes two records/],
    [['explain', 'none.json', 'none.json'], /none\.json does not exist/],
    [['explain', 'a.fits', 'a.fits'], /is not JSON/],
    [['explain', 'other.json', 'other.json'], /is no record of a job/],
  ])('%j is refused with a sentence', async (argv, message) => {
    writeFileSync(join(folder, 'other.json'), '{"a":1}')
    const { code, stderr } = await runMain(argv, { cwd: folder })
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })
})

describe('datalab key --python', () => {
  test('makes the key of the Python back end from the text', async () => {
    const text = '{"input_files": [{"basename": "b", "source": "archive"}, {"basename": "a", "source": "archive"}]}'
    writeFileSync(join(folder, 'python.json'), text)
    const { stdout, code } = await runMain(['key', 'median', '--python', '--inputs', 'python.json'], { cwd: folder })
    expect(code).toBe(0)
    expect(stdout).toBe('74d3091be746851849456e6e4fa4a2374a3b3a448adb9414cecfa87c7d9b1809\n')
  })

  test('needs the text', async () => {
    const { code, stderr } = await runMain(['key', 'median', '--python', 'a.fits'], { cwd: folder })
    expect(code).toBe(2)
    expect(stderr).toMatch(/--inputs FILE\.json/)
  })
})
