import { product } from '../../texts/product.ts'
import styles from './Seal.module.css'

/** The studio's mark, as a seal. Decoration only. */
export const Seal = () => (
  <span className={styles.seal} aria-hidden lang="ja">
    {product.seal}
  </span>
)
