import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { unpacked } from '../gpu-pack/shipped-library.ts'
import { findLibrary } from './library.ts'
import { Runtime } from './runtime.ts'

describe('the library', () => {
  it('is the one of onnxruntime-node, or the one that ORT_LIBRARY names', () => {
    const shipped = findLibrary({})
    expect(shipped).toContain(join('onnxruntime-node', 'bin', 'napi-v6', process.platform, process.arch))
    expect(findLibrary({ ORT_LIBRARY: shipped })).toBe(shipped)
    expect(() => findLibrary({ ORT_LIBRARY: '/nowhere/libonnxruntime.so' })).toThrow('runtime/library-missing')
  })

  it('is looked for beside an app.asar, not in it', () => {
    const packed = join('/opt', 'Terakoya', 'resources', 'app.asar', 'node_modules', 'library.so')
    expect(unpacked(packed)).toBe(
      join('/opt', 'Terakoya', 'resources', 'app.asar.unpacked', 'node_modules', 'library.so'),
    )
  })

  it('is refused in words when the file is no library', () => {
    expect(() => new Runtime(import.meta.filename)).toThrow('runtime/library-unloadable')
  })
})
