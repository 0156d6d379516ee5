// What a terminal may take for a command, or what turns the direction of the text around it.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
const UNSAFE_IN_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** Text that came from a file or a user, fit for a terminal: a tab is a blank, any other control character but a line break is `?`. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => (character === '\t' ? ' ' : '?'))
}

/** Text fit for a terminal, in one line. */
export function oneLine(text: string): string {
  return printable(text.replaceAll(/\s+/g, ' ').trim())
}

/** Text with a full stop, where it has no end of its own. */
export function sentence(text: string): string {
  return /[.!?]\s*$/.test(text) ? text : `${text}.`
}

/** A value as a JSON document, in which no control character is left as it is. */
export function jsonDocument(value: unknown): string {
  return harmless(JSON.stringify(value, null, 2))
}

/** As {@link jsonDocument}, in one line. */
export function jsonLine(value: unknown): string {
  return harmless(JSON.stringify(value))
}

function harmless(text: string): string {
  return `${text.replace(UNSAFE_IN_JSON, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`
}
