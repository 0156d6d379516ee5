import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { processIdentity } from '../src/process-identity.js'
import { ScratchSpace } from '../src/scratch.js'

const UUID = '12345678-1234-1234-1234-123456789abc'
const DEAD = `${processIdentity().replace(/^\d+-(\d+|x)/, '4194305-1')}.${UUID}`
const ELSEWHERE = `${processIdentity().replace(/\d+$/, '1')}.${UUID}`

let root: string

beforeEach(async () => {
  root = join(await mkdtemp(join(tmpdir(), 'scratch-')), 'runs')
})

afterEach(() => rm(join(root, '..'), { recursive: true }))

describe('ScratchSpace', () => {
  it('makes folders that are empty and nobody else may look into', async () => {
    const space = new ScratchSpace(root)
    const folders = [space.create(), space.create(), new ScratchSpace(root).create()]
    expect(new Set(folders.map(({ path }) => path)).size).toBe(3)
    for (const { path } of folders) {
      expect(await readdir(path)).toEqual([])
      expect((await stat(path)).mode & 0o777).toBe(0o700)
    }
  })

  it('makes the folders above, and says at once where none can be made', async () => {
    expect(await readdir(new ScratchSpace(join(root, 'a', 'b')).create().path)).toEqual([])
    if (existsSync('/proc/self')) expect(() => new ScratchSpace('/proc/none/runs').create()).toThrow('ENOENT')
  })

  it('removes a folder with what is in it, and once more', async () => {
    const folder = new ScratchSpace(root).create()
    await mkdir(join(folder.path, 'a', 'b'), { recursive: true })
    await writeFile(join(folder.path, 'a', 'b', 'c'), 'c')
    await folder.remove()
    await folder.remove()
    expect(await readdir(root)).toEqual([])
  })

  it('sweeps the folders of dead processes, and nothing else', async () => {
    const space = new ScratchSpace(root)
    const live = space.create()
    await mkdir(join(root, DEAD, 'deep'), { recursive: true })
    await writeFile(join(root, DEAD, 'deep', 'file'), 'x')
    const others = ['notes', '1234', '1-2', DEAD.replace('.', '-')]
    for (const name of others) await mkdir(join(root, name))
    await space.sweep()
    expect((await readdir(root)).map((name) => join(root, name)).sort()).toEqual(
      [live.path, ...others.map((name) => join(root, name))].sort(),
    )
  })

  it('sweeps no file that a link in a dead folder leads to', async () => {
    const kept = join(root, '..', 'kept')
    await mkdir(kept)
    await writeFile(join(kept, 'file'), 'x')
    await mkdir(join(root, DEAD), { recursive: true })
    await symlink(kept, join(root, DEAD, 'link'))
    await symlink(kept, join(root, DEAD.replace('4194305', '4194306')))
    await new ScratchSpace(root).sweep()
    expect(await readdir(root)).toEqual([])
    expect(await readdir(kept)).toEqual(['file'])
  })

  it.runIf(process.platform === 'linux')('leaves folders of other containers a week', async () => {
    await mkdir(join(root, ELSEWHERE), { recursive: true })
    const space = new ScratchSpace(root)
    await space.sweep()
    expect(await readdir(root)).toEqual([ELSEWHERE])
    const old = new Date(Date.now() - 8 * 24 * 3600_000)
    await utimes(join(root, ELSEWHERE), old, old)
    await space.sweep()
    expect(await readdir(root)).toEqual([])
  })

  it('sweeps nothing where nothing is', async () => {
    await new ScratchSpace(root).sweep()
  })
})
