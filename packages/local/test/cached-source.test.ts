import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LocalSource } from '@datalab/core'
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
  const file = far.add('a', 1, 'v7')
  expect(await source.identify(file, context)).toBe('v7')
  expect(await source.size?.(file, context)).toBeUndefined()
  expect(source.canonical?.(file)).toBe(file)
  await source.close?.()
  expect(far.isClosed).toBe(true)
})

it('spells references as the source does', () => {
  const local = new LocalSource({ roots: { data: folder } })
  const source = cachedSource(local, new FileCache({ folder, maxBytes: 10 }))
  const file = { source: 'local', basename: 'a' }
  expect(source.canonical?.(file)).toEqual({ ...file, root: 'data' })
})
