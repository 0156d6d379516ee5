const WIDTH = 40

/**
 * Shows progress on stderr: a bar that fills on a terminal, else a line for each quarter.
 *
 * @param {NodeJS.WriteStream} [stream]
 * @returns {(progress: number) => void} to be called with 0 to 1
 */
export function progressBar(stream = process.stderr) {
  let shown = -1
  return (progress) => {
    const percent = Math.floor(progress * 100)
    if (percent === shown) return
    if (stream.isTTY) stream.write(`\r   ${bar(progress)} ${percent} %${percent === 100 ? '\n' : ''}`)
    else if (Math.floor(percent / 25) > Math.floor(shown / 25)) stream.write(`   ${percent} %\n`)
    shown = percent
  }
}

/** @param {number} progress */
function bar(progress) {
  const full = Math.round(progress * WIDTH)
  return '█'.repeat(full) + '░'.repeat(WIDTH - full)
}
