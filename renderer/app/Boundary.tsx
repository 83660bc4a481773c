import { Component, type ReactNode } from 'react'
import { ErrorNotice } from '../errors/index.ts'
import styles from './Boundary.module.css'

interface BoundaryState {
  readonly message: string | null
}

/** Catches a bug while a room draws, so that the other rooms stay usable. */
export class Boundary extends Component<{ readonly children: ReactNode }, BoundaryState> {
  override state: BoundaryState = { message: null }

  static getDerivedStateFromError(error: unknown): BoundaryState {
    return { message: error instanceof Error ? error.message : String(error) }
  }

  override render(): ReactNode {
    if (this.state.message === null) return this.props.children
    return (
      <div className={styles.broken}>
        <ErrorNotice
          error={{ code: 'internal', facts: { message: this.state.message } }}
          onRetry={() => this.setState({ message: null })}
        />
      </div>
    )
  }
}
