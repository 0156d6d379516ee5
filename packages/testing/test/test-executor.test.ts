import {
  type Executor,
  type ExecutorHost,
  InlineExecutor,
  MemoryRecordStore,
  type PerformRequest,
  type RunAnswer,
  type Runner,
  type RunTicket,
  type StoredOutput,
} from '@datalab/core'
import { expect, test } from 'vitest'
import { type TestFunctions, testExecutor, type WorkingRun } from '../src/index.js'
import { outcomeOf } from './recorded.js'

/** Waits for the run. */
class Waiting extends InlineExecutor {
  override async submit(ticket: RunTicket): Promise<void> {
    await super.submit(ticket)
    await this.drain()
  }
}

/** Changes what is brought to the runner. */
class Wrapped extends InlineExecutor {
  override start(runner: Runner): void {
    super.start((ticket, signal) => this.wrap(() => runner(ticket, signal), runner, ticket))
  }

  protected wrap(run: () => Promise<RunAnswer>, _runner: Runner, _ticket: RunTicket): Promise<RunAnswer> {
    return run()
  }
}

/** Keeps the abortion to itself. */
class Deaf extends Wrapped {
  protected override wrap(_: () => Promise<RunAnswer>, runner: Runner, ticket: RunTicket) {
    return runner(ticket, new AbortController().signal)
  }
}

/** Takes every run as done for good. */
class Forgetful extends Wrapped {
  protected override async wrap(run: () => Promise<RunAnswer>) {
    await run()
    return {}
  }
}

/** Brings it again at once. */
class Impatient extends Wrapped {
  protected override async wrap(run: () => Promise<RunAnswer>) {
    const { againInMs } = await run()
    return againInMs === undefined ? {} : { againInMs: 0 }
  }
}

/** Waits in its turn. */
class Blocking extends Wrapped {
  protected override async wrap(run: () => Promise<RunAnswer>) {
    const answer = await run()
    await new Promise((resolve) => setTimeout(resolve, answer.againInMs ?? 0))
    return answer
  }
}

/** Does all at once. */
class Unlimited extends InlineExecutor {
  constructor() {
    super({ concurrency: 100 })
  }
}

/** Treats all alike. */
class Equal extends InlineExecutor {
  override submit(ticket: RunTicket): Promise<void> {
    return super.submit({ ...ticket, priority: 0 })
  }
}

/** Runs a job while it runs. */
class Parallel extends InlineExecutor {
  #count = 0

  override submit(ticket: RunTicket): Promise<void> {
    return super.submit({ ...ticket, key: `${ticket.key}${this.#count++}` })
  }

  override start(runner: Runner): void {
    super.start((ticket, signal) => runner({ ...ticket, key: ticket.key.slice(0, 1) }, signal))
  }
}

/** Does not wait for what it aborts. */
class Hasty extends InlineExecutor {
  override async abort(): Promise<void> {}
}

/** Aborts, and leaves the rest to itself. */
class Careless extends InlineExecutor {
  override async abort(key: string, reason?: unknown): Promise<void> {
    void super.abort(key, reason)
  }

  override async close(): Promise<void> {
    void super.close()
  }
}

/** Hears nothing of the host's limits. */
class Unlimiting extends InlineExecutor {
  override start(runner: Runner): void {
    super.start(runner)
  }
}

/** Keeps all waiting for what is limited. */
class Stopping extends InlineExecutor {
  constructor() {
    super({ concurrency: 1 })
  }
}

/** Brings the ticket of another operation. */
class Renaming extends InlineExecutor {
  override submit(ticket: RunTicket): Promise<void> {
    return super.submit({ ...ticket, operationId: '@test/op' })
  }
}

/** Has runs called by itself: each gives its inputs. */
class Performing extends InlineExecutor {
  override start(runner: Runner, host?: ExecutorHost): void {
    super.start((ticket, signal) => runner(ticket, signal, async (request) => this.perform(request)), host)
  }

  protected perform({ record }: PerformRequest): StoredOutput {
    return { output_data: [record.inputs] }
  }
}

/** Gives what it likes. */
class Fabricating extends Performing {
  protected override perform(): StoredOutput {
    return { output_data: [{ made: 'up' }] }
  }
}

/** Gives nothing back. */
class Withholding extends Performing {
  protected override perform(): StoredOutput {
    return {}
  }
}

/** Is drained when it is asked. */
class Leaky extends InlineExecutor {
  override async drain(): Promise<void> {}
}

/** Goes on as it is. */
class Unclosable extends InlineExecutor {
  override async close(): Promise<void> {}
}

/** Works for whoever comes. */
class Shared extends InlineExecutor {
  #isStarted = false

  override start(runner: Runner): void {
    if (!this.#isStarted) super.start(runner)
    this.#isStarted = true
  }
}

/** Says that it could, and cannot. */
class Boastful extends InlineExecutor {
  override readonly supports = { isolation: true, preemption: true }
}

type ExecutorClass = new (options: { concurrency: number }) => Executor

const working = await workingRun({ text: 'input' })

/** A run that {@link Performing} can call. */
async function workingRun(inputs: { text: string }): Promise<WorkingRun> {
  const records = new MemoryRecordStore()
  const operation = { id: '@test/op', name: 'Test', revision: 1 }
  const draft = { key: 'k', operation, inputs, provenance: { key: 'k', operation, services: {}, inputs } }
  const submission = { id: '1', principal: { id: 'ann' }, created: '2026-01-01T00:00:00.000Z', inputs }
  const { record } = await records.submit(draft, submission)
  const lease = { key: 'k', attempt: 1, owner: 'me', principal: submission.principal }
  return { request: { record, lease }, output: { output_data: [inputs] } }
}

const declare = (Tested: ExecutorClass) => (runner: TestFunctions) =>
  testExecutor(runner, { name: 'mutant', create: (concurrency) => new Tested({ concurrency }), working })

test.each<[ExecutorClass, string]>([
  [Waiting, 'submit resolves when the run is accepted, not when it is done'],
  [Unlimited, 'does as many runs at once as it may, and the rest after them'],
  [Renaming, 'brings a ticket as it was submitted, and again as it was'],
  [Equal, 'brings a ticket as it was submitted, and again as it was'],
  [Unlimiting, 'does as many runs of an operation at once as its host says, and keeps no other waiting'],
  [Stopping, 'does as many runs of an operation at once as its host says, and keeps no other waiting'],
  [Careless, 'abort resolves when the run has ended, however long that takes'],
  [Hasty, 'abort resolves when the run has ended, however long that takes'],
  [Careless, 'close resolves when all runs have ended, however long that takes'],
  [Fabricating, 'what it has called elsewhere gives its own output'],
  [Withholding, 'what it has called elsewhere gives its own output'],
  [Equal, 'does what has a higher priority first'],
  [Parallel, 'two runs of one job follow each other'],
  [Forgetful, 'brings a ticket again that the runner wants again, not before it is time'],
  [Impatient, 'brings a ticket again that the runner wants again, not before it is time'],
  [Blocking, 'a ticket that waits to be brought again keeps nothing else waiting'],
  [Deaf, 'abort of a run that goes on aborts its signal with the reason, and resolves when it has ended'],
  [Hasty, 'abort of a run that goes on aborts its signal with the reason, and resolves when it has ended'],
  [Hasty, 'abort of a run that waits has the runner end it without waiting for its turn, once'],
  [Leaky, 'drain resolves when nothing is left, of what was submitted meanwhile either'],
  [
    Unclosable,
    'close ends what goes on, and what waits unless it outlives the process, as DATALAB_CLOSED, and accepts no more',
  ],
  [Shared, 'works for one host'],
  [Boastful, 'supports.preemption: abort ends a run that does not watch its signal'],
  [Boastful, 'supports.isolation: a run that ends its process fails, and no other does'],
])(
  '%o fails the test: %s',
  async (Mutant, name) => {
    expect(await outcomeOf(declare(Performing), name)).toBe('passed')
    expect(await outcomeOf(declare(Mutant), name)).toMatch(/^failed/)
  },
  20_000,
)
