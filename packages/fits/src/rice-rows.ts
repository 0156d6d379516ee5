import type { QuantizedRows, RiceRows, ScaledRows } from '@datalab/pixels'
import type { Compression } from './compression.js'
import type { Bitpix } from './hdu-layout.js'
import { isIdentity, type Scale } from './scale.js'
import type { TileTable } from './tile-table.js'

/** What is known of a compressed image. */
export interface CompressedParts {
  readonly compression: Compression
  readonly table: TileTable
  readonly bitpix: Bitpix
  readonly scale: Scale
}

/**
 * Where the rows of a compressed image are, and how they are coded, for threads to decode them; undefined where they are not Rice-coded one by
 * one, as fpack does it by default. A row that differs from what this says has no bytes in COMPRESSED_DATA.
 */
export function riceRowsOf(parts: CompressedParts): RiceRows | undefined {
  const { compression, table } = parts
  const { decoder, grid } = compression
  const column = table.column('COMPRESSED_DATA')
  const isByRows = grid.axes.every((length, axis) => grid.tile[axis] === (axis === 0 ? length : 1))
  const values = valuesOf(parts)
  if (!isByRows || decoder.rice === undefined || values === undefined) return undefined
  if (column === undefined || column.heapCode !== 'B' || column.bytes === 0) return undefined
  const { offset, rowBytes, heapOffset, heapLength } = table
  return {
    kind: 'rice',
    coding: decoder.rice,
    table: { offset, rowBytes, descriptor: column.offset, isLong: column.code === 'Q' },
    heap: { offset: heapOffset, length: heapLength },
    values,
  }
}

/** What the integers become; undefined where it takes more than a scale, or a step and a zero for each row. */
function valuesOf(parts: CompressedParts): ScaledRows | QuantizedRows | undefined {
  const { compression, table, bitpix, scale } = parts
  if (table.column('ZBLANK') !== undefined) return undefined
  if (compression.isQuantized) return quantizedRows(parts)
  if (bitpix < 0 || compression.decoder.decodeScaled === undefined) return undefined
  return { kind: 'scaled', scale: { ...scale, blank: table.blank ?? scale.blank } }
}

function quantizedRows({ compression, table, scale }: CompressedParts): QuantizedRows | undefined {
  const { dithering, ditherSeed } = compression
  const [step, zero] = [table.column('ZSCALE'), table.column('ZZERO')]
  const areDoubles = [step, zero].every((column) => column?.code === 'D' && column.repeat > 0)
  if (step === undefined || zero === undefined || !areDoubles || !isIdentity(scale) || ditherSeed === 0)
    return undefined
  const { blank } = table
  return { kind: 'quantized', dithering, blank, scaleAt: step.offset, zeroAt: zero.offset, firstSeed: ditherSeed - 1 }
}
