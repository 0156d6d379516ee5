import { canBefall, type FaultCall, type FaultKind, FaultPlan, type FaultPlanOptions } from './fault-plan.js'

/** How a run ended on which a fault was injected. */
export type FaultOutcome<Result> = {
  readonly kind: FaultKind
  readonly call: FaultCall
  readonly plan: FaultPlan
} & ({ readonly ok: true; readonly result: Result } | { readonly ok: false; readonly error: unknown })

/** Which faults are injected. */
export interface EveryFaultOptions extends FaultPlanOptions {
  /** All by default. */
  readonly kinds?: readonly FaultKind[]
  /** A run that takes longer hangs; 10,000 milliseconds by default. */
  readonly timeoutMs?: number
}

/** What was injected. */
export interface FaultReport {
  /** Calls of the clean run. */
  readonly calls: number
  /** Faults that befell a call. */
  readonly injected: number
  readonly byKind: Readonly<Partial<Record<FaultKind, number>>>
}

const KINDS: readonly FaultKind[] = ['fail', 'lose', 'delay', 'cut', 'abort']

/**
 * Runs once without a fault, and then once for each call and each kind of fault that can befall it.
 *
 * @param run makes all it needs anew, with `faults(target, plan)` in the place of each target, and watches `plan.signal`
 * @param check throws unless the outcome is one that may be
 * @throws Error naming the call and the fault, with the reason as its `cause`, when a check throws or a run hangs; what the clean run throws.
 * @example
 * const report = await forEveryFault(
 *   (plan) => runOperation(Median, inputs, [images()], { storage: faults(new MemoryStorage(), plan), signal: plan.signal }),
 *   (outcome) => assert.ok(outcome.ok || isDataLabError(outcome.error)),
 * )
 * console.log(report.injected)
 */
export async function forEveryFault<Result>(
  run: (plan: FaultPlan) => Promise<Result>,
  check: (outcome: FaultOutcome<Result>) => void | Promise<void>,
  options: EveryFaultOptions = {},
): Promise<FaultReport> {
  const clean = new FaultPlan(undefined, options)
  await run(clean)
  const byKind: Partial<Record<FaultKind, number>> = {}
  let injected = 0
  for (const kind of options.kinds ?? KINDS) {
    for (const call of clean.calls.filter((one) => canBefall(kind, one))) {
      const plan = new FaultPlan({ at: call.index, kind }, options)
      const isInjected = await tryOne(plan, kind, call, run, check, options.timeoutMs ?? 10_000)
      if (!isInjected) continue
      byKind[kind] = (byKind[kind] ?? 0) + 1
      injected++
    }
  }
  return { calls: clean.calls.length, injected, byKind }
}

/** Whether the fault befell a call: the calls of two runs need not be the same. */
async function tryOne<Result>(
  plan: FaultPlan,
  kind: FaultKind,
  planned: FaultCall,
  run: (plan: FaultPlan) => Promise<Result>,
  check: (outcome: FaultOutcome<Result>) => void | Promise<void>,
  timeoutMs: number,
): Promise<boolean> {
  try {
    const ended = await settled(run(plan), timeoutMs)
    const call = plan.befallen
    if (call !== undefined) await check({ ...ended, kind, call, plan })
    return call !== undefined
  } catch (cause) {
    const { index, service, method } = plan.befallen ?? planned
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`With a fault of the kind '${kind}' at call ${index}, ${service}.${method}: ${reason}`, { cause })
  }
}

type Settled<Result> = { readonly ok: true; readonly result: Result } | { readonly ok: false; readonly error: unknown }

async function settled<Result>(running: Promise<Result>, timeoutMs: number): Promise<Settled<Result>> {
  let timer: NodeJS.Timeout | undefined
  const hanging = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it hangs: nothing came of it in ${timeoutMs} ms`)), timeoutMs)
  })
  const ended = running.then(
    (result) => ({ ok: true, result }) as const,
    (error: unknown) => ({ ok: false, error }) as const,
  )
  return Promise.race([ended, hanging]).finally(() => clearTimeout(timer))
}
