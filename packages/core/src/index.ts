// For operation authors

// For the authors of services, sources, storages, stores and executors
export type { ByteSource } from './byte-source.js'
export { bytesSource, fileIdentity, fileSource, readAll } from './bytes.js'
export type { PayloadLimits } from './clone-json.js'
// For hosts
export { createDataLab, type DataLab, type DataLabOptions, type Plan, type SubmitOptions } from './datalab.js'
export * from './errors.js'
export type { Executor, ExecutorSupports, Runner, RunTicket } from './executor.js'
export type { FileReference, FileSource, SourceContext } from './file-source.js'
export { FileStorage, type FileStorageOptions } from './file-storage.js'
export type * from './formats.js'
export { formatSchemas } from './formats.schema.js'
export { InlineExecutor, type InlineExecutorOptions } from './inline-executor.js'
export type { InputIssue } from './input-issue.js'
export type { InputSchema, JsonSchema, ObjectSchema } from './input-schema.js'
export { Inputs } from './inputs.js'
export type { Job } from './job.js'
export type { DeepReadonly, JsonObject, JsonValue } from './json.js'
export { LocalSource, type LocalSourceOptions } from './local-source.js'
export type { Logger, LogMethod } from './logger.js'
export { silentLogger } from './logger.js'
export { MemoryRecordStore, type MemoryRecordStoreOptions } from './memory-record-store.js'
export { MemoryStorage, type MemoryStorageOptions } from './memory-storage.js'
export { checkedObjectKey, isObjectKey } from './object-key.js'
export {
  contentTypeOf,
  type ListOptions,
  type ObjectBody,
  type ObjectInfo,
  type ObjectPage,
  type ObjectStorage,
  type PutOptions,
  type Reach,
} from './object-storage.js'
export {
  type AnyOperationClass,
  BaseDataOperation,
  type OperationClass,
  type OperationContext,
  type OperationList,
} from './operation.js'
export type { AnyOperationInfo, OperationInfo, OperationLimits } from './operation-info.js'
export { defaultRegistry, kebabCase, OperationRegistry, register } from './operation-registry.js'
export type { OperationResult, Output, OutputFile, OutputFileView, OutputType, StoredOutput } from './output.js'
export { Outputs, type WrittenObject } from './outputs.js'
export { Progress } from './progress.js'
export { PROVENANCE_BEGIN, PROVENANCE_END, type Provenance, provenanceLines } from './provenance.js'
export {
  type AttemptSummary,
  isEnded,
  type JobRecord,
  type JobState,
  type JobStatus,
  type RecordError,
  type StoredRecord,
} from './record.js'
export type {
  Lease,
  Principal,
  RecordChange,
  RecordDraft,
  RecordPage,
  RecordStore,
  Submission,
  SubmitAnswer,
} from './record-store.js'
export { isRelativeName } from './relative-name.js'
export type { RunContext } from './run-context.js'
export {
  type ProvideOptions,
  provide,
  provideEach,
  type ServiceKey,
  type ServiceProvider,
  serviceKey,
} from './service.js'
export { type WizardDescription, type WizardInput, wizardDescription, wizardType } from './wizard.js'
