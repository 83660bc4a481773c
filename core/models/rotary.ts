/** cos and sin [positions, size/2] of rotary embeddings: angle of position t and pair i is t / θ^(2i/size). */
export function rotaryTables(positions: number, size: number, theta: number): { cos: Float32Array<ArrayBuffer>; sin: Float32Array<ArrayBuffer> } {
  const half = size / 2
  const cos = new Float32Array(positions * half)
  const sin = new Float32Array(positions * half)
  for (let position = 0; position < positions; position++)
    for (let pair = 0; pair < half; pair++) {
      const angle = position / theta ** ((2 * pair) / size)
      cos[position * half + pair] = Math.cos(angle)
      sin[position * half + pair] = Math.sin(angle)
    }
  return { cos, sin }
}
