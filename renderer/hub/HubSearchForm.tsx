import { Search } from 'lucide-react'
import type { FormEvent, KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { Button, SearchField } from '../ui/index.ts'
import styles from './hub.module.css'

interface HubSearchFormProps {
  readonly label: string
  readonly placeholder: string
  readonly value: string
  readonly onChange: (query: string) => void
  readonly onSearch: () => void
}

/** Words, an id or a link, and the button that searches. Keys of an input method stay with it. */
export function HubSearchForm({ label, placeholder, value, onChange, onSearch }: HubSearchFormProps) {
  const { t } = useTranslation('hub')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSearch()
  }
  return (
    <form className={styles.search} onSubmit={submit} onKeyDownCapture={leaveToInputMethod}>
      <SearchField
        label={label}
        placeholder={placeholder}
        value={value}
        onChange={onChange}
        autoFocus
        className={styles.field as string}
      />
      <Button type="submit" icon={<Search size={15} />}>
        {t('search.run')}
      </Button>
    </form>
  )
}

/** Safari ends a composition before it tells of its Enter: only the key code says so. */
const INPUT_METHOD_KEY_CODE = 229

/** Enter takes over what was composed and Escape gives it up: neither searches, nor empties the field. */
function leaveToInputMethod(event: KeyboardEvent): void {
  const { isComposing, keyCode } = event.nativeEvent
  if (!isComposing && keyCode !== INPUT_METHOD_KEY_CODE) return
  if (event.key === 'Enter') event.preventDefault()
  event.stopPropagation()
}
