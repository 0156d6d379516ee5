const { readFileSync, statSync } = require('node:fs')
const { createRequire, enableCompileCache, wrap } = require('node:module')
const { join } = require('node:path')
const { Script } = require('node:vm')

const RUN = join(__dirname, '../dist/run.cjs')
const COMPILED = `${RUN}.compiled`

/**
 * `dist/run.cjs`. Node 20 keeps nothing of what it compiles: there, what V8 compiled when this was built is taken, by a V8 of the same version
 * and settings.
 */
function loadRun() {
  const cachedData = enableCompileCache === undefined ? compiled() : undefined
  return cachedData === undefined ? require(RUN) : runScript(runAsScript(cachedData))
}

/** The script of `dist/run.cjs`, which is ASCII throughout. */
function runAsScript(cachedData) {
  return new Script(wrap(readFileSync(RUN, 'latin1')), { filename: RUN, cachedData })
}

function runScript(script) {
  const module = { exports: {} }
  script.runInThisContext()(module.exports, createRequire(RUN), module, RUN, join(RUN, '..'))
  return module.exports
}

/** What V8 compiled ahead. What is older than the source was not made of it. */
function compiled() {
  try {
    return statSync(COMPILED).mtimeMs >= statSync(RUN).mtimeMs ? readFileSync(COMPILED) : undefined
  } catch {
    return undefined
  }
}

module.exports = { COMPILED, RUN, compiled, loadRun, runAsScript, runScript }
