import { expect, test } from 'vitest'
import * as local from '../src/index.js'

test('exports exactly these values', () => {
  expect(Object.keys(local).sort()).toEqual(['FileCache', 'ProcessExecutor', 'SqliteRecordStore', 'cachedSource'])
})
