import { create, type FactoryFunctionMap, type MathNode, parseDependencies } from 'mathjs/number'

// The build takes of mathjs only what this needs: the whole of it would take most of a second to load.
const { parse } = create(parseDependencies as FactoryFunctionMap)

/** The tree of an expression, as mathjs reads it. Nothing is evaluated. */
export const parseTree = (expression: string): MathNode => parse(expression)
