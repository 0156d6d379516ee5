/**
 * The types an operation's inputs are made of: each is a TypeScript type, a JSON Schema and a widget of the wizard.
 *
 * What a type is called in the wizard stands in its `@wizard_type` tag. Any JSON type an author tags so is a format too. References to
 * files are open: a front end may add members, which stay with its submission and are neither seen nor hashed by the job.
 */

/** A whole number. The wizard shows a number field. */
export type int = number

/** A number of any size. The wizard shows a number field; `number` does the same. */
export type float = number

/**
 * A FITS file to work on.
 *
 * @wizard_type fits
 * @additionalProperties true
 */
export interface FitsFile {
  /**
   * Name of the file in its source: relative, with `/` between folders.
   *
   * @format relative-name
   * @minLength 1
   * @maxLength 1024
   */
  basename: string
  /**
   * Where the file comes from: the name of a source of the host, such as `local`, `archive` or `datalab`.
   *
   * @minLength 1
   * @maxLength 64
   */
  source: string
  /**
   * For the source `local`: the name of the root folder the file lies in.
   *
   * @minLength 1
   * @maxLength 128
   */
  root?: string
}

/**
 * A picture (JPEG, PNG, TIFF) to work on.
 *
 * @wizard_type image
 * @additionalProperties true
 */
export interface ImageFile {
  /**
   * Name of the file in its source: relative, with `/` between folders.
   *
   * @format relative-name
   * @minLength 1
   * @maxLength 1024
   */
  basename: string
  /**
   * Where the file comes from: the name of a source of the host, such as `local`, `archive` or `datalab`.
   *
   * @minLength 1
   * @maxLength 64
   */
  source: string
  /**
   * For the source `local`: the name of the root folder the file lies in.
   *
   * @minLength 1
   * @maxLength 128
   */
  root?: string
}

/**
 * A fixed object in the sky.
 *
 * @wizard_type source
 */
export interface Source {
  /** Name of the object. @maxLength 256 */
  name?: string
  /** Right ascension, ICRS, in decimal degrees. @minimum 0 @exclusiveMaximum 360 */
  ra: number
  /** Declination, ICRS, in decimal degrees. @minimum -90 @maximum 90 */
  dec: number
}

/** Where a target is, at a time where it moves. */
export interface TargetPosition {
  /** Right ascension, ICRS, in decimal degrees. @minimum 0 @exclusiveMaximum 360 */
  ra: number
  /** Declination, ICRS, in decimal degrees. @minimum -90 @maximum 90 */
  dec: number
  /** Modified Julian date (UTC) of the middle of the exposure, for a moving target. @minimum 0 */
  mjd?: number
}

/**
 * One position of a fixed target, or several of a moving one.
 *
 * @wizard_type target_positions
 */
export type TargetPositions = TargetPosition[]

/**
 * A part of an image, in pixels or in the sky.
 *
 * @wizard_type area
 */
export type Area = PixelRectangle | PixelCircle | PixelPolygon | SkyRectangle | SkyCircle | SkyPolygon

/** A rectangle of pixels. The centre of the first pixel is (1, 1), as in FITS; edges are included. */
export interface PixelRectangle {
  frame: 'pixel'
  shape: 'rectangle'
  /** Left edge, in pixels. */
  x1: number
  /** Lower edge, in pixels. */
  y1: number
  /** Right edge, in pixels. */
  x2: number
  /** Upper edge, in pixels. */
  y2: number
}

/** A circle of pixels. The centre of the first pixel is (1, 1), as in FITS. */
export interface PixelCircle {
  frame: 'pixel'
  shape: 'circle'
  x: number
  y: number
  /** In pixels. @exclusiveMinimum 0 */
  radius: number
}

/** A polygon of pixels, closed by itself. The centre of the first pixel is (1, 1), as in FITS. */
export interface PixelPolygon {
  frame: 'pixel'
  shape: 'polygon'
  /** Corners in order. @minItems 3 @maxItems 10000 */
  points: PixelPoint[]
}

/** A place in an image. The centre of the first pixel is (1, 1), as in FITS. */
export interface PixelPoint {
  x: number
  y: number
}

/** A rectangle in the sky, its sides along right ascension and declination at its centre. */
export interface SkyRectangle {
  frame: 'sky'
  shape: 'rectangle'
  /** Right ascension of the centre, ICRS, in decimal degrees. @minimum 0 @exclusiveMaximum 360 */
  ra: number
  /** Declination of the centre, ICRS, in decimal degrees. @minimum -90 @maximum 90 */
  dec: number
  /** Full width, in degrees on the sky. @exclusiveMinimum 0 @maximum 360 */
  width: number
  /** Full height, in degrees on the sky. @exclusiveMinimum 0 @maximum 180 */
  height: number
}

/** A circle in the sky. */
export interface SkyCircle {
  frame: 'sky'
  shape: 'circle'
  /** Right ascension of the centre, ICRS, in decimal degrees. @minimum 0 @exclusiveMaximum 360 */
  ra: number
  /** Declination of the centre, ICRS, in decimal degrees. @minimum -90 @maximum 90 */
  dec: number
  /** In degrees on the sky. @exclusiveMinimum 0 @maximum 180 */
  radius: number
}

/** A polygon in the sky, its sides great circles, closed by itself. */
export interface SkyPolygon {
  frame: 'sky'
  shape: 'polygon'
  /** Corners in order. @minItems 3 @maxItems 10000 */
  points: SkyPoint[]
}

/** A place in the sky, ICRS. */
export interface SkyPoint {
  /** Right ascension, in decimal degrees. @minimum 0 @exclusiveMaximum 360 */
  ra: number
  /** Declination, in decimal degrees. @minimum -90 @maximum 90 */
  dec: number
}
