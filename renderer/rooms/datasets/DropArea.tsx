import { FileInput } from 'lucide-react'
import { useRef, useState, type DragEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { importDropped } from './datasets.actions.ts'
import { useFormats, usualEndings } from './formats.store.ts'
import styles from './DatasetsRoom.module.css'

const hasFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files')

/** Files dropped anywhere on its children are imported. */
export function DropArea({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation('datasets')
  const endings = usualEndings(useFormats((state) => state.known))
  const [over, setOver] = useState(false)
  // Enter and leave are sent for every element on the way: only their balance tells whether the pointer is still
  // inside.
  const depth = useRef(0)
  const track = (event: DragEvent, delta: 1 | -1) => {
    if (!hasFiles(event)) return
    depth.current = Math.max(0, depth.current + delta)
    setOver(depth.current > 0)
  }
  const drop = (event: DragEvent) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    depth.current = 0
    setOver(false)
    void importDropped([...event.dataTransfer.files])
  }
  return (
    <div
      className={styles.dropArea}
      onDragEnter={(event) => track(event, 1)}
      onDragLeave={(event) => track(event, -1)}
      onDragOver={(event) => hasFiles(event) && event.preventDefault()}
      onDrop={drop}
    >
      {children}
      {over && (
        <div className={styles.dropHint}>
          <FileInput size={28} aria-hidden />
          <strong>{t('dropHere')}</strong>
          <span>{t('dropKinds', { endings })}</span>
        </div>
      )}
    </div>
  )
}
