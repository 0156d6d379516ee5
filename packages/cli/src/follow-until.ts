/** What can be watched, and taken back. */
export interface Followed<Event> {
  readonly events: AsyncIterable<Event>
  cancel(): Promise<void>
}

/**
 * Tells of each event to the last, and takes back what is followed when the signal says so.
 *
 * @throws as `cancel` and the events do. What cannot be taken back, as where no record can be written, is not waited for.
 */
export async function followUntil<Event>(
  followed: Followed<Event>,
  tell: (event: Event) => void,
  signal: AbortSignal,
): Promise<void> {
  const events = followed.events[Symbol.asyncIterator]()
  let fail: (error: unknown) => void = () => {}
  const failed = new Promise<never>((_, reject) => {
    fail = reject
  })
  failed.catch(() => {})
  const cancel = () => void followed.cancel().catch(fail)
  signal.addEventListener('abort', cancel)
  if (signal.aborted) cancel()
  try {
    for (;;) {
      const { done, value } = await Promise.race([events.next(), failed])
      if (done) return
      tell(value)
    }
  } finally {
    signal.removeEventListener('abort', cancel)
    void events.return?.()?.catch(() => {})
  }
}
