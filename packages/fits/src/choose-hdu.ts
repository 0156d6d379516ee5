import { checkHdu, checkOptions } from './check-arguments.js'
import { type FitsError, invalid } from './errors.js'
import type { Fits } from './fits.js'
import type { FitsInput } from './fits-input.js'
import type { Hdu } from './hdu.js'
import { type OpenFitsOptions, openFitsUntil, type ReadLimits } from './open-fits.js'

/** Which HDU of a file. */
export interface HduChoice {
  /** Its place in the file, counted from 0, or its name, EXTNAME, in any case; the file is looked through no further. */
  readonly hdu?: number | string | undefined
  /** EXTVER, where several HDUs have this name; by default the first of them counts. */
  readonly extver?: number | undefined
}

/** How to open a file for one of its HDUs. */
export interface OneHduOptions extends HduChoice, ReadLimits {}

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
  checkHdu(options)
  const fits = await openFitsUntil(input, limitsOf(options), options.hdu === undefined ? isWanted : isChosen(options))
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
export function missingHdu(fits: Fits, { hdu: which, extver }: HduChoice, what: string): FitsError {
  const hdu = which === undefined ? undefined : fits.hdu(which, extver)
  const broken = hdu?.error ?? fits.hdus.find(({ error }) => error)?.error
  if (broken) return broken
  const place =
    which === undefined ? '' : ` in HDU ${JSON.stringify(which)}${extver === undefined ? '' : `, ${extver}`}`
  const found = fits.hdus.map(nameOf).join(', ').slice(0, 400)
  return invalid(`the file has no ${what}${place}; its HDUs are: ${found}`, { hdu: which ?? null })
}

function nameOf({ index, kind, extname, extver }: Hdu): string {
  return `${index} ${kind}${extname ? ` ${extname}` : ''}${extver === 1 ? '' : ` ${extver}`}`
}

/** Only what is said of opening: `count` is not for these. */
function limitsOf({ signal, maxInflatedBytes, maxTileBytes, temporaryFolder }: ReadLimits): OpenFitsOptions {
  return { signal, maxInflatedBytes, maxTileBytes, temporaryFolder }
}

/** Whether it is the one that `Fits.hdu` gives. */
function isChosen({ hdu: which, extver }: HduChoice): (hdu: Hdu) => boolean {
  if (typeof which !== 'string') return ({ index }) => index === which
  const name = which.trim().toUpperCase()
  return (hdu) => hdu.extname.toUpperCase() === name && (extver ?? hdu.extver) === hdu.extver
}
