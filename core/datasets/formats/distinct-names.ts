/** The names with `_2`, `_3` … behind those that an earlier one equals, compared by `keyOf`. */
export function distinctNames(names: readonly string[], keyOf: (name: string) => string = (name) => name): string[] {
  const given = new Set(names.map(keyOf))
  const used = new Set<string>()
  return names.map((name, index) => {
    let distinct = name
    for (let number = 2; used.has(keyOf(distinct)) || (distinct !== name && given.has(keyOf(distinct))); number++)
      distinct = `${name}_${number}`
    used.add(keyOf(distinct))
    return index === 0 ? name : distinct
  })
}
