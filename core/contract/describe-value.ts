const SHOWN_CHARACTERS = 120

/**
 * An unknown value in a few characters, for a message: texts as they are, objects as JSON. Never throws, whatever the
 * value is.
 */
export function describeValue(value: unknown): string {
  const text = typeof value === 'string' ? value : jsonOf(value)
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
}

function jsonOf(value: unknown): string {
  try {
    if (typeof value === 'object' && value !== null) return JSON.stringify(value) ?? 'object'
    return String(value)
  } catch {
    // Circular, too deep, or with a toJSON of its own that throws.
    return typeof value
  }
}
