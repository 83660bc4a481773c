import type { LocaleOf } from '../locale.ts'
import type { presets as ja } from '../ja/presets.ts'

export const presets: LocaleOf<typeof ja> = {
  'first-try': { label: 'First try', help: "The tutorial's settings: teaches one fact from a few rows." },
}
