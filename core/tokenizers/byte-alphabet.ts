/**
 * GPT-2's alphabet: the character of each byte. Printable Latin-1 characters stand for their own byte, those from U+0100
 * on for the other bytes in order.
 */
export const characterOfByte: readonly string[] = (() => {
  const isPrintable = (byte: number) => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae
  let next = 0x100
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : next++))
})()
