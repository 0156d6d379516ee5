// The `datalab` command of this checkout: builds what is stale, then runs it where the caller stands.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))

try {
  const packages = [
    'core',
    'executor-bullmq',
    'fits',
    'local',
    'storage-s3',
    'op-color-image',
    'op-increase-brightness',
    'op-median',
    'op-normalize',
    'op-pixel-math',
    'op-subtract',
    'op-stack',
    'pixels',
    'cli',
  ]
  execFileSync(process.execPath, [path('build.mjs'), ...packages], { stdio: ['ignore', 2, 2] })
} catch {
  console.error('datalab: the build failed; see above.')
  process.exit(1)
}

// pnpm starts scripts in the checkout's folder and says in INIT_CWD where the caller stood.
const cwd = process.env.INIT_CWD
if (cwd !== undefined) process.chdir(cwd)
// In this process, so that signals and the terminal reach the command itself.
const { main } = await import(new URL('../packages/cli/dist/main.js', import.meta.url).href)
process.exitCode = await main(process.argv.slice(2))
