import { basename } from 'node:path/posix'
import { contentTypeOf } from '@datalab/core'
import type { Bucket } from './bucket.js'
import { classified } from './classified.js'
import { explained } from './explained.js'

/** Types that browsers show without running anything; the rest is for saving. */
const SHOWN = /^(image\/(jpeg|png)|application\/json)$/

/**
 * A URL by which anybody can get the object for a while, with the content type and the file name that its key has.
 *
 * @throws STORAGE_FORBIDDEN without credentials, STORAGE_UNAVAILABLE.
 */
export async function objectUrl(bucket: Bucket, key: string): Promise<string> {
  try {
    return await signed(bucket, key)
  } catch (error) {
    throw explained(error, { bucket, key, action: 'make a URL of' })
  }
}

async function signed(bucket: Bucket, key: string): Promise<string> {
  const { sdk, client } = await bucket.connection.open()
  const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner')
  const type = contentTypeOf(key)
  const command = new sdk.GetObjectCommand({
    Bucket: bucket.name,
    Key: bucket.nameOf(key),
    ResponseContentDisposition: `${SHOWN.test(type) ? 'inline' : 'attachment'}; filename="${basename(key)}"`,
    // What the key does not tell was said when the object was put.
    ...(type !== 'application/octet-stream' && { ResponseContentType: type }),
  })
  try {
    return await getSignedUrl(client, command, { expiresIn: bucket.settings.urlLife })
  } catch (error) {
    throw await classified(error, client)
  }
}
