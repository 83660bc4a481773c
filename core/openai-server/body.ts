import type { IncomingMessage } from 'node:http'
import { UserError } from '../contract/index.ts'
import { depthOf } from '../files/json-file.ts'
import type { Limits } from './limits.ts'

/**
 * The JSON of a request. Throws UserError 'api/content-type', 'api/too-large', 'api/incomplete', 'api/too-deep',
 * 'api/bad-json'.
 */
export async function readBody(request: IncomingMessage, { maxBodyBytes, maxDepth }: Limits): Promise<unknown> {
  const {
    'content-type': type = '',
    'content-encoding': packed = 'identity',
    'content-length': length,
  } = request.headers
  if (!/^application\/json\s*(;|$)/i.test(type) || packed !== 'identity') throw new UserError('api/content-type')
  if (Number(length) > maxBodyBytes) throw new UserError('api/too-large', { maxMB: maxBodyBytes / 2 ** 20 })
  const bytes = await readBytes(request, maxBodyBytes)
  if (depthOf(bytes) > maxDepth) throw new UserError('api/too-deep', { max: maxDepth })
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new UserError('api/bad-json')
  }
}

async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes) break
      chunks.push(chunk)
    }
  } catch {
    throw new UserError('api/incomplete')
  }
  if (size > maxBytes) throw new UserError('api/too-large', { maxMB: maxBytes / 2 ** 20 })
  return Buffer.concat(chunks)
}
