/** What a test runner gives: vitest, node:test and jest all do. */
export interface TestFunctions {
  describe(name: string, body: () => void): unknown
  it(name: string, body: () => Promise<void>): unknown
}

/** One sentence of a contract, and how it is proved. */
export interface ContractTest<Subject> {
  readonly name: string
  run(subject: Subject): Promise<void>
}

/**
 * Declares the tests of a contract, each with a subject of its own.
 *
 * @param use makes the subject, hands it to the test, and clears up after it, however it ended
 */
export function declareTests<Subject>(
  { it }: TestFunctions,
  tests: readonly ContractTest<Subject>[],
  use: (test: (subject: Subject) => Promise<void>) => Promise<void>,
): void {
  for (const test of tests) it(test.name, () => use((subject) => test.run(subject)))
}
