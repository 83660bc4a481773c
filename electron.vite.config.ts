import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

const entry = (path: string) => resolve(import.meta.dirname, path)

// Packages with native parts stay outside of the bundle: they find their libraries beside themselves.
const external = ['electron', 'koffi', '@duckdb/node-api', 'onnxruntime-node', /^@duckdb\//, /^node:/]

export default defineConfig({
  main: {
    build: {
      externalizeDeps: false,
      rolldownOptions: {
        external,
        input: {
          main: entry('electron/main/main.ts'),
          engine: entry('electron/engine/engine.ts'),
          cli: entry('electron/web/cli.ts'),
          bridge: entry('electron/web/bridge.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      externalizeDeps: false,
      rolldownOptions: {
        external: ['electron'],
        input: { preload: entry('electron/preload/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [react()],
    build: { rolldownOptions: { input: entry('renderer/index.html') } },
  },
})
