import ts from 'typescript'
import { tagKeyword } from './keywords.js'

/** A tag of a doc comment, such as `@minItems 2`, its text as written. */
export interface DocTag {
  readonly name: string
  readonly text: string
}

/** What a doc comment says. */
export interface Doc {
  readonly description: string
  readonly tags: readonly DocTag[]
}

/** Tags of JSDoc and TSDoc that are for readers and documentation tools. */
const readerTags = new Set(
  (
    'alpha author beta category decorator deprecated defaultValue eventProperty example experimental group inheritDoc internal ' +
    'label link override packageDocumentation param privateRemarks public readonly remarks returns sealed see since template ' +
    'throws todo typeParam version virtual'
  ).split(' '),
)

/** The doc comment of a property or a type. Where it is declared in several places, a later one completes an earlier one. */
export function docOf(symbol: ts.Symbol): Doc {
  const blocks = (symbol.declarations ?? []).flatMap(ts.getJSDocCommentsAndTags).filter(ts.isJSDoc)
  return {
    description: blocks.map((block) => prose(textOf(block.comment))).find((text) => text !== '') ?? '',
    tags: blocks.flatMap(({ tags = [] }) => tags.map((tag) => ({ name: tag.tagName.text, text: textOf(tag.comment) }))),
  }
}

/** Whether a doc comment stands before a declaration and the compiler does not see it, since something else precedes it in its line. */
export function hasLostDoc({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some((declaration) => {
    const { text } = declaration.getSourceFile()
    const comments = ts.getTrailingCommentRanges(text, declaration.pos) ?? []
    const start = declaration.getStart()
    const lost = comments.some(({ pos, end }) => text.startsWith('/**', pos) && !text.slice(end, start).includes('\n'))
    return lost && ts.getJSDocCommentsAndTags(declaration).length === 0
  })
}

/** Whether a tag is meant for a schema, or for nobody: a misspelt limit must not be lost in silence. */
export function isSchemaTag({ name }: DocTag): boolean {
  return !readerTags.has(name) || tagKeyword(name) !== undefined
}

/**
 * Text as a reader sees it: the lines of a paragraph in one, a blank line between paragraphs, list items on lines of their own, and links as their text.
 */
export function prose(comment: string): string {
  const paragraphs = withoutLinks(comment)
    .trim()
    .split(/\r?\n\s*\n/)
  return paragraphs
    .map((paragraph) =>
      paragraph
        .trim()
        .replace(/\s*\n\s*(?!\s|[-*] |\d+\. )/g, ' ')
        .replace(/[ \t]*\n\s*/g, '\n'),
    )
    .join('\n\n')
}

function withoutLinks(comment: string): string {
  return comment.replace(
    /\{@link(?:code|plain)?\s+([^\s|}]+)\s*\|?\s*([^}]*)\}/g,
    (_, target: string, text: string) => text.trim() || target,
  )
}

function textOf(comment: string | ts.NodeArray<ts.JSDocComment> | undefined): string {
  return (ts.getTextOfJSDocComment(comment) ?? '').trim()
}
