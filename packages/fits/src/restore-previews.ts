import type { LostObjects } from '@datalab/core'
import { renderPreview } from './preview.js'
import { readImage } from './read-image.js'

/** Makes previews of an image again that were lost, from its FITS file. */
export async function restorePreviews({ roles, open, put }: LostObjects): Promise<boolean> {
  if (roles.some((role) => role !== 'large' && role !== 'small')) return false
  const source = await open('fits')
  if (source === undefined) return false
  try {
    const preview = await renderPreview(await readImage(source))
    for (const role of roles) await put(role, preview[role as 'large' | 'small'], 'image/jpeg')
    return true
  } finally {
    await source.close()
  }
}
