import { memo, type ReactNode } from 'react'
import { cx } from '../ui/index.ts'
import { parseBlocks, parseSpans, type Block, type ParseOptions } from './markdown.ts'
import styles from './Markdown.module.css'

/**
 * Markdown of other people and of models, as elements: no HTML of theirs, no picture, no link that can be followed.
 */
export const Markdown = memo(function Markdown({
  text,
  as,
  className,
}: { readonly text: string; readonly className?: string | undefined } & ParseOptions) {
  return (
    <div className={cx(styles.text, styles[as], className)}>
      {parseBlocks(text, { as }).map((block, index) => (
        <BlockView key={index} block={block} />
      ))}
    </div>
  )
})

function BlockView({ block }: { readonly block: Block }): ReactNode {
  switch (block.kind) {
    case 'heading': {
      const Heading = block.level === 1 ? 'h2' : 'h3'
      return (
        <Heading>
          <Spans text={block.text} />
        </Heading>
      )
    }
    case 'paragraph':
      return (
        <p>
          <Spans text={block.text} />
        </p>
      )
    case 'quote':
      return (
        <blockquote>
          <Spans text={block.text} />
        </blockquote>
      )
    case 'code':
      return <pre className={styles.pre}>{block.text}</pre>
    case 'list': {
      const items = block.items.map((item, index) => (
        <li key={index}>
          <Spans text={item} />
        </li>
      ))
      return block.first === null ? <ul>{items}</ul> : <ol start={block.first}>{items}</ol>
    }
    case 'table':
      return <Table table={block} />
  }
}

function Table({ table: { head, aligns, rows } }: { readonly table: Extract<Block, { kind: 'table' }> }) {
  return (
    <div className={styles.wide}>
      <table>
        <thead>
          <tr>
            {head.map((cell, column) => (
              <th key={column} data-align={aligns[column]}>
                <Spans text={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column} data-align={aligns[column]}>
                  <Spans text={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Spans({ text }: { readonly text: string }): ReactNode {
  return parseSpans(text).map((span, index) => {
    if (span.kind === 'text') return span.text
    return span.kind === 'strong' ? <strong key={index}>{span.text}</strong> : <code key={index}>{span.text}</code>
  })
}
