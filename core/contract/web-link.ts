/** The token in what a person pasted: a link of the web host, or the token alone; null where there is none. */
export const tokenIn = (pasted: string): string | null =>
  /^(?:http:\/\/(?:127\.0\.0\.1|localhost):\d+\/\?token=)?([0-9a-f]{16,128})$/.exec(pasted.trim())?.[1] ?? null
