import type { Attributes, TimeInput } from '@opentelemetry/api'
import { isDataLabError } from './errors.js'

/** What a span says of itself: keys, ids, names and counts, never what somebody sent. */
export type SpanFacts = Attributes

// Where OpenTelemetry's API keeps what an SDK has registered. Without one its spans go nowhere, and loading it costs a third of Node's start.
const REGISTERED = Symbol.for('opentelemetry.js.api.1')

const isRegistered = () => REGISTERED in globalThis

/**
 * Does a piece of work under a span of OpenTelemetry: `datalab.submit`, `datalab.run`, `datalab.reserve`, `datalab.read`, `datalab.write`. Does
 * just the work where the host has no SDK.
 */
export async function traced<Result>(name: string, facts: SpanFacts, work: () => Promise<Result>): Promise<Result> {
  if (!isRegistered()) return work()
  const { SpanStatusCode, trace } = await import('@opentelemetry/api')
  return trace.getTracer('@datalab/core').startActiveSpan(name, { attributes: facts }, async (span) => {
    try {
      return await work()
    } catch (error) {
      // The code alone: a message may hold what somebody sent.
      const message = isDataLabError(error) ? error.code : 'DATALAB_INTERNAL'
      span.setStatus({ code: SpanStatusCode.ERROR, message })
      throw error
    } finally {
      span.end()
    }
  })
}

/** A span of what is over: the wait of a job for its run, `datalab.queue`. */
export async function tracedSince(name: string, startTime: TimeInput, facts: SpanFacts): Promise<void> {
  if (!isRegistered()) return
  const { trace } = await import('@opentelemetry/api')
  trace.getTracer('@datalab/core').startSpan(name, { startTime, attributes: facts }).end()
}

/** Which span work is under, as W3C trace headers: to be sent to another process. */
export type TraceContext = Readonly<Record<string, string>>

/** The span that this is called under; undefined where the host has no SDK. */
export async function traceContext(): Promise<TraceContext | undefined> {
  if (!isRegistered()) return undefined
  const { context, propagation } = await import('@opentelemetry/api')
  const carrier: Record<string, string> = {}
  propagation.inject(context.active(), carrier)
  return carrier
}

/** Does work under a span of another process. */
export async function tracedUnder<Result>(
  remote: TraceContext | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  if (remote === undefined || !isRegistered()) return work()
  const { context, propagation } = await import('@opentelemetry/api')
  return context.with(propagation.extract(context.active(), remote), work)
}
