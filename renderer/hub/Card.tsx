import { parseBlocks } from './markdown.ts'
import styles from './hub.module.css'

/** A model's or dataset's card; its markdown stays text, nothing becomes HTML. */
export function Card({ text }: { readonly text: string }) {
  return (
    <div className={styles.card}>
      {parseBlocks(text).map((block, index) => {
        if (block.kind === 'heading')
          return block.level === 1 ? <h2 key={index}>{block.text}</h2> : <h3 key={index}>{block.text}</h3>
        if (block.kind === 'code')
          return (
            <pre key={index} className={styles.pre}>
              {block.text}
            </pre>
          )
        if (block.kind === 'list')
          return (
            <ul key={index}>
              {block.items.map((item, at) => (
                <li key={at}>{item}</li>
              ))}
            </ul>
          )
        return <p key={index}>{block.text}</p>
      })}
    </div>
  )
}
