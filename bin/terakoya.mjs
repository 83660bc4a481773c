#!/usr/bin/env node
// `npx terakoya …`: sets up what is missing, then runs the built command in this process.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureBuilt, ensureInstalled, root } from '../scripts/lib/setup.mjs'

ensureInstalled()
ensureBuilt()
await import(pathToFileURL(join(root, 'out', 'main', 'cli.js')).href)
