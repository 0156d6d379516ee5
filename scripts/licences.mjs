import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The licences of the packages that a bundle is partly made of: who hands it on hands those on, too.
 *
 * @param {readonly string[]} inputs paths of the files that the bundle was made of
 * @returns {string} of those that came from `node_modules`
 */
export function licencesOf(inputs) {
  const folders = new Set(inputs.filter((path) => path.includes('/node_modules/')).map(packageOf))
  return [...folders]
    .map(noticeOf)
    .sort()
    .join(`\n${'-'.repeat(80)}\n\n`)
}

/** The folder of the package that a file belongs to: the nearest whose `package.json` has a name. */
function packageOf(path) {
  let folder = dirname(path)
  while (manifestOf(folder)?.name === undefined) folder = dirname(folder)
  return folder
}

function manifestOf(folder) {
  const path = join(folder, 'package.json')
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
}

function noticeOf(folder) {
  const { name, version, license } = manifestOf(folder)
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file))
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim())
  return `${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`
}
