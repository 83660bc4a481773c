// `npm run floors`: writes the table of floors.mjs into ARCHITECTURE.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { floorsTable } from '../floors.mjs'

const file = join(import.meta.dirname, '..', 'ARCHITECTURE.md')
const [start, end] = ['<!-- prettier-ignore-start -->\n', '\n<!-- prettier-ignore-end -->']
const page = readFileSync(file, 'utf8')
const [from, to] = [page.indexOf(start) + start.length, page.indexOf(end)]
writeFileSync(file, page.slice(0, from) + floorsTable() + page.slice(to))
