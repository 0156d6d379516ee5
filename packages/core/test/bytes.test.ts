import { execFileSync } from 'node:child_process'
import { appendFile, mkdtemp, open, rename, rm, stat, symlink, truncate, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ByteSource, bytesSource, fileIdentity, fileSource, readAll } from '../src/index.js'

let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bytes-'))
  file = join(folder, 'file')
  await writeFile(file, '0123456789')
})

afterEach(() => rm(folder, { recursive: true }))

async function textAt(source: ByteSource, offset: number, length: number): Promise<string> {
  const into = new Uint8Array(length)
  const read = await source.read(offset, into)
  return new TextDecoder().decode(into.subarray(0, read))
}

const sources = {
  bytesSource: async () => bytesSource(new TextEncoder().encode('0123456789'), 'id'),
  fileSource: () => fileSource(file),
}

describe.each(Object.entries(sources))('%s', (_, create) => {
  it('reads ranges, and fewer bytes only at the end', async () => {
    const source = await create()
    expect(source.size).toBe(10)
    const ranges = [
      textAt(source, 0, 20),
      textAt(source, 3, 3),
      textAt(source, 9, 5),
      textAt(source, 10, 5),
      textAt(source, 1e9, 5),
    ]
    expect(await Promise.all(ranges)).toEqual(['0123456789', '345', '9', '', ''])
    await source.close()
  })

  it('fails after it was closed, which may be done twice', async () => {
    const source = await create()
    await Promise.all([source.close(), source.close()])
    await expect(textAt(source, 0, 1)).rejects.toThrow('This source is closed')
  })

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_VALUE])(
    'refuses the offset %d',
    async (offset) => {
      const source = await create()
      await expect(textAt(source, offset, 1)).rejects.toThrow(TypeError)
      await source.close()
    },
  )
})

describe('fileSource', () => {
  const changed = expect.objectContaining({
    code: 'SOURCE_CHANGED',
    retryable: true,
    message: expect.stringMatching(/^file was written to/),
  })

  it('stays with its file when another one takes the name, or none', async () => {
    const source = await fileSource(file)
    await writeFile(join(folder, 'other'), 'other')
    await rename(join(folder, 'other'), file)
    expect(await textAt(source, 0, 10)).toBe('0123456789')
    await unlink(file)
    expect(await textAt(source, 0, 10)).toBe('0123456789')
    await source.close()
  })

  it.each([
    ['written to', () => writeFile(file, '9876543210')],
    ['appended to', () => appendFile(file, 'x')],
    ['cut short', () => truncate(file, 5)],
  ])('fails its reads when the file was %s', async (_, change) => {
    const source = await fileSource(file)
    await change()
    await expect(textAt(source, 0, 10)).rejects.toEqual(changed)
    await source.close()
  })

  it('has the identity and path of its file', async () => {
    const source = await fileSource(file)
    expect(source.identity).toBe(fileIdentity(await stat(file, { bigint: true })))
    expect(source.path).toBe(file)
    await source.close()
  })

  it('fails at once for what is no file', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')])
    await symlink('pipe', join(folder, 'link'))
    for (const path of [join(folder, 'pipe'), join(folder, 'link'), '/dev/zero', '/dev/null'])
      await expect(fileSource(path), path).rejects.toMatchObject({ code: 'EFTYPE' })
    await expect(fileSource(folder)).rejects.toMatchObject({ code: 'EISDIR' })
    await expect(fileSource(join(folder, 'absent'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('leaves no file open when it fails', async () => {
    const lowest = async () => {
      const handle = await open(file)
      const { fd } = handle
      await handle.close()
      return fd
    }
    const before = await lowest()
    for (let i = 0; i < 20; i++) await fileSource(folder).catch(() => {})
    expect(await lowest()).toBe(before)
  })
})

describe('fileIdentity', () => {
  it('tells versions apart that differ by nanoseconds, size or inode', async () => {
    const stats = await stat(file, { bigint: true })
    const other = { mtimeNs: stats.mtimeNs + 1n, size: stats.size + 1n, ino: stats.ino + 1n }
    const identities = Object.entries(other).map(([name, value]) =>
      fileIdentity(Object.assign(Object.create(stats), { [name]: value })),
    )
    expect(new Set([fileIdentity(stats), ...identities]).size).toBe(4)
  })
})

describe('readAll', () => {
  it('gives all bytes up to its limit', async () => {
    const source = bytesSource(new Uint8Array([1, 2, 3]))
    expect(await readAll(source, { limit: 3 })).toEqual(new Uint8Array([1, 2, 3]))
    await expect(readAll(source, { limit: 2 })).rejects.toMatchObject({ code: 'DATALAB_TOO_LARGE' })
  })

  it('fails for a source that ends too early', async () => {
    const short: ByteSource = { ...bytesSource(new Uint8Array(3)), size: 5 }
    await expect(readAll(short, { limit: 10 })).rejects.toMatchObject({ code: 'DATALAB_SOURCE_SHORT' })
  })
})
