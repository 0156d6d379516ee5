import { expect, test } from 'vitest'
import * as dumping from '../src/dump.js'
import * as service from '../src/images.js'
import * as api from '../src/index.js'

test('what the package exports', () => {
  expect(Object.keys(api).sort()).toEqual([
    'AsciiTable',
    'BinaryTable',
    'Card',
    'CombinedHeader',
    'CompressedTable',
    'Fits',
    'FitsError',
    'Hdu',
    'Header',
    'ImageHdu',
    'TableHdu',
    'TangentWcs',
    'bandFrame',
    'bandsOfRows',
    'commonSize',
    'cropFrame',
    'encodeImage',
    'encodeImageHeader',
    'encodeImageRows',
    'encodePadding',
    'encodeSamples',
    'encodeTable',
    'findFaults',
    'findImage',
    'findTable',
    'inheritedHeader',
    'isFitsError',
    'movedHeader',
    'openFits',
    'packFile',
    'packFits',
    'readFrame',
    'readImage',
    'readTable',
    'readWcs',
    'renderPreview',
    'restingFrame',
    'samplesFor',
    'stripHeader',
    'unpackFile',
    'unpackFits',
    'verifyChecksums',
    'writeImage',
    'writeImageRows',
    'writeTable',
    'zscale',
  ])
  expect(Object.keys(dumping)).toEqual(['dump'])
  expect(Object.keys(service).sort()).toEqual([
    'Images',
    'combineFrames',
    'eachFrame',
    'images',
    'loadFrame',
    'openFrames',
  ])
})
