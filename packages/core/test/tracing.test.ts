import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Attributes,
  type Context,
  type ContextManager,
  context,
  createContextKey,
  propagation,
  ROOT_CONTEXT,
  type Span,
  trace,
} from '@opentelemetry/api'
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest'
import { BaseDataOperation, createDataLab, type InputSchema, type OperationInfo, Outputs } from '../src/index.js'
import { traceContext, tracedUnder } from '../src/tracing.js'

interface NothingInputs {
  fails?: boolean
}

const inputSchema: InputSchema<NothingInputs> = {
  type: 'object',
  properties: { fails: { type: 'boolean' } },
  additionalProperties: false,
}

class Nothing extends BaseDataOperation<NothingInputs> {
  static readonly info: OperationInfo<NothingInputs> = {
    id: 'op-nothing',
    name: 'Nothing',
    description: '',
    category: 'image',
    revision: 1,
    inputs: inputSchema,
  }

  override async operate() {
    if (this.inputData.fails) throw new Error('the secret of the inputs')
    const object = await this.use(Outputs).put('.fits', new Uint8Array(1))
    return [this.use(Outputs).file({ type: 'fits', objects: [object] })]
  }
}

let spans: { name: string; attributes: Attributes | undefined; status?: unknown; isEnded: boolean }[]

beforeEach(() => {
  spans = []
  const startSpan = (name: string, options?: { attributes?: Attributes }) => {
    const seen: (typeof spans)[number] = { name, attributes: options?.attributes, isEnded: false }
    spans.push(seen)
    const span = {
      end: () => {
        seen.isEnded = true
      },
      setStatus: (status: unknown) => {
        seen.status = status
      },
    }
    return span as unknown as Span
  }
  const startActiveSpan = (name: string, options: { attributes?: Attributes }, work: (span: Span) => unknown) =>
    work(startSpan(name, options))
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan, startActiveSpan }) as never })
})

afterEach(() => trace.disable())

it('a job has spans for submit, queue, run and write, with its key, and all of them end', async () => {
  await using lab = createDataLab({ operations: [Nothing] })
  const job = await lab.submit(Nothing, {})
  await job.result()
  await lab.close()
  expect(spans.map(({ name }) => name).sort()).toEqual([
    'datalab.queue',
    'datalab.run',
    'datalab.submit',
    'datalab.write',
  ])
  expect(spans.find(({ name }) => name === 'datalab.run')?.attributes).toEqual({
    'datalab.key': job.key,
    'datalab.operation': 'op-nothing',
    'datalab.attempt': 1,
  })
  expect(spans.every(({ isEnded }) => isEnded)).toBe(true)
})

it('a refused submit is a span with the code of its error, and nothing of what was sent', async () => {
  await using lab = createDataLab({ operations: [Nothing] })
  await expect(lab.submit('nothing', { other: 'the secret of the inputs' })).rejects.toThrow()
  expect(spans).toMatchObject([{ name: 'datalab.submit', status: { message: 'DATALAB_INPUT_INVALID' }, isEnded: true }])
  expect(JSON.stringify(spans)).not.toContain('secret')
})

/** As that of an SDK. */
class StoredContext implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>()
  active() {
    return this.#storage.getStore() ?? ROOT_CONTEXT
  }
  with: ContextManager['with'] = (active, work, self, ...parameters) =>
    this.#storage.run(active, () => work.call(self as never, ...parameters))
  bind<Target>(_: Context, target: Target) {
    return target
  }
  enable() {
    return this
  }
  disable() {
    return this
  }
}

const PARENT = createContextKey('parent')

it('work in another process is under the span of its host', async () => {
  context.setGlobalContextManager(new StoredContext())
  propagation.setGlobalPropagator({
    inject: (active, carrier, setter) => setter.set(carrier, 'traceparent', String(active.getValue(PARENT))),
    extract: (active, carrier, getter) => active.setValue(PARENT, getter.get(carrier, 'traceparent')),
    fields: () => ['traceparent'],
  })
  onTestFinished(() => {
    context.disable()
    propagation.disable()
  })
  const sent = await context.with(ROOT_CONTEXT.setValue(PARENT, 'span 7'), traceContext)
  expect(sent).toEqual({ traceparent: 'span 7' })
  expect(context.active().getValue(PARENT)).toBeUndefined()
  const seen = await tracedUnder(JSON.parse(JSON.stringify(sent)), async () => context.active().getValue(PARENT))
  expect(seen).toBe('span 7')
})

it('without an SDK there is no span to be under', async () => {
  trace.disable()
  context.disable()
  propagation.disable()
  Reflect.deleteProperty(globalThis, Symbol.for('opentelemetry.js.api.1'))
  expect(await traceContext()).toBeUndefined()
  expect(await tracedUnder({ traceparent: 'x' }, async () => 'done')).toBe('done')
})
