import { assertNever, toAppError } from '../contract/errors.ts'
import type { HostPort } from '../processes/port.ts'
import {
  HEARTBEAT_MS,
  type EngineMethod,
  type EngineMethods,
  type EngineReply,
  type EngineRequest,
} from './engine-protocol.ts'

type Handler<M extends EngineMethod> = (
  params: EngineMethods[M]['params'],
  context: { readonly signal: AbortSignal; readonly onEvent: (event: EngineMethods[M]['event']) => void },
) => Promise<EngineMethods[M]['result']>

export type EngineHandlers = { [M in EngineMethod]: Handler<M> }

/**
 * The engine's side: answers the host's calls, each cancellable, several at a time, and beats while its event loop
 * turns. The heavy modules are loaded on the first call that needs them, so that a fresh engine answers at once.
 */
export function runEngine(port: HostPort, handlers: EngineHandlers = engineHandlers): void {
  const running = new Map<number, AbortController>()
  const send = (reply: EngineReply) => port.send(reply)
  setInterval(() => send({ type: 'heartbeat' }), HEARTBEAT_MS)

  async function call(id: number, method: EngineMethod, params: unknown): Promise<void> {
    const controller = new AbortController()
    running.set(id, controller)
    try {
      const handler = handlers[method] as Handler<EngineMethod>
      const onEvent = (event: unknown) => send({ type: 'event', id, event })
      const result = await handler(params as never, { signal: controller.signal, onEvent })
      send({ type: 'result', id, result })
    } catch (error) {
      send({
        type: 'error',
        id,
        error: toAppError(error),
        stack: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })
    } finally {
      running.delete(id)
    }
  }

  port.onMessage((message) => {
    const request = message as EngineRequest
    switch (request.type) {
      case 'call':
        void call(request.id, request.method, request.params)
        break
      case 'cancel':
        send({ type: 'cancelling', id: request.id })
        running.get(request.id)?.abort()
        break
      default:
        assertNever(request)
    }
  })
}

/** Settles with the job, or when the signal comes. */
const untilAborted = (job: Promise<void>, signal: AbortSignal): Promise<void> =>
  Promise.race([
    job,
    new Promise<void>((resolve) =>
      signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true }),
    ),
  ])

const engineHandlers: EngineHandlers = {
  devices: async () => (await import('./engine-devices.ts')).reportDevices(),
  train: async (job, { signal, onEvent }) => {
    await untilAborted((await import('./engine-chat.ts')).closeModels(), signal)
    const [{ train }, { giveBackFreedMemory }] = await Promise.all([
      import('../training/trainer.ts'),
      import('../runtime/index.ts'),
    ])
    return train(job, { signal, onEvent }).finally(giveBackFreedMemory)
  },
  generate: async (job, context) => (await import('./engine-chat.ts')).answer(job, context),
}
