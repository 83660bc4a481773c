import type { Preferences } from '../contract/index.ts'
import type { ReportBug } from './error-log.ts'
import { readPreferences, writePreferences, type StoredPreferences } from './preferences.ts'

/** The preferences as they were read at the start, with what was saved since. */
export class SavedPreferences {
  readonly #file: string
  #current: StoredPreferences
  #saving: Promise<unknown> = Promise.resolve()

  private constructor(file: string, current: StoredPreferences) {
    this.#file = file
    this.#current = current
  }

  /** Reads the file as `readPreferences` does. */
  static async open(file: string, report: ReportBug): Promise<SavedPreferences> {
    return new SavedPreferences(file, await readPreferences(file, report))
  }

  get current(): StoredPreferences {
    return this.#current
  }

  /** Those that a window shows. */
  get shown(): Preferences {
    const { language, theme, offline } = this.#current
    return { language, theme, offline }
  }

  /** Saves follow each other; one that fails changes nothing. */
  save(changes: Partial<StoredPreferences>): Promise<void> {
    const saved = this.#saving.then(async () => {
      const next = { ...this.#current, ...changes }
      await writePreferences(this.#file, next)
      this.#current = next
    })
    this.#saving = saved.catch(() => undefined)
    return saved
  }
}
