import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { freeCudaBytes } from '../core/runtime/cuda-driver.ts'
import { openRuntime } from '../core/runtime/index.ts'

/** What another program leaves of a card: holds the rest until this process ends. */
export async function holdAllBut(freeGB: number): Promise<void> {
  const device = openRuntime().device('cuda')
  await device.ready()
  device.tensor('uint8', [Math.max(0, Math.floor(freeCudaBytes() - freeGB * 1e9))])
  console.log('held')
  process.stdin.resume()
  await once(process.stdin, 'end')
}

/** Such a program, once it holds its part; kill it in the end. */
export async function crowdCard(child: string, freeGB: number): Promise<ChildProcess> {
  const program = spawn(process.execPath, [fileURLToPath(import.meta.url), child, '', 'crowd', String(freeGB)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await Promise.race([
    once(program.stdout!, 'data'),
    once(program, 'exit').then(() => {
      throw new Error('the card could not be filled')
    }),
  ])
  return program
}
