/**
 * F6 goes round the room's regions: list, toolbar, table. Tab moves inside the table, so this is the keyboard's way out
 * of it.
 */
const ORDER = ['list', 'tools', 'grid'] as const
type Region = (typeof ORDER)[number]

const TARGETS: Record<Region, string> = {
  list: '[role="option"][aria-selected="true"], [role="option"], button',
  tools: 'button:not([disabled]):not([aria-disabled="true"])',
  grid: '[data-grid-input], button',
}

const regionOf = (element: Element | null): Region | null =>
  (element?.closest('[data-region]')?.getAttribute('data-region') as Region | null) ?? null

/** Moves the focus from the region that has it to the next one that can take it. */
export function moveRegion(room: Element, direction: 'forward' | 'back'): void {
  const from = regionOf(document.activeElement)
  const start = from === null ? (direction === 'forward' ? -1 : ORDER.length) : ORDER.indexOf(from)
  for (let distance = 1; distance <= ORDER.length; distance += 1) {
    const index = (start + (direction === 'forward' ? distance : -distance) + ORDER.length * 2) % ORDER.length
    const region = ORDER[index]
    const scope = region && room.querySelector(`[data-region="${region}"]`)
    const target = region && scope ? firstOf(scope, TARGETS[region]) : null
    if (!target) continue
    target.focus({ preventScroll: true })
    return
  }
}

/** The first element by the first selector of the list that matches any. */
function firstOf(scope: Element, selectors: string): HTMLElement | null {
  for (const selector of selectors.split(', ')) {
    const element = scope.querySelector<HTMLElement>(selector)
    if (element) return element
  }
  return null
}
