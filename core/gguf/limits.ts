// What a GGUF file may claim. Each is several times what the largest published ones need.

/** Metadata and tensor infos together: Gemma's 262,144 tokens with their merges take 20 MB. */
export const MAX_HEADER_BYTES = 128_000_000
export const MAX_ENTRIES = 10_000
export const MAX_KEY_BYTES = 1_000
/** Strings in all arrays together: tokens and merges. */
export const MAX_ARRAY_STRINGS = 8_000_000
export const MAX_TENSORS = 100_000
export const MAX_RANK = 4
export const MAX_ALIGNMENT = 1_048_576
