// What is captured as a CUDA graph is captured for one shape, and ONNX Runtime keeps every capture for as long as the
// session lives: sizes are rounded up to few.

/** The next multiple of a step. */
export const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step

/**
 * The next size of a coarse scale, which has `parts` steps between a power of 2 and the next one, none smaller than
 * `least`.
 */
export const onScale = (size: number, { parts, least }: { readonly parts: number; readonly least: number }): number =>
  roundUp(size, Math.max(least, 2 ** Math.floor(Math.log2(Math.max(1, size - 1))) / parts))
