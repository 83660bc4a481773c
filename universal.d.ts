// What Node, Electron and browsers all have besides the language: the only globals of rooms that compute (tsconfig.pure.json).

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>
}

declare class URL {
  constructor(address: string, base?: string)
  static canParse(address: string, base?: string): boolean
  readonly href: string
  readonly protocol: string
  readonly host: string
  readonly origin: string
  readonly hostname: string
  readonly port: string
  readonly pathname: string
  readonly search: string
  readonly hash: string
  readonly username: string
  readonly password: string
}

/** A file that a page was given. */
interface File {
  readonly name: string
  readonly size: number
}

declare class URLSearchParams {
  constructor(query?: string)
  get(name: string): string | null
}
