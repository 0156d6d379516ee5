import { expect, test } from 'vitest'
import * as sourceArchive from '../src/index.js'

test('exports exactly these values', () => {
  expect(Object.keys(sourceArchive)).toEqual(['ArchiveSource'])
})
