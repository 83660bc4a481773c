interface Disposable {
  dispose(): void
}

/** What somebody has made so far and frees together, the last made first. */
export class Owned {
  readonly #resources: Disposable[] = []

  add<T extends Disposable>(resource: T): T {
    this.#resources.push(resource)
    return resource
  }

  /** A second call does nothing. */
  dispose(): void {
    for (const resource of this.#resources.splice(0).reverse()) resource.dispose()
  }
}
