/** Where the studio's links lead: nothing else is opened in the user's browser. Adding a site is adding a line here. */
const sites: readonly string[] = ['https://huggingface.co']

const MAX_LINK_CHARACTERS = 2000

/**
 * The address to open in the user's browser, normalised; null where it is not one of ours. `more` are further sites
 * (origins) that the user has configured, such as a mirror of the Hub. Only https; a user name, another port or a host
 * that merely looks alike is refused.
 */
export function allowedLink(target: string, more: readonly string[] = []): string | null {
  if (target.length > MAX_LINK_CHARACTERS || !URL.canParse(target)) return null
  const { protocol, origin, username, password, href } = new URL(target)
  if (protocol !== 'https:' || username !== '' || password !== '') return null
  return [...sites, ...more].includes(origin) ? href : null
}
