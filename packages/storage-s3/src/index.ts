export { S3Storage } from './s3-storage.js'
export type { S3StorageOptions } from './s3-storage-options.js'
export { s3Storage } from './s3-url.js'
