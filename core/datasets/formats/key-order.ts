/**
 * Names in the order in which objects have them; a name that comes late goes before the one that follows it in its
 * object.
 */
export class KeyOrder {
  readonly #known = new Set<string>()
  #names: string[] = []

  add(keys: readonly string[]): void {
    if (keys.every((key) => this.#known.has(key))) return
    for (let index = keys.length - 1; index >= 0; index--) {
      const key = keys[index] as string
      if (this.#known.has(key)) continue
      const next = keys[index + 1]
      const place = next === undefined ? this.#names.length : this.#names.indexOf(next)
      this.#known.add(key)
      this.#names = this.#names.toSpliced(place, 0, key)
    }
  }

  names(): readonly string[] {
    return this.#names
  }
}

const written = new WeakMap<object, readonly string[]>()

/** Remembers in which order an object's keys stand in its JSON: objects themselves put keys that are numbers first. */
export function rememberKeys(object: object, json: string): void {
  if (Object.keys(object).some((key) => /^\d+$/.test(key))) written.set(object, [...new Set(keysIn(json))])
}

/** An object's keys as they were written, as far as that was remembered. */
export const keysOf = (object: object): readonly string[] => written.get(object) ?? Object.keys(object)

const TOKEN = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g

function keysIn(json: string): string[] {
  const keys: string[] = []
  let depth = 0
  for (const [token, colon] of json.matchAll(TOKEN)) {
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
    else if (depth === 1 && colon !== undefined) keys.push(JSON.parse(token.slice(0, -colon.length)) as string)
  }
  return keys
}
