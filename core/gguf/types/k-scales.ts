/** Scale and minimum of one of the 8 groups of a Q4_K or Q5_K block, 6 bits each, packed into 12 bytes from `at` on. */
export function scaleAndMinimum(view: DataView, at: number, group: number): readonly [scale: number, minimum: number] {
  const byte = (index: number): number => view.getUint8(at + index)
  if (group < 4) return [byte(group) & 63, byte(group + 4) & 63]
  const low = byte(group + 4)
  return [(low & 15) | ((byte(group - 4) >> 6) << 4), (low >> 4) | ((byte(group) >> 6) << 4)]
}
