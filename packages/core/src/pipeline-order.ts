import type { InputIssue } from './input-issue.js'
import { jsonPointer } from './json.js'
import type { AnyOperationInfo } from './operation-info.js'
import type { ParsedStep } from './parse-pipeline.js'
import { type NamedStep, stepsNamedIn } from './step-inputs.js'

/** A step that a host can run. */
export interface KnownStep extends ParsedStep {
  readonly info: AnyOperationInfo
  /** Its place in the pipeline as it was given. */
  readonly index: number
  /** The steps whose outputs it takes, each once. */
  readonly needs: readonly string[]
}

/** A step with its operation. */
export function knownStep(step: ParsedStep, index: number, info: AnyOperationInfo): KnownStep {
  const needs = stepsNamedIn(info, step.inputs).map((named) => named.step)
  return { ...step, index, info, needs: [...new Set(needs)] }
}

/** What is wrong with the steps that a step names. */
export function namingIssues(step: KnownStep, ids: readonly string[]): InputIssue[] {
  const issue = ({ pointer, step: name }: NamedStep, message: string): InputIssue => ({
    pointer: jsonPointer('steps', step.index, 'inputs') + pointer,
    message: `Step '${step.id}' takes the outputs of '${name.slice(0, 100)}', ${message}`,
  })
  return stepsNamedIn(step.info, step.inputs).flatMap((named) => {
    if (named.step === step.id) return [issue(named, 'which is itself; take those of another step.')]
    if (ids.includes(named.step)) return []
    return [issue(named, `which is no step; there is ${ids.slice(0, 20).join(', ')}.`)]
  })
}

/** The steps so that each comes after those it needs, else as they were; with the first circle among them, if there is one. */
export function inOrder(steps: readonly KnownStep[]): { order: KnownStep[]; circle?: string[] } {
  const byId = new Map(steps.map((step) => [step.id, step]))
  const order = new Set<KnownStep>()
  const visit = (step: KnownStep, path: readonly string[]): string[] | undefined => {
    if (order.has(step)) return undefined
    if (path.includes(step.id)) return [...path.slice(path.indexOf(step.id)), step.id]
    for (const id of step.needs) {
      const needed = byId.get(id)
      const circle = needed && visit(needed, [...path, step.id])
      if (circle !== undefined) return circle
    }
    order.add(step)
    return undefined
  }
  for (const step of steps) {
    const circle = visit(step, [])
    if (circle !== undefined) return { order: [...order], circle }
  }
  return { order: [...order] }
}
