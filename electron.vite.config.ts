import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

const entry = (path: string) => resolve(import.meta.dirname, path)

// Packages with native parts stay outside of the bundle: they find their libraries beside themselves.
const external = ['electron', 'koffi', '@duckdb/node-api', 'onnxruntime-node', /^@duckdb\//, /^node:/]

// The GPU pack's provider is a package of npm: of the one that this computer uses.
const npmAddress = () =>
  execFileSync('npm', ['config', 'get', 'registry'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()

/**
 * The oldest that the build runs in: the web host in Node 20, the window in Electron 33 (Node 20.18, Chromium 130), the
 * oldest that the journeys have run in. Without these electron-vite takes the versions of the installed Electron.
 */
const target = { node: 'node20.18', page: 'chrome130' }

export default defineConfig({
  main: {
    define: { __NPM_ADDRESS__: JSON.stringify(npmAddress()) },
    build: {
      target: target.node,
      externalizeDeps: false,
      rolldownOptions: {
        external,
        input: {
          main: entry('electron/main/main.ts'),
          engine: entry('electron/engine/engine.ts'),
          reader: entry('electron/reader/reader.ts'),
          'llama-cpp': entry('electron/llama-cpp/llama-cpp.ts'),
          cli: entry('electron/web/cli.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      target: target.node,
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
    build: {
      target: target.page,
      rolldownOptions: {
        // The web host's bridge is a page's script, too: what it shares with the window is loaded once.
        input: { index: entry('renderer/index.html'), bridge: entry('electron/bridge/bridge.ts') },
        output: { entryFileNames: ({ name }) => (name === 'bridge' ? 'bridge.js' : 'assets/[name]-[hash].js') },
      },
    },
  },
})
