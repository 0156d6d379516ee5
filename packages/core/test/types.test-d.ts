import { describe, expectTypeOf, test } from 'vitest'
import {
  type AnyOperationClass,
  BaseDataOperation,
  createDataLab,
  type DeepReadonly,
  type FitsFile,
  type InputSchema,
  type Job,
  type OperationClass,
  type OperationInfo,
  type OperationResult,
  type Output,
  provide,
  register,
  serviceKey,
} from '../src/index.js'

interface BrightInputs {
  input_files: FitsFile[]
  increase_by: number
}
interface OtherInputs {
  text: string
}
interface Counter {
  count(): number
}

declare const brightSchema: InputSchema<BrightInputs>
declare const otherSchema: InputSchema<OtherInputs>
const info = { id: 'x', name: 'X', description: '', category: 'image', revision: 1 }
const Counter = serviceKey<Counter>('x/Counter@1')

class Bright extends BaseDataOperation<BrightInputs> {
  static readonly info: OperationInfo<BrightInputs> = { ...info, inputs: brightSchema, requires: [Counter] }
  override async operate(): Promise<OperationResult> {
    expectTypeOf(this.inputData).toEqualTypeOf<DeepReadonly<BrightInputs>>()
    expectTypeOf(this.use(Counter)).toEqualTypeOf<Counter>()
    expectTypeOf(this.setFailed).returns.toEqualTypeOf<never>()
    // @ts-expect-error an input is not to be changed
    this.inputData.increase_by = 1
    // @ts-expect-error a list of inputs is not to be changed
    this.inputData.input_files.push({ basename: 'a', source: 'b' })
    // @ts-expect-error nor is what is in it
    this.inputData.input_files[0]!.basename = 'a'
    // @ts-expect-error nor is the set of inputs
    this.inputData = {}
    return []
  }
}

class Other extends BaseDataOperation<OtherInputs> {
  static readonly info: OperationInfo<OtherInputs> = { ...info, inputs: otherSchema }
  override operate() {
    return undefined
  }
}

class WithoutInfo extends BaseDataOperation<BrightInputs> {
  override operate() {
    return []
  }
}

class WithOtherSchema extends BaseDataOperation<BrightInputs> {
  static readonly info: OperationInfo<OtherInputs> = { ...info, inputs: otherSchema }
  override operate() {
    return []
  }
}

class WithoutSchema extends BaseDataOperation<BrightInputs> {
  static readonly info = info
  override operate() {
    return []
  }
}

abstract class Unfinished extends BaseDataOperation<BrightInputs> {
  static readonly info: OperationInfo<BrightInputs> = { ...info, inputs: brightSchema }
}

class NoOperation {
  static readonly info: OperationInfo<BrightInputs> = { ...info, inputs: brightSchema }
  readonly inputData = {}
}

describe('register', () => {
  test('takes an operation', () => {
    register(Bright)
    register(Other)
  })

  test('refuses one without info', () => {
    // @ts-expect-error no info
    register(WithoutInfo)
  })

  test("refuses one with another operation's schema", () => {
    // @ts-expect-error the schema of OtherInputs
    register(WithOtherSchema)
  })

  test('refuses one without a schema, an abstract one, and what is none', () => {
    // @ts-expect-error no schema
    register(WithoutSchema)
    // @ts-expect-error abstract
    register(Unfinished)
    // @ts-expect-error no operation
    register(NoOperation)
    // @ts-expect-error no class
    register({})
  })
})

describe('createDataLab', () => {
  test('takes operations of any inputs together', () => {
    createDataLab({ operations: [Bright, Other] })
    createDataLab({ operations: [] })
    createDataLab({})
    createDataLab()
    const list: AnyOperationClass[] = [Bright, Other]
    createDataLab({ operations: list })
  })

  test('refuses one without info, wherever it stands', () => {
    // @ts-expect-error no info
    createDataLab({ operations: [WithoutInfo] })
    // @ts-expect-error no info
    createDataLab({ operations: [Bright, WithoutInfo, Other] })
  })

  test("refuses one with another operation's schema, wherever it stands", () => {
    // @ts-expect-error the schema of OtherInputs
    createDataLab({ operations: [WithOtherSchema] })
    // @ts-expect-error the schema of OtherInputs
    createDataLab({ operations: [Bright, Other, WithOtherSchema] })
  })

  test('refuses one without a schema, an abstract one, and what is none', () => {
    // @ts-expect-error no schema
    createDataLab({ operations: [WithoutSchema] })
    // @ts-expect-error abstract
    createDataLab({ operations: [Unfinished] })
    // @ts-expect-error no operation
    createDataLab({ operations: [NoOperation] })
    // @ts-expect-error no class
    createDataLab({ operations: ['Median'] })
  })
})

describe('info', () => {
  test("does not take another interface's schema", () => {
    // @ts-expect-error the schema of OtherInputs
    const wrong: OperationInfo<BrightInputs> = { ...info, inputs: otherSchema }
    expectTypeOf(wrong).toExtend<OperationInfo<BrightInputs>>()
  })

  test('does not take the schema of a subset or a superset', () => {
    expectTypeOf<InputSchema<BrightInputs & { more: string }>>().not.toExtend<InputSchema<BrightInputs>>()
    expectTypeOf<InputSchema<{ increase_by: number }>>().not.toExtend<InputSchema<BrightInputs>>()
  })
})

describe('submit', () => {
  const lab = createDataLab({ operations: [Bright, Other] })

  test('is typed by the class', () => {
    expectTypeOf(lab.submit(Bright, { input_files: [], increase_by: 1 })).resolves.toEqualTypeOf<Job>()
    // @ts-expect-error no increase_by
    lab.submit(Bright, { input_files: [] })
    // @ts-expect-error a text
    lab.submit(Bright, { input_files: [], increase_by: '1' })
    // @ts-expect-error the inputs of another
    lab.submit(Bright, { text: 'x' })
    // @ts-expect-error unknown member
    lab.submit(Other, { text: 'x', more: 1 })
  })

  test('takes anything by name', () => {
    expectTypeOf(lab.submit('bright', JSON.parse('{}'))).resolves.toEqualTypeOf<Job>()
  })

  test('gives an output whose URLs are texts', () => {
    expectTypeOf<Job['result']>().returns.resolves.toEqualTypeOf<Output>()
    type File = NonNullable<Output['output_files']>[number]
    expectTypeOf<File['fits_url']>().toEqualTypeOf<string>()
  })
})

describe('services', () => {
  test('are provided by their key', () => {
    provide(Counter, { count: () => 1 })
    // @ts-expect-error no count
    provide(Counter, {})
    // @ts-expect-error another type
    provide(Counter, { count: () => 'x' })
  })

  test('keys of two types are two types', () => {
    expectTypeOf(serviceKey<{ a: 1 }>('x/A@1')).not.toExtend<typeof Counter>()
  })
})

test('an operation class is one whatever its inputs', () => {
  expectTypeOf<OperationClass<BrightInputs>>().toExtend<AnyOperationClass>()
  expectTypeOf<typeof Bright>().toExtend<OperationClass<BrightInputs>>()
  expectTypeOf<typeof WithOtherSchema>().not.toExtend<OperationClass<BrightInputs>>()
  expectTypeOf<typeof WithoutInfo>().not.toExtend<AnyOperationClass>()
})
