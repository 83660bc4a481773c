// `node scripts/export-goldens.mjs OUT`: writes the goldens' exports, and the variants of two families, for
// tools/check-exports.py.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { exportGolden, variantOf, variants } from './golden-exports.ts'

const [fixtures = '', out = ''] = process.argv.slice(2)
for (const name of (await readdir(fixtures)).sort()) {
  const base = join(fixtures, name)
  await exportGolden({ name, base, adapter: join(base, 'adapter') }, join(out, name))
}
for (const name of ['llama', 'gpt2'])
  for (const variant of variants) {
    const folder = join(out, 'variants', `${name}-${variant.kind}-${variant.dtype}`)
    await exportGolden(await variantOf(join(fixtures, name), variant, folder), folder)
  }
