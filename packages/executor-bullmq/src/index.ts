export type { RedisAddress } from './redis-address.js'
export { RedisRecordStore, type RedisRecordStoreOptions } from './redis-record-store.js'
