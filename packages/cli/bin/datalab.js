#!/usr/bin/env node
// CommonJS, as is what most runs load: Node's start with modules takes longer.
const { enableCompileCache } = require('node:module')
const { loadRun } = require('./load-run.js')

// Where Node can, it keeps what it compiled for the next start.
enableCompileCache?.()

const [command, ...words] = process.argv.slice(2)
// Fleets, buckets and operations of others take packages that have to share those they are made of with the command.
const isHere = !process.env.DATALAB_REDIS && !words.some((word) => /^--(operations|redis|storage)/.test(word))

async function main() {
  if (command === 'run' && isHere) return loadRun().runHere(words)
  const { main } = await import('../dist/main.js')
  return main(process.argv.slice(2))
}

main().then((code) => {
  process.exitCode = code
})
