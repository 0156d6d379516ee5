import { Buffer } from 'node:buffer'

const compiled = new Map<string, WebAssembly.Module>()

/** The module whose bytes are given as base64: compiled when it is first asked for, once in a thread. */
export function compiledModule(base64: string): WebAssembly.Module {
  let module = compiled.get(base64)
  if (module === undefined) {
    module = new WebAssembly.Module(Buffer.from(base64, 'base64'))
    compiled.set(base64, module)
  }
  return module
}
