import { WebSocket, type RawData } from 'ws'
import { fail, type Result } from '../../core/contract/index.ts'
import type { ReportBug } from '../../core/host/error-log.ts'
import type { PathGrants } from '../../core/host/path-grants.ts'
import type { Studio } from '../../core/host/studio.ts'
import type { Limits } from './limits.ts'
import type { MessagePart } from '../wire/message-parts.ts'
import { countValues, weightOf } from './message-weight.ts'
import { parseMessage, type Call, type Message } from './messages.ts'
import { PartAssembler, type Budget } from './part-assembler.ts'

/** Codes of RFC 6455 with which a window is closed. */
const CLOSE = { binary: 1003, badPayload: 1007, policy: 1008 } as const

export interface ConnectionHost {
  readonly studio: Pick<Studio, 'dispatch' | 'libraryFolder' | 'ownFolders'>
  readonly grants: PathGrants
  readonly budget: Budget
  readonly limits: Limits
  readonly report: ReportBug
}

interface Waiting extends Call {
  readonly release: () => void
}

const nothing = (): void => undefined

/**
 * One window's socket: answers its calls, a bounded number at once, and holds a bounded amount of what the window has
 * not read.
 */
export class Connection {
  readonly #socket: WebSocket
  readonly #host: ConnectionHost
  readonly #assembler: PartAssembler
  /** Calls that came in one piece with the last that may run; the socket is paused then. */
  readonly #waiting: Waiting[] = []
  #running = 0
  #unreadEventBytes = 0
  #unreadReplyBytes = 0
  #isAlive = true

  constructor(socket: WebSocket, host: ConnectionHost) {
    this.#socket = socket
    this.#host = host
    this.#assembler = new PartAssembler(host.budget, host.limits, (id) =>
      this.#refuse(id, fail('web/message-incomplete')),
    )
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    socket.on('pong', () => {
      this.#isAlive = true
    })
    socket.on('close', () => this.#close())
    // The socket closes itself with the fitting code (1002, 1007, 1009) and says so in 'close'.
    socket.on('error', nothing)
  }

  /** Sends an event; a window that has left too many unread is dropped. */
  sendEvent(text: string): void {
    const bytes = Buffer.byteLength(text)
    this.#unreadEventBytes += bytes
    if (this.#unreadEventBytes > this.#host.limits.maxUnreadEventBytes) return this.#socket.terminate()
    void this.#send(text).then(() => {
      this.#unreadEventBytes -= bytes
    })
  }

  /**
   * Ends the connection of a window that has not answered the last ping. One that is not read for now, and has read
   * everything, is spared.
   */
  checkHeartbeat(): void {
    const isHeld = this.#socket.isPaused && this.#socket.bufferedAmount === 0
    if (!this.#isAlive && !isHeld) return this.#socket.terminate()
    this.#isAlive = false
    this.#socket.ping(nothing)
  }

  #receive(data: RawData, isBinary: boolean): void {
    // A socket that we have closed brings messages until the window closes it as well.
    if (this.#socket.readyState !== WebSocket.OPEN) return
    if (isBinary) return this.#socket.close(CLOSE.binary)
    this.#isAlive = true
    const text = String(data)
    this.#take(parseMessage(text), text)
  }

  #take(message: Message, text: string): void {
    if (message.kind === 'part') return this.#takePart(message.part)
    if (message.kind === 'call') {
      const release = this.#hold(text, 0)
      return release
        ? this.#queue({ ...message.call, release })
        : this.#refuse(message.call.id, fail('web/message-too-large'))
    }
    if (message.kind === 'invalid')
      return this.#refuse(message.id, fail('call-invalid', { call: '', path: message.path, problem: message.problem }))
    this.#socket.close(message.kind === 'not-json' ? CLOSE.badPayload : CLOSE.policy)
  }

  #takePart(part: MessagePart): void {
    const assembly = this.#assembler.add(part)
    if (assembly.kind === 'complete') this.#takeWhole(part.id, assembly.text)
    else if (assembly.kind === 'too-large') this.#refuse(part.id, fail('web/message-too-large'))
    else if (assembly.kind === 'out-of-order') this.#refuse(part.id, fail('web/message-incomplete'))
  }

  /** A text of parts is a call with their id: parts of parts are not taken. */
  #takeWhole(id: number, text: string): void {
    const release = this.#hold(text, text.length)
    if (!release) return this.#refuse(id, fail('web/message-too-large'))
    const message = parseMessage(text)
    if (message.kind === 'call' && message.call.id === id) return this.#queue({ ...message.call, release })
    release()
    this.#refuse(
      id,
      fail('call-invalid', {
        call: '',
        path: '',
        problem: message.kind === 'invalid' ? message.problem : message.kind,
      }),
    )
  }

  /**
   * Takes what a call weighs, of which `held` is taken already. Returns what gives all of it back; null where it weighs
   * too much, and nothing stays taken.
   */
  #hold(text: string, held: number): (() => void) | null {
    const { budget, limits } = this.#host
    if (text.length <= limits.lightCallCharacters && held === 0) return nothing
    const values = countValues(text, limits.maxCallValues)
    const weight = weightOf(text, values)
    if (values <= limits.maxCallValues && budget.take(weight - held)) return () => budget.give(weight)
    budget.give(held)
    return null
  }

  #queue(call: Waiting): void {
    this.#waiting.push(call)
    this.#next()
  }

  /**
   * Starts what may run. The socket is read again once everything that came has started; what a closed window has asked
   * does not start.
   */
  #next(): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return
    const { maxRunningCalls, pauseReplyBytes } = this.#host.limits
    while (this.#running < maxRunningCalls && this.#unreadReplyBytes <= pauseReplyBytes) {
      const call = this.#waiting.shift()
      if (!call) {
        if (this.#socket.isPaused) this.#socket.resume()
        return
      }
      void this.#run(call)
    }
    this.#socket.pause()
  }

  /** Never rejects. A call counts as running until its reply has left this process. */
  async #run({ id, name, input, release }: Waiting): Promise<void> {
    this.#running++
    const text = this.#replyText(id, name, await this.#answer(name, input))
    release()
    await this.#sendReply(text)
    this.#running--
    this.#next()
  }

  async #answer(name: string, input: unknown): Promise<Result<unknown>> {
    const { grants, studio, report } = this.#host
    try {
      return grants.refusal(name, input, studio) ?? (await studio.dispatch(name, input))
    } catch (error) {
      return fail('internal', { message: report(name, error) })
    }
  }

  #replyText(id: number, name: string, result: Result<unknown>): string {
    try {
      return JSON.stringify({ id, result })
    } catch (error) {
      // A text cannot be longer than half a gigabyte.
      return JSON.stringify({
        id,
        result:
          error instanceof RangeError
            ? fail('web/message-too-large')
            : fail('internal', { message: this.#host.report(name, error) }),
      })
    }
  }

  #refuse(id: number, result: Result<unknown>): void {
    void this.#sendReply(JSON.stringify({ id, result }))
  }

  async #sendReply(text: string): Promise<void> {
    const bytes = Buffer.byteLength(text)
    if (this.#unreadReplyBytes > this.#host.limits.maxUnreadReplyBytes) return this.#socket.terminate()
    this.#unreadReplyBytes += bytes
    await this.#send(text)
    this.#unreadReplyBytes -= bytes
  }

  /** Resolves once the text has been handed to the system, or can no longer be. */
  #send(text: string): Promise<void> {
    if (this.#socket.readyState !== WebSocket.OPEN) return Promise.resolve()
    return new Promise((resolve) => this.#socket.send(text, () => resolve()))
  }

  #close(): void {
    this.#assembler.close()
    for (const { release } of this.#waiting.splice(0)) release()
  }
}
