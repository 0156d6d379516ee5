import { setTimeout as sleep } from 'node:timers/promises'

/**
 * A source whose reads take a while, so that there is time to die in the midst of a download.
 *
 * @param {import('@datalab/core').FileSource} source
 * @param {number} ms
 * @returns {import('@datalab/core').FileSource}
 */
export function slowSource(source, ms) {
  return {
    name: source.name,
    reach: source.reach,
    canonical: (reference) => source.canonical?.(reference) ?? reference,
    identify: (reference, context) => source.identify(reference, context),
    size: (reference, context) => source.size(reference, context),
    async open(reference, context) {
      const { path: _, ...opened } = await source.open(reference, context)
      const read = async (offset, into) => {
        await sleep(ms)
        return opened.read(offset, into)
      }
      return { ...opened, read }
    },
  }
}
