import type { TestFunctions } from '../src/index.js'

/** How one test of a suite ends, whose other tests are not run; a test that does not end in time has failed. */
export async function outcomeOf(declare: (runner: TestFunctions) => void, name: string, limit = 4000): Promise<string> {
  const tests = new Map<string, () => Promise<void>>()
  declare({
    describe: (_, body) => body(),
    it: (name, body) => tests.set(name, body),
  })
  const body = tests.get(name)
  if (body === undefined) throw new Error(`The suite has no test '${name}'; it has:\n${[...tests.keys()].join('\n')}`)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('failed: it does not end'), limit)
  })
  const outcome = body().then(
    () => 'passed',
    (error: Error) => `failed: ${error.message}`,
  )
  return Promise.race([outcome, late]).finally(() => clearTimeout(timer))
}
