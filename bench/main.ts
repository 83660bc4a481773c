// Measures the studio on this machine beside transformers + peft, prints a table and writes bench/results/cpu.json. Run
// by `npm run bench`; `npm run bench -- large` measures only the model of 1.7 B, `npm run bench -- training` only the
// tutorial's training and decoding, `npm run bench -- exports` a merged model of 3.3 GB with peak memory and time to
// cancel, `npm run bench -- chat` only answers through the engine's process, `npm run bench -- grid` how fast a table of a million rows scrolls in the window, `npm run bench -- download`
// how fast a large file comes beside curl,
// `npm run bench -- datasets` only the import of large tables into bench/results/datasets.json (with `great` also of
// nine million rows). Every run is appended to bench/history; `npm run bench -- compare [COMMIT] [COMMIT]` prints what
// changed between the last two runs on one machine, since a commit, or between two commits.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chatRatios, measureChat, measureChatPeer } from './chat.ts'
import { DATASET_RUN, measureDatasetFiles, measureDatasets, runDatasetFile, writeDatasetFigures } from './datasets.ts'
import { EXPORT_RUN, measureExports, runExport } from './exports.ts'
import { DOWNLOAD_SERVER, measureDownload, serveFile } from './download.ts'
import { measureGrid } from './grid.ts'
import { compareHistories, record } from './history.ts'
import { LARGE_RUN, measureLarge, runLarge } from './large.ts'
import { machine, root, rounded } from './measure.ts'
import { measurePeer, peerIsThere, summarizePeer, type PeerFigures } from './peer.ts'
import { measureStartup } from './startup.ts'
import { tableText } from './table.ts'
import { measureTokenizer } from './tokenizer.ts'
import { measureTraining, summarize, type TrainingFigures } from './training.ts'

/** Ours and the peer take turns, so that a busy moment of the machine hits both. */
const rounds = Math.max(1, Number(process.env['TERAKOYA_BENCH_ROUNDS'] ?? 2))

const say = (line: string) => console.error(line)

const [only, ...largeArguments] = process.argv.slice(2)
if (only === 'compare') {
  console.log(await compareHistories(...largeArguments))
  process.exit()
}
if (only === LARGE_RUN) {
  await runLarge(largeArguments[0] ?? '', largeArguments[1] ?? '')
  process.exit()
}
if (only === EXPORT_RUN) {
  await runExport(largeArguments[0] ?? '')
  process.exit()
}
if (only === 'exports') {
  const exports = await measureExports()
  console.log(JSON.stringify(exports, null, 2))
  await record('exports', { ...exports }, machine())
  process.exit()
}
if (only === 'large') {
  const large = await measureLarge()
  console.log(JSON.stringify(large, null, 2))
  await record('large', large, machine())
  process.exit()
}

if (only === 'training') {
  const training = figures(summarize([await measureTraining()]))
  console.log(JSON.stringify(training))
  await record('training', training, machine())
  process.exit()
}

if (only === 'chat') {
  const chat = await measureChat()
  const chatPeer = measureChatPeer()
  console.log(JSON.stringify({ chat, peer: chatPeer, ratios: chatPeer && chatRatios(chat, chatPeer) }, null, 2))
  await record('chat', { ...chat, ...(chatPeer && { peer: chatPeer, ratios: chatRatios(chat, chatPeer) }) }, machine())
  process.exit()
}

if (only === DOWNLOAD_SERVER) await serveFile(largeArguments[0] ?? '')
if (only === 'download') {
  const download = await measureDownload()
  console.log(JSON.stringify(download))
  await record('download', download, machine())
  process.exit()
}

if (only === 'grid') {
  const grid = await measureGrid()
  console.log(JSON.stringify(grid))
  await record('grid', grid, machine())
  process.exit()
}

if (only === DATASET_RUN) {
  await runDatasetFile(largeArguments[0] ?? '')
  process.exit()
}
if (only === 'datasets') {
  const great = largeArguments.includes('great')
  const [file] = largeArguments.filter((argument) => argument !== 'great')
  const figures = await measureDatasetFiles(great, file)
  if (file === undefined) await writeDatasetFigures(figures, `npm run bench -- datasets${great ? ' great' : ''}`)
  await record('datasets', figures, machine())
  process.exit()
}

say('the whole tutorial command…')
const startup = await measureStartup()
say(`  first step after ${startup.firstStepSeconds} s, end after ${startup.totalSeconds} s`)
const ours: TrainingFigures[] = []
const theirs: PeerFigures[] = []
const compare = peerIsThere()
for (let round = 0; round < rounds; round++) {
  say(`training and decoding, round ${round + 1} of ${rounds}…`)
  ours.push(await measureTraining())
  say(`  studio: ${JSON.stringify(figures(summarize(ours)))}`)
  if (!compare) continue
  theirs.push(measurePeer())
  say(`  peer: ${JSON.stringify(figures(summarizePeer(theirs)))}`)
}
say('answers through the engine…')
const chat = await measureChat()
const chatPeer = measureChatPeer()
const chatRatio = chatPeer && chatRatios(chat, chatPeer)
const studio = summarize(ours)
const peer = compare ? summarizePeer(theirs) : null
say('tokenizer, datasets…')
const tokenizer = await measureTokenizer()
const datasets = await measureDatasets()
say('a model of 1.7 B…')
const large = await measureLarge()

const rows: [string, string, string, string, string][] = [
  ['', 'studio', 'transformers + peft', 'ratio', 'target'],
  [
    'training step, median',
    `${rounded(studio.stepMs)} ms`,
    ...beside(peer, (found) => [`${rounded(found.stepMs)} ms`, found.stepMs / studio.stepMs]),
    '≥ 2×',
  ],
  [
    'training step, fastest tenth',
    `${rounded(studio.fastStepMs)} ms`,
    ...beside(peer, (found) => [`${rounded(found.fastStepMs)} ms`, found.fastStepMs / studio.fastStepMs]),
    '',
  ],
  [
    "the tutorial's 100 steps",
    `${rounded(studio.stepsSeconds)} s`,
    ...beside(peer, (found) => [`${rounded(found.stepsSeconds)} s`, found.stepsSeconds / studio.stepsSeconds]),
    '≥ 2×',
  ],
  [
    'greedy decoding, one sequence',
    `${rounded(studio.decodingTokensPerSecond)} tokens/s`,
    ...beside(peer, (found) => [
      `${rounded(found.decodingTokensPerSecond)} tokens/s`,
      studio.decodingTokensPerSecond / found.decodingTokensPerSecond,
    ]),
    '≥ 3×',
  ],
  [
    'chat: time to the first token',
    `${chat.firstTokenMs} ms`,
    ...(chatPeer && chatRatio
      ? ([`${chatPeer.firstTokenMs} ms`, `${chatRatio.firstTokenMs}×`] as const)
      : (['', ''] as const)),
    '≤ 150 ms',
  ],
  [
    'chat: one answer',
    `${chat.tokensPerSecond} tokens/s`,
    ...(chatPeer && chatRatio
      ? ([`${chatPeer.tokensPerSecond} tokens/s`, `${chatRatio.tokensPerSecond}×`] as const)
      : (['', ''] as const)),
    '≥ 300 tokens/s',
  ],
  ['chat: eight answers at once', `${chat['together8TokensPerSecond']} tokens/s`, '', '', ''],
  ['chat: another adapter, first token', `${chat['otherAdapterFirstTokenMs']} ms`, '', '', '≤ 200 ms'],
  ['command to first step', `${startup.firstStepSeconds} s`, '', '', '< 3 s'],
  ['whole tutorial command', `${startup.totalSeconds} s`, '', '', ''],
  ['taught questions answered right', `${startup.taughtAnswers}`, '', '', '5'],
  [
    'tokenizer, SentencePiece Unigram',
    `${tokenizer.unigram.tokensPerSecond.toLocaleString('en')} tokens/s`,
    '',
    '',
    '> 800,000',
  ],
  [
    'tokenizer, SentencePiece BPE',
    `${tokenizer.sentencePieceBpe.tokensPerSecond.toLocaleString('en')} tokens/s`,
    '',
    '',
    '> 800,000',
  ],
  ['tokenizer, byte-level BPE', `${tokenizer.byteLevelBpe.tokensPerSecond.toLocaleString('en')} tokens/s`, '', '', ''],
  ['import of 100,000 rows', `${datasets.importMs} ms`, '', '', ''],
  ['page of 100 rows', `${datasets.pageMs} ms`, '', '', ''],
  ['edit of a cell', `${datasets.editMs} ms`, '', '', ''],
  ['new row in the middle', `${datasets.insertRowMs} ms`, '', '', ''],
  ['undo', `${datasets.undoMs} ms`, '', '', ''],
  ...Object.entries(large).flatMap(
    ([kind, { stepSeconds, peakGB, loadSeconds }]): [string, string, string, string, string][] => [
      [`1.7 B, weights in ${kind}: step of 4 × 256 tokens`, `${stepSeconds} s`, '', '', ''],
      [`1.7 B, weights in ${kind}: peak memory`, `${peakGB} GB`, '', '', '< 12 GB'],
      [`1.7 B, weights in ${kind}: loading`, `${loadSeconds} s`, '', '', ''],
    ],
  ),
]
console.log(tableText(rows))

const folder = join(root, 'bench', 'results')
await mkdir(folder, { recursive: true })
const measured = {
  startup,
  training: figures(studio),
  chat: { ...chat, peer: chatPeer, ratios: chatRatio },
  peer: peer && figures(peer),
  ratios: peer && ratios(),
  tokenizer,
  datasets,
  large,
}
await writeFile(
  join(folder, 'cpu.json'),
  `${JSON.stringify({ machine: machine(), rounds, ...measured, peer: peer && { ...measured.peer, versions: peer.versions } }, null, 2)}\n`,
)
await record('cpu', measured, machine())

function beside(found: typeof peer, cells: (peer: NonNullable<typeof found>) => [string, number]): [string, string] {
  if (!found) return ['', '']
  const [figure, ratio] = cells(found)
  return [figure, `${ratio.toFixed(2)}×`]
}

function ratios() {
  return {
    step: rounded((peer?.stepMs ?? Number.NaN) / studio.stepMs, 2),
    fastStep: rounded((peer?.fastStepMs ?? Number.NaN) / studio.fastStepMs, 2),
    steps: rounded((peer?.stepsSeconds ?? Number.NaN) / studio.stepsSeconds, 2),
    decoding: rounded(studio.decodingTokensPerSecond / (peer?.decodingTokensPerSecond ?? Number.NaN), 2),
  }
}

function figures(values: object): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      typeof value === 'number' ? [[name, rounded(value, name === 'finalLoss' ? 5 : 2)]] : [],
    ),
  )
}
