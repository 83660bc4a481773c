import { useRef, useState, type DragEvent, type ReactNode } from 'react'
import styles from './DropArea.module.css'

const hasFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files')

/** Takes files and folders that are dropped anywhere on its children; meanwhile it says what will become of them. */
export function DropArea({
  icon,
  title,
  text,
  onDrop,
  children,
}: {
  readonly icon: ReactNode
  readonly title: string
  readonly text?: string
  readonly onDrop: (dropped: DataTransfer) => void
  readonly children: ReactNode
}) {
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
    onDrop(event.dataTransfer)
  }
  return (
    <div
      className={styles.area}
      onDragEnter={(event) => track(event, 1)}
      onDragLeave={(event) => track(event, -1)}
      onDragOver={(event) => hasFiles(event) && event.preventDefault()}
      onDrop={drop}
    >
      {children}
      {over && (
        <div className={styles.hint}>
          {icon}
          <strong>{title}</strong>
          {text && <span>{text}</span>}
        </div>
      )}
    </div>
  )
}
