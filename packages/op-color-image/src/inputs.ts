import type { FitsFile } from '@datalab/core'

/**
 * A color as screens show it.
 *
 * @additionalProperties true
 */
export interface Color {
  /**
   * Red
   * @minimum 0
   * @maximum 255
   */
  r: number
  /**
   * Green
   * @minimum 0
   * @maximum 255
   */
  g: number
  /**
   * Blue
   * @minimum 0
   * @maximum 255
   */
  b: number
}

/**
 * A FITS file, the color it is shown in, and which of its values are shown.
 *
 * @wizard_type fits
 * @additionalProperties true
 */
export interface ColorChannel extends FitsFile {
  /** What the brightest of its pixels look like. */
  color: Color
  /** The value shown black; that of zscale without one. */
  zmin?: number
  /** The value shown in the full color; that of zscale without one. */
  zmax?: number
}

/** What Color Image takes. */
export interface ColorImageInputs {
  /**
   * Image for a channel of the color image
   *
   * @title Color Channel
   * @minItems 1
   * @maxItems 6
   * @wizard {"include_custom_scale": true, "color_picker": true}
   */
  color_channels: ColorChannel[]
}
