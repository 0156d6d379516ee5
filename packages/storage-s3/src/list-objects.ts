import { isObjectKey, type ListOptions, type ObjectInfo, type ObjectPage, pageOf } from '@datalab/core'
import { type Bucket, checkedEtag } from './bucket.js'
import { explained } from './explained.js'
import { infoOf } from './object-info.js'
import { S3Failure } from './s3-failure.js'

interface RawPage {
  readonly objects: readonly ObjectInfo[]
  /** The last name on the page, be it an object's of ours or not. */
  readonly last: string | undefined
  readonly isTruncated: boolean
}

/**
 * A page of the objects whose keys begin with a text. S3 sorts by bytes, which is by code units for keys, since they are ASCII. What has no
 * key for its name is not shown: where such objects are the last ones, the last page may have no objects.
 *
 * @throws the errors of `ObjectStorage`; TypeError for pages without objects.
 */
export async function listObjects(bucket: Bucket, prefix: string, options: ListOptions = {}): Promise<ObjectPage> {
  const { cursor, limit } = pageOf(options)
  // No key begins so; and S3 would refuse some of these characters.
  if (!/^[A-Za-z0-9_./-]*$/.test(prefix)) return { objects: [] }
  const objects: ObjectInfo[] = []
  try {
    for (let after = cursor && bucket.nameOf(cursor); ; ) {
      const page = await ask(bucket, prefix, after, limit - objects.length)
      objects.push(...page.objects)
      if (!page.isTruncated) return { objects }
      const last = objects.at(-1)
      if (objects.length === limit && last !== undefined) return { objects, cursor: last.key }
      after = checkedLast(page.last, after)
    }
  } catch (error) {
    throw explained(error, { bucket, key: prefix, action: 'list' })
  }
}

async function ask(bucket: Bucket, prefix: string, after: string, limit: number): Promise<RawPage> {
  const input = {
    Bucket: bucket.name,
    Prefix: bucket.nameOf(prefix),
    MaxKeys: limit,
    // A name may have characters that XML cannot carry.
    EncodingType: 'url' as const,
    ...(after !== '' && { StartAfter: after }),
  }
  const answer = await bucket.request(({ ListObjectsV2Command }) => new ListObjectsV2Command(input))
  // Whatever stands between may answer in S3's place; its page is no empty list.
  if (answer.Name === undefined && answer.KeyCount === undefined && answer.IsTruncated === undefined)
    throw new S3Failure('refused', 'answers with something that is no list of objects')
  const found = (answer.Contents ?? []).map((one) => ({ ...one, name: decoded(one.Key ?? '', answer.EncodingType) }))
  const objects = found.flatMap(({ name, Size: size = 0, ETag, LastModified: modified = new Date(0) }) => {
    const key = bucket.keyOf(name)
    const isOurs = name.startsWith(input.Prefix) && isObjectKey(key)
    return isOurs ? [infoOf(key, { size, etag: checkedEtag(ETag), modified })] : []
  })
  return { objects, last: found.at(-1)?.name, isTruncated: answer.IsTruncated === true }
}

/** Servers encode spaces in either way, and a plus as %2B. */
function decoded(name: string, encoding: string | undefined): string {
  return encoding === 'url' ? decodeURIComponent(name.replaceAll('+', ' ')) : name
}

/** Whatever a server answers, a list ends. */
function checkedLast(last: string | undefined, before: string): string {
  if (last === undefined || last <= before) throw new S3Failure('refused', 'lists its objects without coming to an end')
  return last
}
