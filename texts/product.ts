/** The same in every language: how the product signs windows and pages. */
export const product = { name: '寺子屋 Terakoya Studio', seal: '寺' } as const
