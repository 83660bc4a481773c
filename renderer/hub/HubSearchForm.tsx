import { Search } from 'lucide-react'
import { useRef, type FormEvent, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { Button, SearchField } from '../ui/index.ts'
import styles from './hub.module.css'

interface HubSearchFormProps {
  readonly label: string
  readonly placeholder: string
  readonly value: string
  readonly onChange: (query: string) => void
  readonly onSearch: () => void
  /** For a form that is all of its view; in a tab it would take the focus from the tabs. */
  readonly autoFocus?: boolean
}

/** Words, an id or a link, and the button that searches. Keys of an input method stay with it. */
export function HubSearchForm({
  label,
  placeholder,
  value,
  onChange,
  onSearch,
  autoFocus = false,
}: HubSearchFormProps) {
  const { t } = useTranslation('hub')
  const inputMethod = useInputMethod()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!inputMethod.isAtWork()) onSearch()
  }
  return (
    <form className={styles.search} onSubmit={submit} {...inputMethod.listeners}>
      <SearchField
        label={label}
        placeholder={placeholder}
        value={value}
        onChange={onChange}
        autoFocus={autoFocus}
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

/** Whether the key that is down belongs to the input method: its Enter does not search, its Escape empties no field. */
function useInputMethod() {
  const isAtWork = useRef(false)
  const rest = () => (isAtWork.current = false)
  const listeners = {
    onKeyDownCapture(event: KeyboardEvent) {
      const { isComposing, keyCode } = event.nativeEvent
      isAtWork.current = isComposing || keyCode === INPUT_METHOD_KEY_CODE
      if (isAtWork.current && event.key === 'Escape') event.stopPropagation()
    },
    onKeyUpCapture: rest,
    onPointerDownCapture: rest,
  }
  return { isAtWork: () => isAtWork.current, listeners }
}
