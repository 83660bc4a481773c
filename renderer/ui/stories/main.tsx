import '@fontsource-variable/noto-sans-jp/index.css'
import '../tokens.css'
import '../base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { isLanguage, sourceLanguage } from '../../../texts/index.ts'
import { startTexts } from '../../language/index.ts'
import { Page } from './Page.tsx'

// `?language=en&theme=dark`: the controls as that window shows them.
const asked = new URLSearchParams(location.search)
const language = asked.get('language')
const theme = asked.get('theme') ?? 'light'
Object.assign(document.documentElement.dataset, { theme, scheme: theme === 'dark' ? 'dark' : 'light' })
// The document scrolls here, so that one picture holds all of it.
for (const { style } of [document.documentElement, document.body])
  Object.assign(style, { height: 'auto', overflow: 'visible' })
await startTexts(isLanguage(language) ? language : sourceLanguage)

createRoot(document.getElementById('stories')!).render(
  <StrictMode>
    <Page />
  </StrictMode>,
)
