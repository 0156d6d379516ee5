export * from './byte-source.js'
export * from './errors.js'
