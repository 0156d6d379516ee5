import { Buffer } from 'node:buffer'
import { wasm as kernels } from '../kernels.gen.js'
import { wasm as medianFloat32 } from '../median-float32.gen.js'
import { wasm as medianFloat64 } from '../median-float64.gen.js'
import { wasm as medianInt16 } from '../median-int16.gen.js'

/** Asked for when one is compiled: most threads compile some of them, and there may be a file to each. */
const MODULES = {
  kernels: () => kernels,
  medianFloat32: () => medianFloat32,
  medianFloat64: () => medianFloat64,
  medianInt16: () => medianInt16,
} as const

/** One of the modules. */
export type ModuleName = keyof typeof MODULES

const compiled = new Map<ModuleName, WebAssembly.Module>()

/** A module: compiled when it is first asked for, once in a thread. */
export function compiledModule(name: ModuleName): WebAssembly.Module {
  let module = compiled.get(name)
  if (module === undefined) {
    module = new WebAssembly.Module(Buffer.from(MODULES[name](), 'base64'))
    compiled.set(name, module)
  }
  return module
}

/** All modules, to be handed to another thread. */
export function compiledModules(): ReadonlyMap<ModuleName, WebAssembly.Module> {
  for (const name of Object.keys(MODULES)) compiledModule(name as ModuleName)
  return compiled
}

/** Takes modules that another thread has compiled. */
export function useModules(modules: ReadonlyMap<ModuleName, WebAssembly.Module>): void {
  for (const [name, module] of modules) compiled.set(name, module)
}
