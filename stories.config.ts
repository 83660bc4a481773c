import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// `npm run stories`: the controls of renderer/ui in their states.
const root = join(import.meta.dirname, 'renderer', 'ui', 'stories')
export default defineConfig({
  root,
  plugins: [react()],
  cacheDir: join(import.meta.dirname, '.cache', 'stories'),
  server: { fs: { allow: [import.meta.dirname] } },
})
