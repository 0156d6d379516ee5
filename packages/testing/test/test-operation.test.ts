import { setTimeout as sleep } from 'node:timers/promises'
import { type OperationInfo, Outputs, provide, type WizardDescription } from '@datalab/core'
import { Images } from '@datalab/fits/images'
import { expect, test } from 'vitest'
import { type MemorySource, memoryImages, type TestFunctions, testOperation } from '../src/index.js'
import { IncreaseBrightness, inputSchema } from './increase-brightness.js'
import { outcomeOf } from './recorded.js'

/** Adds to the list that it was given. */
class Meddling extends IncreaseBrightness {
  override operate() {
    Object.assign(this.inputData, { increase_by: 0 })
    return super.operate()
  }
}

/** Hands on what changes. */
class Restless extends IncreaseBrightness {
  override async operate() {
    const outputs = this.use(Outputs)
    const object = await outputs.put('.txt', new TextEncoder().encode(`${process.hrtime.bigint()}`))
    const files = await super.operate()
    return [...files, outputs.file({ type: 'image', objects: [object] })]
  }
}

/** Says nothing while it works. */
class Silent extends IncreaseBrightness {
  override get progress() {
    return {
      map: (items: never[], work: (item: never, index: number) => never) => Promise.all(items.map(work)),
    } as never
  }
}

/** Stops telling half-way. */
class Half extends IncreaseBrightness {
  override get progress() {
    return super.progress.split(1, 1)[0]
  }
}

/** Measures what is not there. */
class NotJson extends IncreaseBrightness {
  override async operate() {
    return { output_files: await super.operate(), output_data: [{ mean: Number.NaN }] } as never
  }
}

/** Does not hear that it is to end. */
class Deaf extends IncreaseBrightness {
  override async operate() {
    this.setOperationProgress(0.1)
    await sleep(1500)
    return super.operate()
  }
}

/** Keeps to itself what went wrong. */
class Secretive extends IncreaseBrightness {
  override async operate() {
    return super.operate().catch(() => {
      throw new Error('something went wrong')
    })
  }
}

/** Takes what fails as done. */
class Careless extends IncreaseBrightness {
  override async operate() {
    return super.operate().catch(() => [])
  }
}

/** Counts its own way. */
class OwnKey extends IncreaseBrightness {
  override generateCacheKey() {
    return JSON.stringify(this.inputData)
  }
}

/** Draws its own form. */
class OwnForm extends IncreaseBrightness {
  override wizardDescription(): WizardDescription {
    return { ...super.wizardDescription(), inputs: {} }
  }
}

function withInfo(change: Partial<OperationInfo<never>>): typeof IncreaseBrightness {
  return class extends IncreaseBrightness {
    static override readonly info = { ...IncreaseBrightness.info, ...change } as typeof IncreaseBrightness.info
  }
}

const { increase_by, input_files } = inputSchema.properties
const Unlabelled = withInfo({
  inputs: { ...inputSchema, properties: { input_files, increase_by: { ...increase_by, title: '' } } } as never,
})
const Anything = withInfo({ inputs: { ...inputSchema, additionalProperties: true } as never })
const Misspelt = withInfo({ inputs: { ...inputSchema, required: ['input_files', 'increase'] } as never })
const Mute = withInfo({ description: 'brightness' })

const declare = (operation: typeof IncreaseBrightness) => (runner: TestFunctions) => {
  const images = memoryImages({ a: [[1, 2]], b: [[3, 4]] })
  testOperation(runner, {
    operation,
    services: [provide(Images, images)],
    valid: [{ input_files: [images.file('a'), images.file('b')], increase_by: 5 }],
    invalid: [{ input_files: [images.file('a')], increase_by: 1, more: true }, { input_files: [] }],
  })
}

test.each<[string, string, typeof IncreaseBrightness]>([
  ['meddles with its inputs', 'completes with each of the valid inputs', Meddling],
  ['gives other bytes each time', 'gives the same result twice, bit for bit', Restless],
  ['reports no progress', 'reports its progress, which rises to 1', Silent],
  ['reports half of its progress', 'reports its progress, which rises to 1', Half],
  ['returns NaN', 'what it returns is JSON as it is', NotJson],
  ['does not watch its signal', 'a run that is aborted ends within a second, and leaves nothing', Deaf],
  ['loses the cause', 'a result that cannot be written fails the run, with the cause kept', Secretive],
  ['takes a failure as done', 'a result that cannot be written fails the run, with the cause kept', Careless],
  [
    'loses the cause',
    'an input that cannot be read fails the run, with the cause kept, or is told of in a warning',
    Secretive,
  ],
  [
    'takes a failure as done',
    'an input that cannot be read fails the run, with the cause kept, or is told of in a warning',
    Careless,
  ],
  [
    'has a key of its own',
    'the key is the same whatever the order of the members, and a run has the key of its job',
    OwnKey,
  ],
  ['has a form of its own', 'an instance says of itself what its class does', OwnForm],
  ['has no label', 'has a form with a label and a widget for every input', Unlabelled],
  ['accepts anything', 'accepts no input that it does not declare, and lacks none that it requires', Anything],
  [
    'accepts anything',
    'invalid inputs are refused before anything is queued, in a sentence that names the field',
    Anything,
  ],
  [
    'requires what it does not declare',
    'accepts no input that it does not declare, and lacks none that it requires',
    Misspelt,
  ],
  ['does not say what it does', 'says in a sentence what it does', Mute],
])('an operation that %s fails: %s', async (_, name, Mutant) => {
  expect(await outcomeOf(declare(IncreaseBrightness), name)).toBe('passed')
  expect(await outcomeOf(declare(Mutant), name)).toMatch(/^failed/)
})

test('sources that are named take the place of those that references lead to', async () => {
  const [meant, made] = [memoryImages({ a: [[1]] }), memoryImages()]
  const declareWith = (sources: MemorySource[]) => (runner: TestFunctions) =>
    testOperation(runner, {
      operation: IncreaseBrightness,
      services: [provide(Images, meant)],
      sources,
      valid: [
        { input_files: [made.file('a')], increase_by: 1 },
        { input_files: [{ ...meant.file('a') }], increase_by: 1 },
      ],
    })
  expect(await outcomeOf(declareWith([meant.source]), 'the inputs stay as they were')).toBe('passed')
  expect(await outcomeOf(declareWith([]), 'the inputs stay as they were')).toMatch(/^failed/)
})
