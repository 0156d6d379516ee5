import { posix, win32 } from 'node:path'
import { array, assert, constantFrom, oneof, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkedObjectKey, isObjectKey } from '../src/object-key.js'

const NASTY = [
  '..',
  '.',
  '/',
  '\\',
  'C:',
  '\0',
  'a',
  'b.fits',
  '-',
  '_',
  '~',
  ' ',
  'con',
  'NUL',
  '%2e',
  ':',
  '...',
  '\n',
  'é',
  '0',
  '.x',
  'x.',
]
const names = oneof(
  string({ unit: 'binary' }),
  array(constantFrom(...NASTY)).map((parts) => parts.join('')),
)

describe('isObjectKey', () => {
  it('takes no key that leads out of a folder on any system', () => {
    const accepts = property(names, (key) => {
      if (!isObjectKey(key)) return
      expect(posix.join('/root/of', key)).toBe(`/root/of/${key}`)
      expect(posix.resolve('/root/of', key)).toBe(`/root/of/${key}`)
      expect(win32.join('D:\\root\\of', key)).toBe(`D:\\root\\of\\${key.replaceAll('/', '\\')}`)
      expect(win32.resolve('D:\\root\\of', key)).toBe(`D:\\root\\of\\${key.replaceAll('/', '\\')}`)
    })
    assert(accepts, { numRuns: 5000 })
  })

  it('takes no key that a URL or a shell would read otherwise', () => {
    const accepts = property(names, (key) => {
      if (isObjectKey(key)) expect(new URL(key, 'https://host.test/base/').href).toBe(`https://host.test/base/${key}`)
    })
    assert(accepts, { numRuns: 5000 })
  })

  it('takes what job keys and file names need', () => {
    const segment = string({ unit: constantFrom(...'abcXYZ019_-'), minLength: 5, maxLength: 64 })
    assert(property(array(segment, { minLength: 1, maxLength: 6 }), (segments) => isObjectKey(segments.join('/'))))
  })
})

describe('checkedObjectKey', () => {
  it('gives the key, or says what a key is', () => {
    expect(checkedObjectKey('a/b.fits')).toBe('a/b.fits')
    const refusal = {
      code: 'STORAGE_KEY_INVALID',
      message: expect.stringContaining('"../x" is no object key: use letters'),
    }
    expect(() => checkedObjectKey('../x')).toThrow(expect.objectContaining(refusal))
  })

  it('counts characters, in all and in a segment', () => {
    expect(isObjectKey('a'.repeat(240))).toBe(true)
    expect(isObjectKey('a'.repeat(241))).toBe(false)
    expect(isObjectKey(`${'abcdefghi/'.repeat(89)}0123456789`)).toBe(true)
    expect(isObjectKey(`${'abcdefghi/'.repeat(89)}0123456789a`)).toBe(false)
  })

  it('says the beginning of a key without end', () => {
    expect(() => checkedObjectKey('*'.repeat(1e6))).toThrow(/^.{0,600}$/)
  })
})
