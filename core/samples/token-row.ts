/** A row as token ids; `labelMask[i]` is 1 where token i counts for the loss. */
export interface TokenRow {
  readonly ids: Int32Array
  readonly labelMask: Uint8Array
}
