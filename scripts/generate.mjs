// Regenerates what is generated and committed: the schema of every package that has inputs or formats.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main } from '../packages/schema/dist/main.js'

const packages = fileURLToPath(new URL('../packages', import.meta.url))
const folders = readdirSync(packages)
  .map((name) => join(packages, name))
  .filter((folder) => ['inputs.ts', 'formats.ts'].some((name) => existsSync(join(folder, 'src', name))))

process.exitCode = await main([...process.argv.slice(2), ...folders])
