import type { AnyOperationClass, ServiceProvider } from '@datalab/core'
import type { ImageCompression } from '@datalab/fits'

/** What a command line has on offer. Loaded when a command asks for it. */
export interface Offers {
  operations(): Promise<readonly AnyOperationClass[]>
  /**
   * What the operations require.
   *
   * @param compression how the pixels of FITS outputs are stored
   */
  services(compression?: ImageCompression): Promise<readonly ServiceProvider[]>
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
  async services(compression = 'none') {
    const { images } = await import('@datalab/fits')
    return [images({ compression })]
  },
}
