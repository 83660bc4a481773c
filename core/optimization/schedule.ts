/** How the learning rate changes over a run, after the warm-up. */
export interface Schedule {
  /** Its name where a language's texts say no more. */
  readonly title: string
  /** False: the minimum ratio of the learning rate has no meaning. */
  readonly decays: boolean
  /** Share of the learning rate at `progress` 0 … 1, before the minimum ratio is applied. */
  share(progress: number): number
}
