import { checkHdu, checkOptions } from './check-arguments.js'
import { type FitsError, invalid } from './errors.js'
import type { Fits } from './fits.js'
import type { FitsInput } from './fits-input.js'
import type { Hdu } from './hdu.js'
import { type OpenFitsOptions, openFitsUntil } from './open-fits.js'

/** How to open a file for one of its HDUs. */
export interface OneHduOptions extends Omit<OpenFitsOptions, 'count'> {
  /** The HDU's place in the file, counted from 0, or its name. */
  readonly hdu?: number | string | undefined
}

/**
 * What the work makes of a file, which is open meanwhile. Of an HDU that is asked for, the file is listed no further.
 *
 * @param isWanted Whether no HDU behind this one counts, where none is asked for.
 * @throws FITS_ARGUMENT for what is no HDU, and whatever `openFits` and the work throw.
 */
export async function withHdus<Result>(
  input: FitsInput,
  options: OneHduOptions,
  isWanted: (hdu: Hdu) => boolean,
  work: (fits: Fits) => Promise<Result>,
): Promise<Result> {
  checkOptions(options)
  const { hdu: which } = options
  checkHdu(which)
  const fits = await openFitsUntil(input, openOptionsOf(options), which === undefined ? isWanted : isNamed(which))
  try {
    return await work(fits)
  } finally {
    const closing = fits.close()
    // What is under way may never end: an abort does not wait for it.
    if (options.signal?.aborted) closing.catch(() => undefined)
    else await closing
  }
}

/**
 * The error for a file that has not what is asked for: what is wrong with it where that may be why, else what it has.
 *
 * @param what As the message names it.
 */
export function missingHdu(fits: Fits, which: number | string | undefined, what: string): FitsError {
  const hdu = which === undefined ? undefined : fits.hdu(which)
  const broken = hdu?.error ?? fits.hdus.find(({ error }) => error)?.error
  if (broken) return broken
  const found = fits.hdus.map(({ index, kind, extname }) => `${index} ${kind}${extname ? ` ${extname}` : ''}`)
  const place = which === undefined ? '' : ` in HDU ${JSON.stringify(which)}`
  return invalid(`the file has no ${what}${place}; its HDUs are: ${found.join(', ').slice(0, 400)}`, {
    hdu: which ?? null,
  })
}

/** Only what is said of opening: `count` is not for these. */
function openOptionsOf({ signal, maxInflatedBytes, maxTileBytes, temporaryFolder }: OneHduOptions): OpenFitsOptions {
  return { signal, maxInflatedBytes, maxTileBytes, temporaryFolder }
}

function isNamed(which: number | string): (hdu: Hdu) => boolean {
  if (typeof which === 'number') return ({ index }) => index === which
  const name = which.trim().toUpperCase()
  return ({ extname }) => extname.toUpperCase() === name
}
