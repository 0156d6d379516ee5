/** The formats to show values in (FITS 4.0, tables 16 and 20), and the letters of the columns that they are for. */
const DISPLAYS: readonly (readonly [format: RegExp, letters: string])[] = [
  [/^A\d+$/, 'A'],
  [/^L\d+$/, 'L'],
  [/^[IBOZ]\d+(?:\.\d+)?$/, 'XBIJK'],
  [/^F\d+(?:\.\d+)?$|^(?:E[NS]?|D)\d+(?:\.\d+)?(?:E\d+)?$/, 'XBIJKEFDCM'],
  [/^G\d+(?:\.\d+)?(?:E\d+)?$/, 'ALXBIJKEFDCM'],
]

/** Whether a column of this TFORMn can be shown in this TDISPn, of which blanks say nothing. */
export function isDisplayOf(display: string, format: string): boolean {
  const text = display.trimEnd()
  const letter = elementLetter(format)
  return (
    text === '' || DISPLAYS.some(([known, letters]) => known.test(text) && letter !== '' && letters.includes(letter))
  )
}

/** The letter of a column's elements by its TFORMn, of an array in the heap, too; `''` where there is none. */
export function elementLetter(format: string): string {
  return /^\s*\d*[PQ]?([LXBIJKAEFDCM])/.exec(format)?.[1] ?? ''
}
