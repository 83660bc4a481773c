/** The ONNX domain of the custom operators. */
export const KERNEL_DOMAIN = 'terakoya' as const
