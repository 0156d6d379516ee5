import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readImage, writeImage } from '@datalab/fits'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const host = fileURLToPath(new URL('fixtures/crashing-host.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'datalab-crash-'))

beforeAll(async () => {
  mkdirSync(join(folder, 'frames'))
  for (const [index, level] of [3, 1, 2].entries()) {
    const data = new Float32Array(64 * 48).map((_, pixel) => level + pixel)
    await writeImage(join(folder, 'frames', `${index}.fits`), { data, width: 64, height: 48 })
  }
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function filesBelow(path: string): string[] {
  if (!existsSync(path)) return []
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)))
}

function clear(): void {
  for (const name of ['objects', 'scratch']) rmSync(join(folder, name), { recursive: true, force: true })
}

function run(): { key: string; cached: boolean; puts: number; output: { output_files: { fits_url: string }[] } } {
  return JSON.parse(execFileSync(process.execPath, [host, folder], { encoding: 'utf8' }))
}

async function expectWholeObjects(): Promise<void> {
  const objects = join(folder, 'objects')
  for (const name of filesBelow(objects).filter((file) => !file.startsWith('.tmp'))) {
    if (name.endsWith('.fits')) await readImage(join(objects, name))
    if (name.endsWith('.json')) JSON.parse(readFileSync(join(objects, name), 'utf8'))
    if (name.endsWith('.jpg')) expect(readFileSync(join(objects, name)).subarray(-2).toString('hex')).toBe('ffd9')
  }
}

describe('a host that is killed while it publishes', { timeout: 20_000 }, () => {
  // One call for the reservation, three for the objects, one for the manifest.
  const moments = [1, 2, 3, 4, 5].flatMap((call) =>
    ['before', 'midway', 'after'].map((moment) => [call, moment] as const),
  )

  test.each(moments)('at put %i, %s, leaves nothing that stops the next', async (call, moment) => {
    clear()
    const killed = spawnSync(process.execPath, [host, folder, String(call), moment])
    expect(killed.signal).toBe('SIGKILL')
    await expectWholeObjects()

    const { key, cached, output } = run()
    expect(cached).toBe(call === 5 && moment === 'after')
    const { data } = await readImage(fileURLToPath(output.output_files[0]?.fits_url ?? ''))
    expect(data).toEqual(new Float32Array(64 * 48).map((_, pixel) => 2 + pixel))

    const names = filesBelow(join(folder, 'objects'))
    expect(names).toHaveLength(4)
    expect(names.every((name) => name.startsWith(key))).toBe(true)
    expect(filesBelow(join(folder, 'scratch'))).toEqual([])
  })

  test('the calls above are all there are', () => {
    clear()
    expect(run().puts).toBe(5)
  })
})
