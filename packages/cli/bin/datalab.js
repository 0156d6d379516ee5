#!/usr/bin/env node
// CommonJS, as is what most runs load: Node's start with modules takes longer.
const { enableCompileCache } = require('node:module')
const { loadRun } = require('./load-run.js')

// Where Node can, it keeps what it compiled for the next start.
enableCompileCache?.()

const [command, ...words] = process.argv.slice(2)
// Fleets, buckets and operations of others take packages that have to share those they are made of with the command.
const isHere = !process.env.DATALAB_REDIS && !words.some((word) => /^--(packages|redis|storage)/.test(word))

/** Words of a run of very many files. */
const MANY_WORDS = 200

function runHere(run) {
  if (words.length > MANY_WORDS) keepYoungHeapSmall()
  return run.runHere(words)
}

/**
 * The more files a run has, the more garbage it makes, and for what happens to be needed whenever V8 looks for garbage it takes room of up to
 * 32 MB: memory that would grow with the number of files. Compiled code is taken only with the settings that it was made with, so that this comes
 * after most was loaded, and not where little is done.
 */
function keepYoungHeapSmall() {
  require('node:v8').setFlagsFromString('--semi-space-growth-factor=1')
}

async function main() {
  if (command === 'run' && isHere) return runHere(loadRun())
  const { main } = await import('../dist/main.js')
  return main(process.argv.slice(2))
}

main().then((code) => {
  process.exitCode = code
})
