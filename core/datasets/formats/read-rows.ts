/** Rows that a reader has finished and that nobody has taken yet. */
export class ReadRows<R> {
  #rows: R[] = []

  push(row: R): void {
    this.#rows.push(row)
  }

  take(): R[] {
    const rows = this.#rows
    this.#rows = []
    return rows
  }
}
