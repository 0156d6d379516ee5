export { EXIT } from './command-error.js'
export type { Io, TextStream } from './io.js'
export { main } from './main.js'
export type { Offers } from './operations.js'
