import assert from 'node:assert/strict'

/** For `assert.rejects`: an error of one of these codes, with a sentence. */
export function hasCode(...codes: string[]): (error: unknown) => true {
  return (error) => {
    const { code, message } = error as { code?: unknown; message?: unknown }
    assert.ok(codes.includes(String(code)), `${code} is none of ${codes.join(', ')}: ${error}`)
    assertSentence(message)
    return true
  }
}

/** That a text has words, and ends as a sentence does. */
export function assertSentence(text: unknown): void {
  assert.match(String(text).trim(), /\S+ \S+[\s\S]*[.!?]$/, 'the message is no sentence')
}

/** Resolves after so many milliseconds of real time. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Lets everything that can go on do so. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** The promise's value, unless it takes longer. */
export async function within<Value>(ms: number, promise: Promise<Value>, complaint: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new assert.AssertionError({ message: complaint })), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
