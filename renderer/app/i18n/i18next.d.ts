import 'i18next'
import type * as ja from './locales/ja/index.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common'
    resources: typeof ja
    interpolationPrefix: '{'
    interpolationSuffix: '}'
  }
}
