import fc from 'fast-check'

/** Functions that mathjs has under the same name, by how many arguments the trees give them. */
const UNARY = [
  ...['abs', 'sign', 'sqrt', 'cbrt', 'square', 'cube', 'exp', 'expm1', 'log', 'log1p', 'log2', 'log10'],
  ...['floor', 'ceil', 'round', 'fix', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh'],
  ...['asinh', 'acosh', 'atanh', 'isNaN'],
]
const BINARY = ['pow', 'mod', 'atan2', 'hypot', 'min', 'max', 'log']
const OPERATORS = ['+', '-', '*', '/', '^', '%', '<', '>', '<=', '>=', '==', '!=', ' and ', ' or ', ' xor ']

const leaf = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'c') },
  { weight: 1, arbitrary: fc.constantFrom('pi', 'e', 'NaN', 'Infinity', '0', '1', '2', '0.5', '1e3', '.25', 'true') },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 9 }).map(String) },
)

const { tree } = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.tuple(tie('tree'), fc.constantFrom(...OPERATORS), tie('tree')).map(([x, sign, y]) => `(${x}${sign}${y})`),
    // Without brackets, so that it is told what goes first.
    fc.tuple(leaf, fc.constantFrom(...OPERATORS), tie('tree')).map(([x, sign, y]) => `${x}${sign}${y}`),
    fc.tuple(fc.constantFrom('-', '+', 'not ', '2 ', '3'), tie('tree')).map(([sign, x]) => `${sign}(${x})`),
    fc.tuple(fc.constantFrom(...UNARY), tie('tree')).map(([name, x]) => `${name}(${x})`),
    fc.tuple(fc.constantFrom(...BINARY), tie('tree'), tie('tree')).map(([name, x, y]) => `${name}(${x}, ${y})`),
    fc.tuple(tie('tree'), tie('tree'), tie('tree')).map(([x, y, z]) => `((${x}) ? ${y} : ${z})`),
    fc.tuple(tie('tree'), tie('tree'), tie('tree')).map(([x, y, z]) => `((${x}) < (${y}) <= (${z}))`),
    fc.tuple(tie('tree'), tie('tree'), tie('tree')).map(([x, y, z]) => `where(${x}, ${y}, ${z})`),
  ),
}))

/** Expressions of the images a, b and c, with everything that is done pixel by pixel. */
export const expressions = tree
