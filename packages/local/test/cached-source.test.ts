import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { cachedSource, FileCache } from '../src/index.js'
import { context, FarSource } from './sources.js'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cached-source-'))
})

afterEach(() => rm(folder, { recursive: true }))

it('is the source it stands for, and closes it', async () => {
  const far = new FarSource()
  const source = cachedSource(far, new FileCache({ folder, maxBytes: 10 }))
  expect(source).toMatchObject({ name: 'far', reach: 'fleet', ranges: true, origin: far })
  expect(await source.identify(far.add('a', 1, 'v7'), context)).toBe('v7')
  await source.close?.()
  expect(far.isClosed).toBe(true)
})
