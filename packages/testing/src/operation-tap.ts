import {
  type AnyOperationClass,
  type BaseDataOperation,
  type OperationContext,
  type OperationResult,
  Progress,
} from '@datalab/core'

/** What is heard of one run of an operation, at the operation itself: unthrottled, and before the host has a say. */
export interface OperationTap {
  begun?(operation: BaseDataOperation<object>): void
  progress?(fraction: number): void
  message?(text: string): void
  returned?(result: OperationResult): void
  thrown?(error: unknown): void
}

type Construct = (context: OperationContext<object>, target: object) => BaseDataOperation<object>

/** The same operation, of whose runs the tap hears. */
export function tapped(operation: AnyOperationClass, tap: OperationTap): AnyOperationClass {
  // What is no class is for the host to refuse, which says more.
  if (typeof operation !== 'function') return operation
  const construct: Construct = (context, target) =>
    Reflect.construct(operation, [tappedContext(context, tap)], target as never)
  return new Proxy(operation, {
    construct(_, [context], target) {
      try {
        return tappedOperation(construct(context as OperationContext<object>, target), tap)
      } catch (error) {
        tap.thrown?.(error)
        throw error
      }
    },
  })
}

function tappedOperation(operation: BaseDataOperation<object>, tap: OperationTap): BaseDataOperation<object> {
  const operate = operation.operate.bind(operation)
  const heard = async () => {
    tap.begun?.(operation)
    try {
      const result = await operate()
      tap.returned?.(result)
      return result
    } catch (error) {
      tap.thrown?.(error)
      throw error
    }
  }
  return Object.defineProperty(operation, 'operate', { value: heard })
}

// By inheritance: a copy would make the scratch folder, which is made when it is first asked for.
function tappedContext(context: OperationContext<object>, tap: OperationTap): OperationContext<object> {
  const onAdvance = (fraction: number) => {
    context.progress.report(fraction)
    tap.progress?.(fraction)
  }
  const setMessage = (text: string) => {
    tap.message?.(text)
    context.setMessage(text)
  }
  return Object.create(context, {
    progress: { value: new Progress(onAdvance, context.signal, context.progress.pace) },
    setMessage: { value: setMessage },
  })
}
