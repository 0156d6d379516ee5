export { type ExportedType, generateSchemas, type SchemaRequest, type Schemas } from './generate.js'
export type { Schema } from './schema.js'
export { SchemaError } from './schema-error.js'
export { isStale, renderSchemas, type SchemaFile, schemaSources, writeSchemas } from './schema-file.js'
