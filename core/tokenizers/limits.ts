// What a tokenizer's files may claim. Each is several times what the largest published ones need (Gemma 3: 33 MB,
// 262,145 tokens, 6,414 of them added).

export const MAX_TOKENIZER_BYTES = 128_000_000
export const MAX_SETTINGS_BYTES = 16_000_000
export const MAX_TEMPLATE_BYTES = 1_000_000
/** Ids are below this. */
export const MAX_TOKENS = 4_000_000
/** Added and special tokens: text is looked through for all of them at once. */
export const MAX_ADDED_TOKENS = 20_000
/** T5's sentinels: its own tokenizer has 100. */
export const MAX_EXTRA_IDS = 10_000
/** UTF-16 units of a piece or an added token. */
export const MAX_TOKEN_LENGTH = 10_000
