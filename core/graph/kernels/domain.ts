/** The domain of operators that are ours. */
export const KERNEL_DOMAIN = 'terakoya' as const
