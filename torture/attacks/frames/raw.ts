import { connect } from 'node:net'
import type { Random } from '../../harness/random.ts'

/** Bytes that are sent over a socket of their own. */
export interface RawCase {
  readonly name: string
  readonly bytes: readonly Uint8Array[]
  /** True where the request carries the cookie and the right Host: an answer is no finding. */
  readonly isAllowed: boolean
  /** Closes without a word when everything is sent. */
  readonly isBroken?: boolean
}

export interface Known {
  readonly port: number
  readonly cookie: string
  readonly key: string
  readonly random: Random
}

export type CaseMaker = (known: Known) => RawCase

const ANSWER_MS = 300
const ANSWER_BYTES = 20_000

/** Sends the bytes and returns what comes back until the socket ends or a moment has passed. */
export function sendRaw(port: number, { bytes, isBroken }: RawCase): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1')
    const end = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(end, ANSWER_MS)
    let quiet: NodeJS.Timeout | undefined
    socket.on('data', (data) => {
      answer = (answer + data.toString('latin1')).slice(0, ANSWER_BYTES)
      // After an answer some more may come, but not for long.
      clearTimeout(quiet)
      quiet = setTimeout(end, 15)
    })
    socket.on('error', end)
    socket.on('close', end)
    socket.on('connect', () => {
      for (const part of bytes) socket.write(part)
      if (isBroken) setTimeout(() => socket.resetAndDestroy(), 2)
    })
  })
}

/** Characters as bytes of their own: 0x80 … 0xFF stay single bytes. */
export const latin = (text: string): Uint8Array => Buffer.from(text, 'latin1')
