// One direction of imports: a package depends on those named here, and on nothing else of ours.
// pnpm makes undeclared packages unresolvable, so the dependencies in package.json are the whole graph.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const OPERATION = ['core', 'fits', 'pixels']
const ALLOWED = {
  core: [],
  pixels: [],
  fits: ['core', 'pixels'],
  local: ['core'],
  'source-archive': ['core'],
  'storage-s3': ['core'],
  'executor-bullmq': ['core', 'local'],
  testing: ['core', 'fits'],
  schema: [],
  http: ['core', 'fits', 'pixels'],
  cli: 'all',
}

const scope = '@datalab/'
const packages = fileURLToPath(new URL('../packages', import.meta.url))
const problems = []

for (const folder of readdirSync(packages)) {
  const file = join(packages, folder, 'package.json')
  if (!existsSync(file)) continue
  const { name, dependencies = {}, peerDependencies = {} } = JSON.parse(readFileSync(file, 'utf8'))
  if (name !== scope + folder) problems.push(`packages/${folder} is named ${name}, not ${scope}${folder}`)
  const isOperation = folder.startsWith('op-')
  const allowed = isOperation ? OPERATION : ALLOWED[folder]
  if (allowed === undefined) problems.push(`packages/${folder} has no rule in scripts/check-imports.mjs; add one`)
  const ours = (list) =>
    Object.keys(list)
      .filter((one) => one.startsWith(scope))
      .map((one) => one.slice(scope.length))
  for (const one of [...ours(dependencies), ...ours(peerDependencies)]) {
    if (allowed !== 'all' && !allowed?.includes(one)) problems.push(`packages/${folder} may not depend on ${one}`)
  }
  if (isOperation && ours(dependencies).length > 0)
    problems.push(
      `packages/${folder} has ${ours(dependencies).join(', ')} as dependencies; an operation takes them as peers`,
    )
  problems.push(...strayPaths(folder))
}

if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exit(1)
}

/** Imports that reach into another package by its path, past its exports. */
function strayPaths(folder) {
  const src = join(packages, folder, 'src')
  return readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .flatMap((entry) => {
      const path = join(entry.parentPath, entry.name)
      const depth = path.slice(src.length + 1).split(/[\\/]/).length
      const stray = new RegExp(`from '(\\.\\./){${depth},}`)
      return stray.test(readFileSync(path, 'utf8'))
        ? [`${path.slice(packages.length + 1)} imports a file outside its package's src`]
        : []
    })
}
