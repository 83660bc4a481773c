import { FolderInput } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { DropArea } from '../index.ts'
import { words, type Stories } from './story.ts'

/** Begins to drag a file over it, as a person would. */
function Over() {
  const frame = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const event = new Event('dragenter', { bubbles: true })
    Object.assign(event, { dataTransfer: { types: ['Files'] } })
    frame.current?.querySelector('p')?.dispatchEvent(event)
  }, [])
  return (
    <div ref={frame} style={{ height: 140 }}>
      <DropArea icon={<FolderInput size={28} />} title={words.add()} text={words.hint()} onDrop={() => {}}>
        <p>{words.lead()}</p>
      </DropArea>
    </div>
  )
}

export const stories: Stories = {
  'at rest': () => (
    <DropArea icon={<FolderInput size={28} />} title={words.add()} onDrop={() => {}}>
      <p>{words.lead()}</p>
    </DropArea>
  ),
  'with something over it': () => <Over />,
}
