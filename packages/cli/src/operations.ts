import type { AnyOperationClass, ServiceProvider } from '@datalab/core'
import type { ImagesOptions } from '@datalab/fits/images'

/** What a command line has on offer. Loaded when a command asks for it. */
export interface Offers {
  operations(): Promise<readonly AnyOperationClass[]>
  /**
   * What the operations require.
   *
   * @param options how the host has its FITS images
   */
  services(options?: ImagesOptions): Promise<readonly ServiceProvider[]>
}

/** The operations of `datalab`, and what they require. */
export const offers: Offers = {
  async operations() {
    const [{ ColorImage }, { IncreaseBrightness }, { Median }] = await Promise.all([
      import('@datalab/op-color-image'),
      import('@datalab/op-increase-brightness'),
      import('@datalab/op-median'),
    ])
    return [ColorImage, IncreaseBrightness, Median]
  },
  async services(options) {
    const { images } = await import('@datalab/fits/images')
    return [images(options)]
  },
}
