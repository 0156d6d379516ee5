import { expect, test } from 'vitest'
import * as pixels from '../src/index.js'

test('exports exactly these values', () => {
  expect(Object.keys(pixels).sort()).toEqual([
    'Arena',
    'NO_SCALE',
    'QUANTIZED_NAN',
    'QUANTIZED_ZERO',
    'RANDOM_COUNT',
    'combine',
    'combineBands',
    'decodeRiceParts',
    'encodeJpeg',
    'encodeRows',
    'hasSimd',
    'leastMemory',
    'loadKernels',
    'maxRiceBytes',
    'minRiceBytes',
    'prepareEncoding',
    'randomSequence',
    'referenceKernels',
    'rowsToEncode',
  ])
})
