import type { Executor, PerformRequest, StoredOutput } from '@datalab/core'
import { declareTests, type TestFunctions } from './conformance.js'
import { executorTests } from './executor-tests.js'
import { RunStage } from './run-stage.js'

/** How the suite gets an executor. */
export interface ExecutorSubject<Tested extends Executor> {
  readonly name: string
  /** An executor of its own for each test, not started, that does so many runs at once. */
  create(concurrency: number): Tested | Promise<Tested>
  destroy?(executor: Tested): void | Promise<void>
  /** A run that ends, and its output, for an executor that has operations called elsewhere. */
  readonly working?: WorkingRun
  /** A run that neither ends nor watches its signal, for an executor that supports preemption. */
  readonly spinning?: PerformRequest
  /** A run that ends its process, for one that supports isolation. */
  readonly crashing?: PerformRequest
}

/** A run that ends well. */
export interface WorkingRun {
  readonly request: PerformRequest
  /** What it gives, each time. */
  readonly output: StoredOutput
}

/** An executor in a test, and the runs that it has begun. */
export interface ExecutorUnderTest {
  readonly executor: Executor
  readonly stage: RunStage
  readonly working?: WorkingRun | undefined
  readonly spinning?: PerformRequest | undefined
  readonly crashing?: PerformRequest | undefined
}

/**
 * Tests an executor against the contract of `Executor`, sentence by sentence. What it declares in `supports` is tested, too.
 *
 * @example testExecutor({ describe, it }, { name: 'InlineExecutor', create: (concurrency) => new InlineExecutor({ concurrency }) })
 */
export function testExecutor<Tested extends Executor>(runner: TestFunctions, subject: ExecutorSubject<Tested>): void {
  runner.describe(`${subject.name} as an executor`, () => {
    for (const concurrency of [1, 2]) {
      const tests = executorTests.filter((test) => test.concurrency === concurrency)
      declareTests(runner, tests, (test) => use(subject, concurrency, test))
    }
  })
}

async function use<Tested extends Executor>(
  subject: ExecutorSubject<Tested>,
  concurrency: number,
  test: (subject: ExecutorUnderTest) => Promise<void>,
): Promise<void> {
  const executor = await subject.create(concurrency)
  const stage = new RunStage()
  executor.start(stage.runner, stage.host)
  const { working, spinning, crashing } = subject
  try {
    await test({ executor, stage, working, spinning, crashing })
  } finally {
    stage.endAll()
    await executor.close()
    await subject.destroy?.(executor)
  }
}
