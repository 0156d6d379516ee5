import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'

/** Whether a text may stand for several files, as in a shell. */
export function isPattern(text: string): boolean {
  return /[*?[]/.test(text)
}

/**
 * The files that a pattern stands for, sorted by their paths: `*` is any text without `/`, `?` any character, `[ab]` and `[!ab]` one of these and
 * none of these, `**` any folders. What begins with a dot is only found by what begins with one.
 *
 * @param folder that the pattern begins at, where it is relative
 */
export async function filesFitting(pattern: string, folder: string): Promise<string[]> {
  const isAbsolute = pattern.startsWith('/')
  const parts = pattern.split('/').filter((part) => part !== '')
  const found = await below(isAbsolute ? '/' : resolve(folder), parts)
  return [...new Set(found)].sort()
}

async function below(folder: string, parts: readonly string[]): Promise<string[]> {
  const [part, ...rest] = parts
  if (part === undefined) return []
  if (part === '**') return anywhereBelow(folder, rest)
  const names = isPattern(part) ? await namesFitting(part, folder) : [part]
  const paths = names.map((name) => join(folder, name))
  const lists = rest.length > 0 ? paths.map((path) => below(path, rest)) : paths.map(asFile)
  return (await Promise.all(lists)).flat()
}

/** In a folder and those below it; where a link leads is not looked at, since it may lead back. */
async function anywhereBelow(folder: string, parts: readonly string[]): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
  const inner = folders.map(({ name }) => anywhereBelow(join(folder, name), parts))
  return (await Promise.all([below(folder, parts), ...inner])).flat()
}

async function namesFitting(part: string, folder: string): Promise<string[]> {
  const pattern = patternOf(part)
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => pattern.test(name) && name.startsWith('.') === part.startsWith('.'))
}

async function asFile(path: string): Promise<string[]> {
  const stats = await stat(path).catch(() => undefined)
  return stats === undefined || stats.isDirectory() ? [] : [path]
}

function patternOf(part: string): RegExp {
  const source = part.replaceAll(/\*+|\?|\[(!?)([^\]]+)\]|[^*?[]+|\[/g, (text, not: string, letters?: string) => {
    if (text.startsWith('*')) return '.*'
    if (text === '?') return '.'
    if (letters !== undefined) return `[${not === '!' ? '^' : ''}${letters.replaceAll(/[\\\]^[]/g, '\\$&')}]`
    return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${source}$`, 'su')
}
