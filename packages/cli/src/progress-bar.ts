import { oneLine } from './printable.js'
import type { Terminal } from './terminal.js'

/** The least time between two drawings, in milliseconds. */
const INTERVAL = 80
const WIDEST_BAR = 30

/** The progress of a run: one line that is redrawn in place; where that cannot be done, one line that it has begun, and one for what it waits for. */
export class ProgressBar {
  #drawn = Number.NEGATIVE_INFINITY
  #hasBegun = false
  #reason: string | undefined

  constructor(
    private readonly terminal: Terminal,
    private readonly title: string,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @param fraction 0 to 1 */
  update(fraction: number, message: string | null): void {
    if (!this.#hasBegun && !this.terminal.isLive) this.terminal.note(`${this.title} is running.`)
    this.#hasBegun = true
    if (this.now() - this.#drawn < INTERVAL) return
    this.#drawn = this.now()
    this.terminal.setStatus(progressLine(this.title, fraction, message, this.terminal.columns - 1))
  }

  /** It has not begun, for a reason that the user may do something about. */
  wait(reason: string): void {
    const line = oneLine(`${this.title}: ${reason}`)
    if (reason !== this.#reason && !this.terminal.isLive) this.terminal.note(line)
    this.#reason = reason
    this.terminal.setStatus(fitted(line, this.terminal.columns - 1))
  }

  end(): void {
    this.terminal.clearStatus()
  }
}

/** A progress bar in at most so many columns; the bar and the message give way to a narrow terminal. */
export function progressLine(title: string, fraction: number, message: string | null, columns: number): string {
  const share = Math.min(Math.max(fraction, 0), 1)
  const percent = `${String(Math.floor(share * 100)).padStart(3)}%`
  const width = Math.min(WIDEST_BAR, columns - title.length - percent.length - 4)
  const done = Math.round(share * width)
  const bar = width < 4 ? '' : `[${'='.repeat(done)}${' '.repeat(width - done)}] `
  return fitted(`${oneLine(title)} ${bar}${percent}  ${oneLine(message ?? '')}`.trimEnd(), columns)
}

/** The beginning of a text that fits into so many columns; most letters from Hangul Jamo on take two. */
function fitted(text: string, columns: number): string {
  let width = 0
  let result = ''
  for (const letter of text) {
    width += letter.codePointAt(0)! >= 0x1100 ? 2 : 1
    if (width > columns) return result
    result += letter
  }
  return result
}
