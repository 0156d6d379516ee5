import type { Header } from '@datalab/fits'
import { type Formula, leadOf } from './formula.js'
import { unitOf } from './unit.js'

/**
 * The header of a result: that of the first image that the formula uses, world coordinates and all. BUNIT is the unit of what the formula gives;
 * there is none where the formula makes another one of it, such as a ratio or a square.
 *
 * @param headers of the images
 */
export function resultHeader(formula: Formula, headers: readonly Header[]): Header | undefined {
  const first = headers[leadOf(formula)]
  const units = headers.map((header) => header.getString('BUNIT')?.trim())
  const unit = unitOf(formula, units)
  return unit === undefined ? first?.delete('BUNIT') : first?.set('BUNIT', unit)
}
