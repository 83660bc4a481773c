import 'i18next'
import type * as rooms from '../../texts/ja/rooms/index.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common'
    resources: typeof rooms
    interpolationPrefix: '{'
    interpolationSuffix: '}'
  }
}
