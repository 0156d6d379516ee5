/** An interface cannot become a schema. `problems` has one sentence for each place, with the field's path and the way out. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join('\n'), options)
    this.problems = problems
  }
}
