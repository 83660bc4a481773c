import type { Stories } from './story.ts'
import styles from './Page.module.css'

const files = import.meta.glob<{ readonly stories: Stories }>('./*.stories.tsx', { eager: true })

/** The stories of every control, by its name. */
export const controls: Readonly<Record<string, Stories>> = Object.fromEntries(
  Object.entries(files).map(([file, { stories }]) => [file.replace(/^.*\/|\.stories\.tsx$/g, ''), stories]),
)

/** Every control in its states. */
export const Page = () => (
  <main className={styles.page}>
    {Object.entries(controls).map(([control, stories]) => (
      <section key={control} className={styles.control} aria-label={control}>
        <h2 className={styles.name}>{control}</h2>
        <div className={styles.states}>
          {Object.entries(stories).map(([state, draw]) => (
            <figure key={state} className={styles.state}>
              {draw()}
              <figcaption className={styles.caption}>{state}</figcaption>
            </figure>
          ))}
        </div>
      </section>
    ))}
  </main>
)
