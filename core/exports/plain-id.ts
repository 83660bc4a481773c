/**
 * An id of Latin letters, digits, `.`, `_` and `-` that shows which run it is of: its name, as far as that has such
 * letters, else its base's with an ending.
 */
export function plainId(
  { name, model }: { readonly name: string; readonly model: { readonly id: string } },
  ending: string,
): string {
  const own = plain(name)
  return /[A-Za-z]/.test(own) ? own : `${plain(model.id)}-${ending}`
}

/** The Hub's limit for the name of a repository is 96, a model's id may have 128. */
const MAX_CHARACTERS = 88

/** The Hub takes no `--`, no `..`, and neither at an end. */
const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .replaceAll(/[^A-Za-z0-9._]+/g, '-')
    .replaceAll(/([-.])[-.]+/g, '$1')
    .slice(0, MAX_CHARACTERS)
    .replaceAll(/^[-.]+|[-.]+$/g, '')
