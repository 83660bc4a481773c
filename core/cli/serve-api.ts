import { writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { UserError } from '../contract/index.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { readRegularFile } from '../files/regular-file.ts'
import { newKey } from '../openai-server/key.ts'
import { DEFAULT_API_PORT } from '../openai-server/service.ts'
import { parseArguments } from './arguments.ts'
import type { CliContext, OpenCliContext } from './context.ts'
import { text } from './print.ts'
import { untilTold } from './until-told.ts'

const LOOPBACK = '127.0.0.1'
const MAX_KEY_BYTES = 4096

/**
 * `terakoya serve-api [--host H] [--port N] [--key-file F | --new-key]`: prints the addresses, says where the key is,
 * and serves until it is told to end.
 */
export async function serveApiCommand(context: OpenCliContext, args: readonly string[]): Promise<number> {
  const { options, flags, rest } = parseArguments(args, ['host', 'port', 'key-file'], [], ['new-key'])
  const port = options['port'] === undefined ? DEFAULT_API_PORT : Number(options['port'])
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new UserError('cli/usage', { problem: '--port' })
  const file = options['key-file']
  const problem = rest[0] ?? (file !== undefined && flags.has('new-key') ? '--new-key' : undefined)
  if (problem !== undefined) throw new UserError('cli/usage', { problem })
  const host = options['host'] ?? LOOPBACK
  const told = untilTold()
  const key = file === undefined ? null : await keyIn(file)
  const keyLine =
    file === undefined ? await accountKeyLine(context, flags.has('new-key')) : text('apiKeyInFile', { file })
  const { address } = await context.apiServer.listen({
    host,
    port,
    isExact: options['port'] !== undefined,
    ...(key !== null && { key }),
  })
  for (const each of addressesOf(host, address ?? '')) console.log(each)
  console.error(keyLine)
  if (!isLoopback(host)) console.error(text('apiOnNetwork'))
  console.error(text('apiServing'))
  await told
  return 0
}

/** Makes the account's key where there is none, or another one is wanted. */
async function accountKeyLine({ call }: CliContext, isNew: boolean): Promise<string> {
  if (!isNew && (await call('apiServer.state', {})).hasKey) return text('apiKeyKept')
  const { key } = await call('apiServer.replaceKey', {})
  return text('apiKeyMade', { key })
}

/** The key in a file; one that is not there is made, for its owner only. Throws UserError 'api/key-file'. */
async function keyIn(file: string): Promise<string> {
  const key = newKey()
  try {
    await writeFile(file, `${key}\n`, { mode: 0o600, flag: 'wx' })
    return key
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw toDiskError(error, file)
  }
  const found = (await readRegularFile(file, { maxBytes: MAX_KEY_BYTES })).toString('utf8').trim()
  if (!/^[\x21-\x7e]{16,}$/.test(found)) throw new UserError('api/key-file', { file })
  return found
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host)

/** Where a server on every address can be found: at each of them. */
function addressesOf(host: string, address: string): string[] {
  const family = host === '0.0.0.0' ? 4 : host === '::' ? 6 : null
  if (family === null || isIP(host) === 0) return [address]
  const { port } = new URL(address)
  return Object.values(networkInterfaces())
    .flatMap((found) => found ?? [])
    .filter((found) => found.family === 'IPv4' || (family === 6 && found.scopeid === 0))
    .map((found) => `http://${found.family === 'IPv6' ? `[${found.address}]` : found.address}:${port}/v1`)
}
