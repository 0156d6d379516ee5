/** What the value of a keyword has to be. */
export type ValueType = 'string' | 'date' | 'integer' | 'number' | 'logical'

/**
 * The keywords whose type the standard says (FITS 4.0, sections 4.4.2, 7, 8 and 9), by patterns. The first that fits counts.
 *
 * Those of columns are in tables only, where their type may be another one.
 */
export const RESERVED_TYPES: readonly (readonly [keywords: RegExp, type: ValueType])[] = [
  [/^DATE/, 'date'],
  [/^(?:ORIGIN|AUTHOR|REFERENC|TELESCOP|INSTRUME|OBSERVER|OBJECT|CREATOR|EXTNAME|BUNIT|RADECSYS)$/, 'string'],
  [/^(?:(?:CTYPE|CUNIT|CNAME)\d{1,2}|WCSNAME|RADESYS|SPECSYS|SSYSOBS|SSYSSRC)[A-Z]?$/, 'string'],
  [/^(?:EXTVER|EXTLEVEL|BLANK|TFIELDS|THEAP|WCSAXES[A-Z]?)$/, 'integer'],
  [/^(?:BSCALE|BZERO|DATAMAX|DATAMIN|EPOCH|MJD-OBS|MJD-AVG|OBSGEO-[XYZ]|RESTFREQ|CROTA\d{1,2})$/, 'number'],
  [/^(?:CRPIX|CRVAL|CDELT|CRDER|CSYER)\d{1,2}[A-Z]?$/, 'number'],
  [/^(?:PC|CD|PV)\d{1,2}_\d{1,2}[A-Z]?$/, 'number'],
  [/^(?:EQUINOX|LONPOLE|LATPOLE|RESTFRQ|RESTWAV|VELOSYS|ZSOURCE|VELANGL)[A-Z]?$/, 'number'],
  [/^(?:EXTEND|BLOCKED|GROUPS)$/, 'logical'],
  [/^(?:TTYPE|TFORM|TUNIT|TDISP|TDIM)\d{1,3}$/, 'string'],
  [/^(?:TSCAL|TZERO)\d{1,3}$/, 'number'],
]

/** The keywords of an array's values, which a table has none of. */
export const ARRAY_KEYWORDS = /^(?:BSCALE|BZERO|BUNIT|BLANK|DATAMAX|DATAMIN)$/

/** The keywords that describe a column of a table, with its number. */
export const COLUMN_KEYWORDS = /^(?:TTYPE|TFORM|TUNIT|TNULL|TSCAL|TZERO|TDISP|TBCOL|TDIM)([1-9]\d{0,2})$/

/** Those of a table's columns, its heap and its world coordinates, which an array has none of. */
export const TABLE_KEYWORDS =
  /^(?:TFIELDS|THEAP|(?:TTYPE|TFORM|TUNIT|TNULL|TSCAL|TZERO|TDISP|TBCOL|TDIM|TCTYP|TCUNI|TCRPX|TCRVL|TCDLT|TCROT)[1-9]\d{0,2})$/
