import { Markdown } from '../markdown/index.ts'

/** A model's or dataset's card; its markdown stays text, nothing becomes HTML. */
export const Card = ({ text }: { readonly text: string }) => <Markdown text={text} as="card" />
