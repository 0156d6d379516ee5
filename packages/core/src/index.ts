// For operation authors

export * from './errors.js'
export type * from './formats.js'
export type { InputSchema, JsonSchema, ObjectSchema } from './input-schema.js'
export { Inputs } from './inputs.js'
export type { DeepReadonly, JsonObject, JsonValue } from './json.js'
export { lintWizard, type WizardFinding } from './lint-wizard.js'
export type { Logger, LogMethod } from './logger.js'
export {
  type AnyOperationClass,
  BaseDataOperation,
  type OperationClass,
  type OperationContext,
  type OperationList,
} from './operation.js'
export type { AnyOperationInfo, OperationInfo, OperationLimits } from './operation-info.js'
export { register } from './operation-registry.js'
export type { OperationResult, OutputFile, OutputInput, OutputType, StoredOutput } from './output.js'
export { Outputs, type WrittenObject } from './outputs.js'
export { type MapOptions, Progress } from './progress.js'
export type { RunContext } from './run-context.js'
export { type WizardDescription, type WizardInput, wizardDescription, wizardType } from './wizard.js'

// For hosts

export type { AccessSubject, Action, Authorize } from './access.js'
export type { PayloadLimits } from './clone-json.js'
export { createDataLab, type DataLab, type SubmitOptions } from './datalab.js'
export { type DataLabSetup, defineDataLab, openDataLab } from './define-datalab.js'
export { explainKey } from './explain-key.js'
export type { RetryPolicy } from './failure.js'
export { FileStorage, type FileStorageOptions } from './file-storage.js'
export { formatSchemas } from './formats.schema.js'
export type { GarbageOptions, GarbageReport } from './garbage-collection.js'
export type { DataLabOptions } from './host-options.js'
export { InlineExecutor, type InlineExecutorOptions } from './inline-executor.js'
export type { InputIssue } from './input-issue.js'
export type { CancelOptions, Job } from './job.js'
export { LocalSource, type LocalSourceOptions } from './local-source.js'
export { silentLogger } from './logger.js'
export type { Memory, MemoryLoan } from './memory-budget.js'
export { MemoryRecordStore, type MemoryRecordStoreOptions } from './memory-record-store.js'
export { MemoryStorage, type MemoryStorageOptions } from './memory-storage.js'
export { defaultRegistry, kebabCase, OperationRegistry } from './operation-registry.js'
export type { Output, OutputFileView } from './output.js'
export { type ParsedPipeline, type ParsedStep, parsePipeline } from './parse-pipeline.js'
export type { EachFile, FromStep, Pipeline, PipelineStep } from './pipeline.js'
export {
  type PipelineError,
  type PipelineRecord,
  type StepRecord,
  type StepStatus,
  stepOutput,
} from './pipeline-record.js'
export { type PipelineRun, submitPipeline } from './pipeline-run.js'
export type { Plan } from './plan.js'
export { type PipelinePlan, planPipeline, type StepPlan } from './plan-pipeline.js'
export { datalabPythonKey } from './python-key.js'
export { readPieces } from './read-pieces.js'
export {
  type AttemptSummary,
  isEnded,
  type JobRecord,
  type JobState,
  type JobStatus,
  type RecordError,
  type StoredRecord,
} from './record.js'

// For the authors of services, sources, storages, stores and executors

export type { ByteSource } from './byte-source.js'
export { bytesSource, fileIdentity, fileSource, readAll } from './bytes.js'
export { loadSetup } from './define-datalab.js'
export { eachAtOnce } from './each-at-once.js'
export type { Executor, ExecutorHost, ExecutorSupports, RunAnswer, Runner, RunTicket } from './executor.js'
export type {
  FileReference,
  FileSource,
  SourceCache,
  SourceContext,
  SourceFile,
  SourceReservation,
} from './file-source.js'
export { withinTime } from './grace.js'
export { runParts } from './host-options.js'
export { isLeftBehind, ownedName } from './left-behind.js'
export { BodyFailure, bodyPieces } from './object-body.js'
export { checkedObjectKey, isObjectKey } from './object-key.js'
export {
  contentTypeOf,
  type ListOptions,
  type ObjectBody,
  type ObjectInfo,
  type ObjectPage,
  type ObjectStorage,
  type PutOptions,
  pageOf,
  preconditionFailed,
  type Reach,
  type StorageSupports,
} from './object-storage.js'
export { createPerform, type RunParts } from './operation-run.js'
export type { Perform, PerformRequest, RunReporter } from './perform.js'
export { isProcessAlive, processIdentity } from './process-identity.js'
export {
  inputsOf,
  isProvenance,
  PROVENANCE_BEGIN,
  PROVENANCE_END,
  type Provenance,
  parseProvenance,
  provenanceLines,
} from './provenance.js'
export { claimed, type RecordEntry, released, renewed, submitted, updated, withdrawn } from './record-entry.js'
export type {
  ClaimAnswer,
  ClaimOptions,
  Lease,
  Principal,
  RecordChange,
  RecordDraft,
  RecordPage,
  RecordStore,
  ReleaseOptions,
  Submission,
  SubmitAnswer,
  SubmitTerms,
} from './record-store.js'
export { isRelativeName } from './relative-name.js'
export { ResultSource } from './result-source.js'
export {
  type LostObjects,
  type ProvideOptions,
  provide,
  provideEach,
  type ServiceKey,
  type ServiceProvider,
  serviceKey,
} from './service.js'
