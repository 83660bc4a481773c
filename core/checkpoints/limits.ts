// What a model's files may claim. Each is some ten times what the largest published models need (DeepSeek-V3: 91,991
// tensors in 163 files, an index of 8.9 MB).

/** A header or a pickle takes 100 to 200 bytes a tensor: so much is 100,000 tensors in one file. */
export const MAX_DIRECTORY_BYTES = 16_000_000
/** A header may hold so much beside what its tensors need: notes and padding. */
export const MAX_NOTES_BYTES = 1_000_000
/** Name, type, shape and offsets of one tensor. */
export const MAX_TENSOR_ENTRY_BYTES = 512
export const MAX_TENSORS = 1_000_000
export const MAX_SHARDS = 1_000
/** Axes of a tensor. */
export const MAX_RANK = 32
/** An index names every tensor and its file. */
export const MAX_INDEX_BYTES = 64_000_000
export const MAX_CONFIG_BYTES = 4_000_000
/** Opcodes of a pickle: some 30 a tensor. */
export const MAX_PICKLE_STEPS = 4_000_000
/** Lists, maps and tensors in a pickle, and what it remembers: some 10 a tensor. */
export const MAX_PICKLE_OBJECTS = 1_000_000
