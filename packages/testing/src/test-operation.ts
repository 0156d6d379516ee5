import type { AnyOperationClass, FileSource, OperationClass, ServiceProvider } from '@datalab/core'
import { declareTests, type TestFunctions } from './conformance.js'
import { LoneRun } from './lone-run.js'
import { describingTests, inputTests } from './operation-input-tests.js'
import { runTests } from './operation-run-tests.js'
import type { OperationTap } from './operation-tap.js'
import { givenFirst, sourcesIn } from './reference-sources.js'
import type { FinishedRun, RunOperationOptions } from './run-operation.js'

/** How the suite runs an operation, and on what. */
export interface OperationSubject<Inputs extends object> {
  readonly operation: OperationClass<Inputs>
  /** What the operation requires. */
  readonly services?: readonly ServiceProvider[]
  /** Where input files come from, instead of sources of these names whose `file()` made them, and beside the others. */
  readonly sources?: readonly FileSource[]
  /** Inputs with which it completes: one set at least, and the more kinds of them, the more is proved. */
  readonly valid: readonly [Inputs, ...Inputs[]]
  /** Inputs that it refuses. */
  readonly invalid?: readonly unknown[]
}

/** An operation in a test. */
export interface OperationUnderTest {
  readonly operation: AnyOperationClass
  readonly sources: readonly FileSource[]
  readonly valid: readonly object[]
  readonly invalid: readonly unknown[]
  /** Runs it alone. */
  run(inputs: unknown, options?: RunOperationOptions, tap?: OperationTap): Promise<FinishedRun>
  /** The key of its job. */
  keyOf(inputs: unknown, options?: RunOperationOptions): Promise<string>
}

/**
 * Tests an operation against what every host expects of one. It runs alone, in memory.
 *
 * @example
 * const images = memoryImages({ a: [[1, 2]], b: [[3, 4]] })
 * testOperation(
 *   { describe, it },
 *   {
 *     operation: Median,
 *     services: [provide(Images, images)],
 *     valid: [{ input_files: [images.file('a'), images.file('b')] }],
 *     invalid: [{}, { input_files: [images.file('a')] }],
 *   },
 * )
 */
export function testOperation<Inputs extends object>(runner: TestFunctions, subject: OperationSubject<Inputs>): void {
  const groups = { description: describingTests, inputs: inputTests, run: runTests }
  const { operation } = subject
  runner.describe(`${operation.info?.name ?? operation.name} as an operation`, () => {
    for (const [group, tests] of Object.entries(groups))
      runner.describe(group, () => declareTests(runner, tests, (test) => test(underTest(subject))))
  })
}

function underTest<Inputs extends object>(subject: OperationSubject<Inputs>): OperationUnderTest {
  const { operation, services = [], valid, invalid = [] } = subject
  const sources = givenFirst(subject.sources ?? [], sourcesIn([valid, invalid]))
  const lone = (options: RunOperationOptions = {}, tap: OperationTap = {}) =>
    new LoneRun({ operation, services, sources, options, tap })
  return {
    operation,
    sources,
    valid,
    invalid,
    run: (inputs, options, tap) => lone(options, tap).run(inputs),
    keyOf: async (inputs, options) => (await lone(options).plan(inputs)).key,
  }
}
