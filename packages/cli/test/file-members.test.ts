import { formatSchemas, type JsonSchema } from '@datalab/core'
import { describe, expect, test } from 'vitest'
import { describedFile, memberSynopsis } from '../src/file-members.js'

const number = { type: 'number' } as const
const schema: JsonSchema = {
  ...formatSchemas.FitsFile,
  properties: {
    ...formatSchemas.FitsFile.properties,
    color: { type: 'object', properties: { r: number, g: number, b: number }, required: ['b', 'g', 'r'] },
    zmin: number,
    layer: { type: 'integer' },
    note: { type: 'string' },
    mode: { enum: ['add', 'screen'] },
    is_hidden: { type: 'boolean' },
    more: { type: 'object', properties: { deep: { type: 'object' } } },
    list: { type: 'array' },
  },
  required: ['basename', 'source', 'color'],
}
const flag = { name: 'color_channels', takes: 'values', summary: '' } as const
const described = (text: string, there: readonly string[] = []) =>
  describedFile(flag, schema, text, async (path) => there.includes(path))

describe('what is written behind a file', () => {
  test.each<[string, string, object]>([
    ['a.fits', 'a.fits', {}],
    ['a.fits,color=255:0:.5', 'a.fits', { color: { r: 255, g: 0, b: 0.5 } }],
    ['a.fits,zmin=-1e3,color=1:2:3', 'a.fits', { zmin: -1000, color: { r: 1, g: 2, b: 3 } }],
    [
      'dir,x/a.fits,layer=2,note=,mode=add,is_hidden=true',
      'dir,x/a.fits',
      { layer: 2, note: '', mode: 'add', is_hidden: true },
    ],
    ['a.fits,note=x=y', 'a.fits', { note: 'x=y' }],
    ['', '', {}],
  ])('%j', async (text, path, members) => {
    expect(await described(text)).toEqual({ path, members })
  })

  test.each([
    'a,b.fits',
    'a.fits,',
    'a.fits,other=1',
    'a.fits,root=x',
    'a.fits,basename=b',
    'a.fits,more=1',
    'a.fits,list=1',
    'a.fits,constructor=1',
    'a.fits,zmin',
    'a.fits,zmin=1,b',
    'zmin=1',
  ])('is the name of the file where it is no member: %j', async (text) => {
    expect(await described(text)).toEqual({ path: text, members: {} })
  })

  test('is the name of a file that is there', async () => {
    const there = ['a,zmin=1', 'a,zmin=1,color=red']
    expect(await described('a,zmin=1,color=red', there)).toEqual({ path: 'a,zmin=1,color=red', members: {} })
    expect(await described('a,zmin=1,note=x', there)).toEqual({ path: 'a,zmin=1', members: { note: 'x' } })
    expect(await described('a,zmin=1,zmin=2', there)).toEqual({ path: 'a,zmin=1', members: { zmin: 2 } })
    expect(await described('a,zmin=2', there)).toEqual({ path: 'a', members: { zmin: 2 } })
  })

  test.each([
    ['a.fits,color=255:0', "--color-channels: 'color=255:0' is not of the form color=R:G:B."],
    ['a.fits,color=255:0:0:1', 'is not of the form color=R:G:B.'],
    ['a.fits,color=red', "--color-channels: 'color=red' is not of the form color=R:G:B."],
    ['a.fits,color=1::2', 'is not of the form color=R:G:B.'],
    ['a.fits,zmin=', "'zmin=' is not of the form zmin=NUMBER."],
    ['a.fits,is_hidden=yes', 'is not of the form is_hidden=true|false.'],
    ['a.fits,zmin=1,zmin=2', "'a.fits,zmin=1,zmin=2' says zmin twice."],
  ])('is refused where it is of another form: %j', async (text, message) => {
    await expect(described(text)).rejects.toThrow(message)
  })
})

test('a synopsis has the members that can be written, and which of them may be left out', () => {
  expect(memberSynopsis(schema)).toBe(
    ',color=R:G:B[,zmin=NUMBER][,layer=NUMBER][,note=TEXT][,mode=add|screen][,is_hidden=true|false]',
  )
  expect(memberSynopsis(formatSchemas.FitsFile)).toBe('')
})
