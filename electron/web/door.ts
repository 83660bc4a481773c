import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { languageIds, languageOf, sourceLanguage, text, type Language } from '../../texts/index.ts'
import { product } from '../../texts/product.ts'
import { answerContent } from './http-answers.ts'

const STYLE = `
:root { color-scheme: light dark; --ground: #f5f4f1; --surface: #fff; --line: #e4e2dd; --text: #1c2027; --muted: #555b66; --accent: #24498a; --sunken: #f0efec; --warn: #fbf3e0; }
@media (prefers-color-scheme: dark) { :root { --ground: #14161a; --surface: #1b1e23; --line: #2d3138; --text: #e7e8ea; --muted: #abb0ba; --accent: #3f67ae; --sunken: #252930; --warn: #322a18; } }
* { box-sizing: border-box; }
body { display: grid; place-items: center; min-height: 100vh; margin: 0; padding: 24px; background: var(--ground); color: var(--text); font: 14px/1.7 'Noto Sans JP', 'Hiragino Sans', 'Yu Gothic UI', 'Noto Sans CJK JP', system-ui, sans-serif; }
main { width: min(520px, 100%); border: 1px solid var(--line); border-radius: 10px; background: var(--surface); }
header { display: flex; align-items: center; gap: 12px; padding: 20px 28px; border-bottom: 1px solid var(--line); font-weight: 600; }
.seal { display: grid; place-items: center; width: 32px; height: 32px; border-radius: 4px; background: var(--accent); color: #fff; font-size: 18px; line-height: 1; }
section { padding: 24px 28px; }
section + section { border-top: 1px solid var(--line); }
section + section h1 { font-size: 15px; }
h1 { margin: 0 0 6px; font-size: 19px; line-height: 1.4; }
p { margin: 0; color: var(--muted); }
:lang(ja) { word-break: auto-phrase; line-break: strict; }
ol { margin: 14px 0; padding: 0; list-style: none; counter-reset: step; }
li { position: relative; padding-left: 32px; counter-increment: step; }
li + li { margin-top: 12px; }
li::before { position: absolute; top: 1px; left: 0; display: grid; place-items: center; width: 22px; height: 22px; border: 1px solid var(--line); border-radius: 50%; content: counter(step); font-size: 12px; line-height: 1; }
form { display: flex; flex-wrap: wrap; align-items: end; gap: 8px; margin: 14px 0; }
label { flex: 1 1 220px; }
input { display: block; width: 100%; height: 34px; margin-top: 2px; padding: 0 10px; border: 1px solid var(--muted); border-radius: 6px; background: var(--surface); color: inherit; font: inherit; }
button { height: 34px; padding: 0 16px; border: 0; border-radius: 6px; background: var(--accent); color: #fff; font: inherit; font-weight: 600; }
:is(input, button):focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.refused { margin-bottom: 12px; padding: 8px 12px; border-radius: 6px; background: var(--warn); color: var(--text); }
code { display: block; width: fit-content; margin-top: 6px; padding: 4px 10px; border-radius: 4px; background: var(--sunken); font: 13px/1.6 ui-monospace, 'SF Mono', 'Cascadia Mono', 'Noto Sans Mono', monospace; user-select: all; }
`

const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`

interface Door {
  /** The browser's, which comes first and has the field. */
  readonly first: Language
  /** A link was opened or pasted that is of no use here. */
  readonly isRefused: boolean
}

/** A pasted link goes where a link that is opened goes. */
const form = (language: Language): string => {
  const { field, go } = text(language).door
  return `<form action="/" autocomplete="off"><label>${field}<input name="token" required autofocus spellcheck="false"></label><button>${go}</button></form>`
}

const section = (language: Language, { first, isRefused }: Door): string => {
  const { title, why, press, open, kept, refused } = text(language).door
  const note = isRefused ? `<p class="refused" role="alert">${refused}</p>` : ''
  const field = language === first ? form(language) : ''
  return `<section lang="${language}">${note}<h1>${title}</h1><p>${why}</p><ol><li>${press}<code lang="en">npx terakoya link</code></li><li>${open}</li></ol>${field}<p>${kept}</p></section>`
}

/** Every language, the browser's first. */
const page = (door: Door): string => {
  const { first } = door
  return `<!doctype html><html lang="${first}"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${text(first).door.title} – Terakoya Studio</title><style>${STYLE}</style><main><header><span class="seal" lang="ja" aria-hidden="true">${product.seal}</span>${product.name}</header>${[first, ...languageIds.filter((id) => id !== first)].map((language) => section(language, door)).join('')}</main></html>`
}

/** What whoever has no session sees: a used link, a window whose host was started anew, a bookmark. Refuses with the way to a new link. */
export function answerDoor({ headers }: IncomingMessage, response: ServerResponse, isRefused: boolean): void {
  const first = languageOf((headers['accept-language'] ?? '').split(','), sourceLanguage)
  answerContent(response, 403, page({ first, isRefused }), { type: 'text/html; charset=utf-8', policy: POLICY })
}
