/** The choice that the word is most likely meant to be; undefined where none is close. */
export function nearest(word: string, choices: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3))
  const ranked = choices
    .map((choice) => ({ choice, distance: isBeginning(word, choice) ? 1 : distance(word, choice) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best !== undefined && best.distance <= limit ? best.choice : undefined
}

/** What to say after "There is no such thing": the nearest choice, else all of them. */
export function suggestion(word: string, choices: readonly string[]): string {
  const meant = nearest(word, choices)
  if (meant !== undefined) return `Did you mean '${meant}'?`
  return choices.length === 0 ? 'There is none.' : `There is: ${choices.join(', ')}.`
}

function isBeginning(word: string, choice: string): boolean {
  return word.length >= 3 && choice.startsWith(word)
}

/** Letters to add, take away, change, or exchange with their neighbour, to get from one word to the other. */
function distance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)]
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const changed = rows[i - 1]![j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      const swapped = isSwap ? rows[i - 2]![j - 2]! + 1 : changed
      row.push(Math.min(changed, swapped, rows[i - 1]![j]! + 1, row[j - 1]! + 1))
    }
    rows.push(row)
  }
  return rows[from.length]![to.length]!
}
