import type { AnyOperationClass, ServiceProvider } from '@datalab/core'
import type { ImagesOptions } from '@datalab/fits/images'

/** What a command line has on offer. Loaded when a command asks for it. */
export interface Offers {
  /** @param name of the only one that is wanted, in kebab case: others may be left out, and not be loaded */
  operations(name?: string): Promise<readonly AnyOperationClass[]>
  /**
   * What the operations require.
   *
   * @param options how the host has its FITS images
   */
  services(options?: ImagesOptions): Promise<readonly ServiceProvider[]>
}

/** The operations of `datalab`, by their names in kebab case. */
const OPERATIONS: Readonly<Record<string, () => Promise<AnyOperationClass>>> = {
  'color-image': async () => (await import('@datalab/op-color-image')).ColorImage,
  'increase-brightness': async () => (await import('@datalab/op-increase-brightness')).IncreaseBrightness,
  median: async () => (await import('@datalab/op-median')).Median,
  normalization: async () => (await import('@datalab/op-normalize')).Normalization,
  'pixel-math': async () => (await import('@datalab/op-pixel-math')).PixelMath,
  stacking: async () => (await import('@datalab/op-stack')).Stacking,
  subtraction: async () => (await import('@datalab/op-subtract')).Subtraction,
}

/** The operations of `datalab`, and what they require. */
export const offers: Offers = {
  async operations(name) {
    if (name !== undefined && Object.hasOwn(OPERATIONS, name)) return [await OPERATIONS[name]!()]
    return Promise.all(Object.values(OPERATIONS).map((load) => load()))
  },
  async services(options) {
    const { images } = await import('@datalab/fits/images')
    return [images(options)]
  },
}
