// Everything that must hold, in the order in which it is cheapest to learn that it does not. CI runs exactly this.
// `node scripts/test.mjs [step ...]` runs the named steps only.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const STEPS = {
  lint: ['pnpm', 'exec', 'biome', 'check', '--error-on-warnings'],
  imports: ['node', 'scripts/check-imports.mjs'],
  types: ['pnpm', 'exec', 'tsc', '-p', 'tsconfig.json'],
  unused: ['pnpm', 'exec', 'knip'],
  build: ['node', 'scripts/build.mjs', '--types'],
  unit: ['pnpm', 'exec', 'vitest', 'run'],
  packed: ['node', 'scripts/check-packed.mjs'],
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in STEPS))
if (unknown.length > 0) {
  console.error(`no step ${unknown.join(', ')}; there is ${Object.keys(STEPS).join(', ')}`)
  process.exit(2)
}

for (const [name, [command, ...parameters]] of Object.entries(STEPS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const start = performance.now()
  console.log(`\n== ${name}`)
  const { status, error } = spawnSync(command, parameters, { cwd: root, stdio: 'inherit' })
  if (error !== undefined) console.error(error.message)
  if (status !== 0) {
    console.error(`\n== ${name} failed`)
    process.exit(1)
  }
  console.log(`== ${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`)
}
