import styles from './Seal.module.css'

/** The studio's mark: 寺 as a seal. Decoration only. */
export const Seal = () => (
  <span className={styles.seal} aria-hidden lang="ja">
    寺
  </span>
)
