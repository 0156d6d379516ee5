import type { ObjectStorage } from './object-storage.js'

/** Gives the URL of an object. */
export type UrlOf = (key: string) => Promise<string>

/** URLs of a storage, minted whenever one is asked for. */
export function mintedUrls(storage: ObjectStorage): UrlOf {
  return (key) => storage.url(key)
}

/** For so long a watcher is given the URL again that it was given before: short beside the life of any. */
const KEPT_MS = 5000

/**
 * URLs for one who reads of the same objects again and again, such as a watcher of a run with many partial outputs: each is minted anew
 * every few seconds, not at every change.
 */
export function keptUrls(urlOf: UrlOf): UrlOf {
  const kept = new Map<string, { readonly url: Promise<string>; readonly until: number }>()
  return (key) => {
    const now = performance.now()
    const before = kept.get(key)
    if (before !== undefined && before.until > now) return before.url
    const url = urlOf(key)
    kept.set(key, { url, until: now + KEPT_MS })
    url.catch(() => kept.delete(key))
    return url
  }
}
