import '@fontsource-variable/noto-sans-jp/index.css'
import '../ui/tokens.css'
import '../ui/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { languageFor } from '../../texts/index.ts'
import { browserLanguage, rememberedLanguage, startTexts } from '../language/index.ts'
import { NoHost } from './NoHost.tsx'
import { applyTheme, rememberedTheme } from './theme.ts'

applyTheme(rememberedTheme())
await startTexts(languageFor(rememberedLanguage(), browserLanguage()))

const root = document.getElementById('root')
if (root) createRoot(root).render(<StrictMode>{'studio' in window ? <App /> : <NoHost />}</StrictMode>)
