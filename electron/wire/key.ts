/** How the page proves that it is ours: used by the page and by the host. */

/**
 * Header of what the page sends. A browser's socket has no headers of its own: there the key is a subprotocol beside
 * the one that is spoken.
 */
export const KEY_HEADER = 'x-terakoya-key'
export const PROTOCOL = 'terakoya'
const PREFIX = 'key.'

/** The protocols that a socket is opened with. */
export const protocolsFor = (key: string): string[] => [PROTOCOL, PREFIX + key]

/** The key among the protocols of an upgrade, as its header lists them; null where there is none. */
export const keyAmong = (protocols: string): string | null =>
  protocols
    .split(',')
    .map((protocol) => protocol.trim())
    .find((protocol) => protocol.startsWith(PREFIX))
    ?.slice(PREFIX.length) ?? null

/** Where a link leads once it is redeemed. What follows `#` goes to no server. */
export const pageWithKey = (key: string): string => `/#key=${key}`

/** The key of such an address; null for any other. */
export const keyOf = (hash: string): string | null => new URLSearchParams(hash.replace(/^#/, '')).get('key')
