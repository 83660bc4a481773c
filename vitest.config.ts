import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Minutes by itself: begun first, so that nothing waits for it at the end. */
const LONGEST = /webgpu\.test\.ts$/

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return [
      ...sorted.filter(({ moduleId }) => LONGEST.test(moduleId)),
      ...sorted.filter((file) => !LONGEST.test(file.moduleId)),
    ]
  }
}

/** Rooms whose tests leave a process as they found it: their files share processes, and what these have imported. */
const SHARING =
  'checkpoints|cli|contract|datasets|engine|exports|files|generation|gguf|goldens|graph|hub|jinja|local-models|metrics|models|net|' +
  'optimization|planning|random|samples|tokenizers|training|weights'
/**
 * These change lists of formats and operators, how files are read, and where Vulkan looks for its driver; one measures its
 * process.
 */
const changing = [
  'core/datasets/new-format.test.ts',
  'core/graph/onnx/writer.test.ts',
  'core/optimization/optimizers.test.ts',
  'core/training/checkpoint-reads.test.ts',
  'core/training/memory-estimate.test.ts',
  'core/goldens/webgpu.test.ts',
]
const testsOf = (...rooms: string[]): string[] => rooms.map((room) => `${room}/**/*.test.{ts,tsx}`)

const common = {
  pool: 'forks' as const,
  setupFiles: ['scripts/lib/share-cores.mjs', 'scripts/lib/equal-bytes.mjs'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // One second by itself: too little where other tests take the cores.
  expect: { poll: { timeout: 30_000 } },
}

export default defineConfig({
  test: {
    // One more than there are cores: some files wait for a process or the disk. Vitest would leave a core to itself.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...common,
          name: 'sharing',
          include: testsOf('renderer', 'texts', `core/+(${SHARING})`),
          exclude: changing,
          isolate: false,
        },
      },
      {
        test: {
          ...common,
          name: 'alone',
          include: [...changing, ...testsOf('bench', 'electron', 'scripts', `core/!(${SHARING})`)],
        },
      },
    ],
  },
})
