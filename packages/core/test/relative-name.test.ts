import { posix, win32 } from 'node:path'
import { array, assert, constantFrom, oneof, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRelativeName } from '../src/index.js'

const NASTY = ['..', '.', '/', '\\', 'C:', '\0', 'a', 'b c.fits', ' ', '. ', '.. ', '...', ':', 'é', '~', 'NUL']
const names = oneof(
  string({ unit: 'binary' }),
  array(constantFrom(...NASTY)).map((parts) => parts.join('')),
)

describe('isRelativeName', () => {
  it.each([
    'a.fits',
    'a b (1).fits',
    'night 1/2026-01-01/a.fits',
    '.hidden',
    'a..b',
    '..a',
    'é/日本.fits',
    'ab:c',
    '~/x',
    '-',
  ])('takes %j', (name) => {
    expect(isRelativeName(name)).toBe(true)
  })

  it.each([
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    '../a',
    'a/..',
    'a/../b',
    './a',
    'a/.',
    'a\0',
    '.. ',
    'a/.. /b',
    '...',
    ' ',
  ])('refuses %j', (name) => {
    expect(isRelativeName(name)).toBe(false)
  })

  it.each(['a\\b', '..\\a', 'C:a', 'c:/a', '\\\\host\\a'])('refuses %j on Windows, where it is a path', (name) => {
    expect(isRelativeName(name, 'win32')).toBe(false)
    expect(isRelativeName(name, 'linux')).toBe(true)
  })

  it('takes no name that leads out of a folder', () => {
    const accepts = property(names, (name) => {
      if (isRelativeName(name, 'linux')) expect(posix.resolve('/root/of', name)).toBe(`/root/of/${name}`)
      if (!isRelativeName(name, 'win32')) return
      expect(win32.resolve('D:\\root\\of', name).startsWith('D:\\root\\of\\')).toBe(true)
      expect(win32.join('D:\\root\\of', name).startsWith('D:\\root\\of\\')).toBe(true)
    })
    assert(accepts, { numRuns: 5000 })
  })
})
