/** How many rooms are kept for the next readings, and the most bytes that one of them has. */
const MOST_ROOMS = 2
const MOST_BYTES = 2 ** 20

/** Readings that follow each other take about as much: a room has some more than it was asked for. */
const ROUND_BYTES = 64 * 1024

const rooms: Uint8Array<ArrayBuffer>[] = []

/** Memory for a reading, of so many bytes at least, to be given back by `giveRoom`. To have it anew from the system takes as long as to read it full. */
export function takeRoom(bytes: number): Uint8Array<ArrayBuffer> {
  const at = rooms.findIndex(({ length }) => length >= bytes)
  return at < 0 ? new Uint8Array(Math.ceil(bytes / ROUND_BYTES) * ROUND_BYTES) : rooms.splice(at, 1)[0]!
}

/** Gives memory back that nobody reads or writes any more. */
export function giveRoom(room: Uint8Array<ArrayBuffer>): void {
  if (room.length > MOST_BYTES) return
  if (rooms.length === MOST_ROOMS) rooms.shift()
  rooms.push(room)
}
