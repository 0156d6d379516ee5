import { setTimeout as sleep } from 'node:timers/promises'
import type { ByteSource, ObjectBody } from '@datalab/core'
import type { FaultCall, FaultPlan } from './fault-plan.js'

/** The methods of the contracts that are calls: each can be lost, late, or cut. */
const CALLS = new Set([
  ...['put', 'open', 'head', 'delete', 'list', 'url'],
  ...['get', 'submit', 'adopt', 'withdraw', 'submissions', 'claim', 'release', 'renew', 'update', 'forget', 'expire'],
  ...['identify', 'size', 'read', 'close'],
])

type Method = (...parameters: unknown[]) => Promise<unknown>

/**
 * The same storage, record store or source, on which the plan's fault befalls one call. Every call is counted, those of the byte sources it
 * opens included; several targets of one plan are counted together.
 *
 * @example
 * const plan = new FaultPlan({ at: 3, kind: 'fail' })
 * const storage = faults(new MemoryStorage(), plan)
 */
export function faults<Target extends object>(target: Target, plan: FaultPlan): Target {
  return faulty(target, plan, serviceOf(target))
}

function faulty<Target extends object>(target: Target, plan: FaultPlan, service: FaultCall['service']): Target {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return name === 'path' ? undefined : member
      const method: Method = member.bind(target)
      if (typeof name !== 'string' || !CALLS.has(name)) return method
      return async (...parameters: unknown[]) => {
        const answer = await befallen(plan, service, name, method, parameters)
        return isByteSource(answer) ? faulty(answer, plan, service) : answer
      }
    },
  })
}

async function befallen(
  plan: FaultPlan,
  service: FaultCall['service'],
  name: string,
  method: Method,
  parameters: unknown[],
): Promise<unknown> {
  const call = plan.count(service, name)
  switch (plan.befalls(call)) {
    case undefined:
      return method(...parameters)
    case 'fail':
      throw plan.error(call)
    case 'lose':
      return lost(await method(...parameters), plan.error(call))
    case 'delay':
      await sleep(plan.delayMs)
      return method(...parameters)
    case 'abort':
      plan.abort()
      return method(...parameters)
    case 'cut':
      return name === 'read' ? shortRead(method, parameters) : cutPut(method, parameters, plan.error(call))
  }
}

/** Done, and nobody is told. */
async function lost(answer: unknown, error: unknown): Promise<never> {
  if (isByteSource(answer)) await answer.close()
  throw error
}

/** Half of what was asked for, as of a file that ends there. */
function shortRead(method: Method, parameters: unknown[]): Promise<unknown> {
  const [offset, into] = parameters as [number, Uint8Array]
  return method(offset, into.subarray(0, into.length >> 1))
}

/** The connection breaks while the body is on its way. */
function cutPut(method: Method, parameters: unknown[], error: unknown): Promise<unknown> {
  const [key, body, ...rest] = parameters as [string, ObjectBody, ...unknown[]]
  return method(key, halfOf(body, error), ...rest)
}

async function* halfOf(body: ObjectBody, error: unknown): AsyncGenerator<Uint8Array> {
  for await (const piece of body instanceof Uint8Array ? [body] : body) {
    yield piece.subarray(0, piece.length >> 1)
    break
  }
  throw error
}

function serviceOf(target: object): FaultCall['service'] {
  if ('claim' in target) return 'records'
  return 'identify' in target ? 'source' : 'storage'
}

function isByteSource(value: unknown): value is ByteSource {
  return typeof value === 'object' && value !== null && 'read' in value && 'close' in value
}
