/** The one style that react-aria writes into the page by itself (`touch-action` of what can be pressed). */
const REACT_ARIA_STYLE = "'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='"

/**
 * The Content-Security-Policy of the window's page: scripts, fonts and styles of ours only. `connectsToHost`: the page
 * reaches its own host (web); without it no connection is allowed at all (desktop, where the preload carries the
 * calls).
 */
export const pagePolicy = ({ connectsToHost }: { readonly connectsToHost: boolean }): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' ${REACT_ARIA_STYLE}`,
    "font-src 'self'",
    'img-src data:',
    ...(connectsToHost ? ["connect-src 'self'"] : []),
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
