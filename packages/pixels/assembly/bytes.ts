// Byte order alone. Lengths are whole vectors of 16 bytes; source and target may be the same.
import { reversed16, reversed32, reversed64 } from './lanes'

export function swap16(from: usize, to: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, reversed16(v128.load(from + i)))
}

export function swap32(from: usize, to: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, reversed32(v128.load(from + i)))
}

export function swap64(from: usize, to: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, reversed64(v128.load(from + i)))
}
