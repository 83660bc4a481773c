import type { Checkpoint } from '../checkpoints/index.ts'
import {
  settingKeys,
  settingOf,
  type DeviceKind,
  type SettingGroup,
  type SettingKey,
  type SettingValues,
} from '../contract/index.ts'
import { canCaptureDecoding, cachePlaces, decodingTypeOf } from '../generation/generator.ts'
import type { DType, Graph } from '../graph/ir.ts'
import { fuseKernels } from '../graph/kernels/index.ts'
import { peakBytes, sessionConstants, tensorBytesOf, type LivenessOptions } from '../graph/liveness.ts'
import { fuseMatmulAdd } from '../graph/passes/fuse-matmul-add.ts'
import { cachesOf } from '../models/decoding-context.ts'
import type { LoraLayout } from '../models/lora.ts'
import { decodingProgram, evaluationProgram, type ModelSource, type TrainingOptions } from '../models/programs.ts'
import { keepsCopies, modelFilesOf, type ModelFiles } from '../weights/model-files.ts'
import { residentBytes, residentEntries } from '../weights/resident.ts'
import { withRowsThereAre } from './batches.ts'
import { SAMPLE_ANSWERS, needsEveryAnswer } from './evaluation.ts'
import { memorySavings } from './memory-policy.ts'
import { withinContext } from '../samples/samples.ts'
import { optimizers, type StateVector } from '../optimization/index.ts'
import { capturedCount, capturedLength } from './packing.ts'
import { computeTypeFor, weightStorageFor } from './precision.ts'
import { stepOptionsFor, stepPrograms, withDropout } from './step-programs.ts'
import { trainableLayout } from './trainable.ts'

/** What the plan's memory is estimated for. */
export interface MemoryPlace {
  readonly kind: DeviceKind
  /** Custom CUDA operators can be compiled there. */
  readonly hasKernels: boolean
}

/** Node, ONNX Runtime and the tokenizer before any model is loaded: resident size of the engine's process, measured. */
const PROCESS_BYTES = 220e6
/**
 * CUDA's context, cuBLAS and captured graphs: the most that `cardGB` (nvidia-smi) of a training exceeds its `memoryGB`
 * by in bench/results/gpu.json.
 */
const CUDA_CONTEXT_BYTES = 1.2e9
/**
 * Where memory is planned by a pattern, ONNX Runtime takes a batch's values piece by piece at a shape's first run and
 * as one block from then on; its arena keeps both (SessionOptions.memoryPattern; execution_frame.cc, MemoryPattern).
 */
const PATTERN_COPIES = 2

/** Bytes of a run, by what takes them. */
export interface RunMemory {
  /** The process, or CUDA's context. */
  readonly base: number
  /** Base weights that lie on the device once for all sessions. */
  readonly weights: number
  /** p, its gradient and the optimizer's vectors. */
  readonly trained: number
  /** The sessions of training and of the optimizer, with the tensors of a full batch. */
  readonly steps: number
  /** The session that computes validation losses. */
  readonly losses: number
  /** The sessions that answer validation prompts, with their key-value cache. */
  readonly answers: number
}

/**
 * Trainable parameters of a run and its peak memory in bytes, and that of answering alone: of the GPU's memory where that is computed on. Sessions
 * lie beside each other in the computer's memory. On CUDA they can take turns, and evaluations shrink to single rows
 * (memory-strategy.ts): there it is the most that one of them needs. Throws UserError for an unsupported model or
 * unknown LoRA targets.
 */
export function estimateMemory(
  checkpoint: Checkpoint,
  { values: settings, place, rows }: Pick<RunMemoryOptions, 'values' | 'place' | 'rows'>,
): { trainableParameterCount: number; memoryBytes: number; chatBytes: number } {
  const files = modelFilesOf(checkpoint)
  const values = withinContext(settings, files.architecture.contextLength)
  const layout = trainableLayout(files, values)
  const graphs = graphsFor(checkpoint, values, place)
  const { base, weights, trained, steps, losses, answers } = runMemory({ files, layout, values, place, rows, graphs })
  const work = place.kind === 'cuda' ? Math.max(steps, losses, answers) : steps + losses + answers
  return {
    trainableParameterCount: layout.parameterCount,
    memoryBytes: base + weights + trained + work,
    chatBytes: base + weights + answers,
  }
}

/** Graphs as they are written for a session, by what they do. */
type Graphs = Map<string, Graph>

/** Groups of settings that no graph depends on. */
const GRAPHLESS_GROUPS: readonly SettingGroup[] = ['general', 'dataset']
/** Settings that change the sizes of a run's graphs, or what they hold only through `memorySavings`. */
const SIZES: readonly string[] = [
  'training.batch_size',
  'tokenizer.max_length',
  'tokenizer.max_length_prompt',
  'tokenizer.max_length_answer',
  'prediction.max_length_inference',
  'prediction.batch_size_inference',
] satisfies readonly SettingKey[]

/** The graphs of the last estimate of each checkpoint: other sizes, as while a number is typed, need none anew. */
const lastGraphs = new WeakMap<Checkpoint, { readonly key: string; readonly graphs: Graphs }>()

function graphsFor(checkpoint: Checkpoint, values: SettingValues, place: MemoryPlace): Graphs {
  const shaping = settingKeys.filter((key) => !GRAPHLESS_GROUPS.includes(settingOf(key).group) && !SIZES.includes(key))
  const key = JSON.stringify([shaping.map((name) => values[name]), place])
  const last = lastGraphs.get(checkpoint)
  if (last?.key === key) return last.graphs
  const graphs: Graphs = new Map()
  lastGraphs.set(checkpoint, { key, graphs })
  return graphs
}

export interface RowCounts {
  readonly train: number
  readonly validation: number
}

export interface RunMemoryOptions {
  readonly files: ModelFiles
  readonly layout: LoraLayout
  readonly values: SettingValues
  readonly place: MemoryPlace
  /** Of the dataset; a batch has no more. Without them, as many as the settings ask for. */
  readonly rows?: RowCounts | undefined
  /** Options of the training program that are not those of the settings. */
  readonly program?: Partial<TrainingOptions>
  /** Graphs of an earlier estimate that differs in sizes only; new ones are added. */
  readonly graphs?: Graphs
}

/** What a run takes, from the graphs that it executes. Throws UserError as `estimateMemory`. */
export function runMemory({ files, ...options }: RunMemoryOptions): RunMemory {
  const { layout, values, place } = options
  const model = withDropout(files, values['architecture.intermediate_dropout'])
  const storage = weightStorageFor(place.kind, values)
  const hasCopies = keepsCopies(files, storage)
  const source: ModelSource = hasCopies ? model : { ...model, weights: residentEntries(files, storage) }
  const run: Run = { ...options, source, weights: hasCopies ? 'constant' : 'input' }
  return {
    base: place.kind === 'cuda' ? CUDA_CONTEXT_BYTES : PROCESS_BYTES,
    weights: hasCopies ? 0 : residentBytes(files, storage),
    trained: trainedBytes(layout, values),
    steps: stepBytes(run),
    losses: lossBytes(run),
    answers: answerBytes(run),
  }
}

interface Run extends Omit<RunMemoryOptions, 'files'> {
  readonly source: ModelSource
  readonly weights: LivenessOptions['weights']
}

/** p, the gradient, and the optimizer's vectors. */
function trainedBytes({ parameterCount }: LoraLayout, values: SettingValues): number {
  const { state } = optimizers[values['training.optimizer']]
  const bytesOf = (dtype: DType, count: number) =>
    tensorBytesOf({ dtype, shape: [count] }, { sizes: {}, provider: 'cuda' })
  const vectors = Object.values<StateVector>(state).map(({ dtype, length }) => bytesOf(dtype, length(parameterCount)))
  return 2 * bytesOf('float32', parameterCount) + sum(vectors)
}

/** A batch of the settings' rows, each of the most tokens that a row may have, whose tokens all count. */
function stepBytes(run: Run): number {
  const { source, layout, place, program } = run
  const values = run.rows ? withRowsThereAre(run.values, run.rows.train) : run.values
  const [rows, tokens] = [values['training.batch_size'], values['tokenizer.max_length']]
  const optimizer = optimizers[values['training.optimizer']]
  const settled = stepOptionsFor(place.kind, source, values, tokens)
  const fused = place.kind === 'cuda' && place.hasKernels && settled.compute !== 'float32'
  const options = { ...settled, optimizer, fused, ...program }
  const isPadded = options.cudaGraph === true
  const sizes = batchSizes(run, {
    B: isPadded ? capturedCount(rows) : rows,
    T: isPadded ? capturedLength(tokens) : tokens,
    chunks: options.lossHead?.chunks ?? 1,
  })
  const savings = JSON.stringify(memorySavings(place.kind, source.architecture, values, tokens))
  const written = (name: 'training' | 'update') =>
    writtenGraph(run, `${name} ${savings}`, () => stepPrograms(source, layout, options)[name], isPadded)
  const [training, update] = [written('training'), written('update')]
  return (
    boundBytes(training, run, sizes) + sessionBytes(training, run, { sizes }) + sessionBytes(update, run, { sizes })
  )
}

/** On CUDA of a single row, to which evaluations can shrink. */
function lossBytes(run: Run): number {
  const { source, layout, values, place } = run
  const compute = computeTypeFor(place.kind, values)
  const graph = writtenGraph(run, 'losses', () => evaluationProgram(source, layout, compute))
  const sizes = batchSizes(run, {
    B: place.kind === 'cuda' ? 1 : rowsAtOnce(values['training.batch_size'], run.rows?.validation),
    T: values['tokenizer.max_length'],
    chunks: 1,
  })
  return boundBytes(graph, run, sizes) + sessionBytes(graph, run, { sizes, prepack: false })
}

/** Prompts and answers of the most tokens that they may have; on CUDA of a single row. */
function answerBytes(run: Run): number {
  const { source, layout, values, place } = run
  const { architecture } = source
  const compute = decodingTypeOf(source, place)
  const isCaptured = canCaptureDecoding(source, place, compute)
  const beams = values['prediction.do_sample'] ? 1 : values['prediction.num_beams']
  const prompt = Math.min(values['tokenizer.max_length_prompt'], values['tokenizer.max_length'])
  const places = cachePlaces(prompt + values['prediction.max_length_inference'], architecture, isCaptured)
  const rows = place.kind === 'cuda' ? 1 : answeredAtOnce(run)
  const sizes = {
    ...batchSizes(run, { B: rows * beams, T: Math.min(prompt, places), chunks: 1 }),
    S: places,
    '2·S': 2 * places,
  }
  // Beams that change places are copied from one set of caches into another.
  const moved = beams > 1 ? cachesOf(architecture) : []
  const secondSet = moved.map(({ shape }) => tensorBytesOf({ dtype: compute, shape }, { sizes, provider: place.kind }))
  const written = (name: string, forCapture: boolean) =>
    writtenGraph(
      run,
      name,
      () => decodingProgram(source, layout, { cutAdapter: true, compute, forCapture }),
      forCapture,
    )
  const prompts = written('prompts', false)
  const tokens = isCaptured
    ? sessionBytes(written('tokens', true), run, { sizes: { ...sizes, T: 1, N: rows * beams } })
    : 0
  return boundBytes(prompts, run, sizes) + sum(secondSet) + sessionBytes(prompts, run, { sizes }) + tokens
}

/** One where there are none. */
const rowsAtOnce = (wanted: number, rowCount = Infinity): number => Math.max(1, Math.min(wanted, rowCount))

/** Answers are for validation rows; without those a few for training rows. */
function answeredAtOnce({ values, rows }: Run): number {
  const wanted = values['prediction.batch_size_inference'] || values['training.batch_size']
  const most = rowsAtOnce(wanted, rows && (rows.validation || rows.train))
  return needsEveryAnswer(values) ? most : Math.min(most, SAMPLE_ANSWERS)
}

/** The named dimensions of programs over B sequences of T tokens. */
function batchSizes(
  { source: { architecture } }: Run,
  { B, T, chunks }: { readonly B: number; readonly T: number; readonly chunks: number },
): Readonly<Record<string, number>> {
  const { heads, kvHeads } = architecture
  const N = B * T
  return { B, T, N, M: N, 'M/K': N / chunks, S: T, '2·S': 2 * T, R: N * heads, 'G·T': (heads / kvHeads) * T }
}

/** A graph as a session gets it: with custom operators where it is opened for capture and they can be compiled. */
function writtenGraph({ graphs, place }: Run, name: string, make: () => Graph, isCaptured = false): Graph {
  const known = graphs?.get(name)
  if (known) return known
  const graph = make()
  const written = fuseMatmulAdd(isCaptured && place.hasKernels ? fuseKernels(graph).graph : graph)
  graphs?.set(name, written)
  return written
}

interface SessionShape {
  readonly sizes: Readonly<Record<string, number>>
  /** As SessionOptions has it; true unless given. */
  readonly prepack?: boolean
}

/** What a session takes besides the tensors that are bound to its inputs and outputs. */
function sessionBytes(graph: Graph, { place, weights }: Run, { sizes, prepack = true }: SessionShape): number {
  const options: LivenessOptions = { sizes, provider: place.kind, weights }
  const copies = place.kind !== 'cuda' && weights === 'constant' ? PATTERN_COPIES : 1
  return (
    copies * peakBytes(graph, options) +
    (weights === 'constant' ? constantBytes(graph, options, prepack && place.kind === 'cpu') : 0)
  )
}

/** The tensors that a program's inputs are bound to, but for those of `trainedBytes`. */
function boundBytes({ inputs }: Graph, { place, values }: Run, sizes: Readonly<Record<string, number>>): number {
  const trained = new Set(['p', 'g', ...Object.keys(optimizers[values['training.optimizer']].state)])
  const bound = inputs.filter(({ source }) => source.kind === 'input' && !trained.has(source.name))
  return sum(bound.map((value) => tensorBytesOf(value, { sizes, provider: place.kind })))
}

/**
 * The weights of a session of its own. The CPU provider packs a constant matrix for each orientation in which products
 * read it, and keeps it as it is only for other readers.
 */
function constantBytes(graph: Graph, options: LivenessOptions, isPacked: boolean): number {
  return sum(
    sessionConstants(graph).map(({ value, uses }) => {
      const layouts = uses.map(({ node, input }) =>
        isPacked && input === 1 && node.op.isProduct ? `packed ${node.attributes['transY']}` : 'plain',
      )
      return tensorBytesOf(value, options) * new Set(layouts).size
    }),
  )
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
