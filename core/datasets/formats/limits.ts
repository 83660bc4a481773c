export { MAX_COLUMNS } from '../../contract/column-name.ts'
