// The house, lowest floor first: what each room may import, and which globals are there. Lint (eslint.config.js), the
// test over the real import graph (scripts/floors.test.ts) and the table in ARCHITECTURE.md derive from this list.
import { readdirSync } from 'node:fs'
import { posix, relative, sep } from 'node:path'

const ui = ['react', 'react-aria-components', 'react-i18next', 'i18next', 'lucide-react', 'zustand']

/**
 * Rooms of the window that need another one, or a package of their own. Every other folder of renderer/rooms/ may
 * import what `shared` names, and is no line here.
 */
const roomNeeds = {
  datasets: { what: 'grid, import, checks, statistics', rooms: ['models'], packages: ['chart.js'] },
  experiments: {
    what: 'form, curves, answers',
    rooms: ['models', 'settings', 'datasets'],
    packages: ['chart.js', '@tanstack/react-virtual'],
  },
  chat: { what: 'conversations', rooms: ['models', 'experiments'] },
  home: { what: 'the first room', rooms: ['settings', 'datasets', 'experiments', 'chat'] },
}

/**
 * `may`: rooms of lower floors. `packages`: npm packages. `globals`: `pure` computes only; `node` has Node's modules;
 * `dom` has the page's.
 * `door`: the one file that other rooms see. `sees`: the file of others that this room sees beside their door.
 * @type {readonly { room: string, what: string, may: readonly string[], packages: readonly string[], globals: 'pure' |
 * 'node' | 'dom', door?: string, sees?: string }[]}
 */
export const floors = [
  {
    room: 'texts',
    what: 'every text that a person may read, a folder for each language; sentences with their facts',
    may: [],
    packages: [],
    globals: 'pure',
  },
  core(
    'optimization',
    'one file an optimizer and a schedule, named in a list; formulas over operators that are given',
    [],
    [],
    'pure',
  ),
  core(
    'contract',
    'calls, events, settings catalogue, errors; used by both sides',
    ['texts', 'optimization'],
    ['zod'],
    'pure',
  ),
  core('random', 'seeded random numbers', [], [], 'pure'),
  core('metrics', 'BLEU, chrF, exact match, perplexity', [], [], 'pure'),
  core('processes', 'ports of child processes, worker threads', [], [], 'node'),
  core(
    'files',
    'atomic writes, fsync, disk errors, regular files, folders of the account; every durable write goes through `disk.ts`, every stored file through `stored.ts`',
    ['contract'],
    ['zod'],
    'node',
  ),
  core(
    'net',
    'HTTP client with proxy, resumable downloads over several connections, progress',
    ['contract', 'files'],
    ['undici', 'zod'],
    'node',
  ),
  core(
    'graph',
    'typed IR, ops (shape rule, gradient, ONNX lowering in one file each), reverse-mode autodiff, ONNX writer',
    ['contract'],
    ['zod'],
    'pure',
  ),
  core(
    'checkpoints',
    'safetensors, pytorch_model.bin and PEFT adapters, read in place',
    ['contract', 'files'],
    [],
    'node',
  ),
  core('jinja', 'Jinja templates as transformers renders them, bounded in time and memory', [], [], 'pure'),
  core(
    'tokenizers',
    'SentencePiece and tokenizer.json, chat templates',
    ['contract', 'files', 'jinja'],
    ['zod', '@huggingface/tokenizers'],
    'node',
  ),
  core(
    'models',
    'one file a model family, LoRA, the training, evaluation and decoding programs',
    ['contract', 'graph'],
    ['zod'],
    'pure',
  ),
  core(
    'gpu-pack',
    "the CUDA provider and NVIDIA's libraries: found on this machine, or downloaded, checked and unpacked",
    ['contract', 'files', 'net', 'processes'],
    ['zod'],
    'node',
  ),
  core(
    'runtime',
    "ONNX Runtime's C API through koffi: sessions, bindings, tensors that stay on the device",
    ['contract', 'graph', 'processes', 'gpu-pack'],
    ['koffi'],
    'node',
  ),
  core(
    'gguf',
    'GGUF files: tensor types, reading, writing; one file a family that llama.cpp computes too, vocabularies, mixes',
    ['contract', 'files', 'checkpoints', 'tokenizers', 'models'],
    ['zod'],
    'node',
  ),
  core(
    'llama-cpp',
    "llama.cpp's libraries through koffi: its quantizers, and the process that tries an exported GGUF",
    ['contract', 'processes', 'gpu-pack', 'runtime', 'gguf'],
    ['koffi', 'zod'],
    'node',
  ),
  core(
    'kernels',
    'custom CUDA operators (written by `core/graph/kernels`): compiled, kept, given to ONNX Runtime',
    ['contract', 'files', 'graph', 'runtime'],
    [],
    'node',
  ),
  core(
    'weights',
    'base weights on the device: as constants of each session, or once for all, also in 8 or 4 bits',
    ['processes', 'graph', 'checkpoints', 'models', 'runtime'],
    [],
    'node',
  ),
  core(
    'samples',
    'rows to token ids: prompts, chat templates, conversations, masks; used by training, generation and the dataset editor',
    ['contract', 'random', 'files', 'tokenizers'],
    ['zod'],
    'node',
  ),
  core(
    'generation',
    'decoding: sampling, beams, key-value cache, streaming',
    ['contract', 'random', 'graph', 'checkpoints', 'tokenizers', 'models', 'runtime', 'kernels', 'weights', 'samples'],
    [],
    'node',
  ),
  core(
    'training',
    'packing, steps, optimizers, schedules, checkpoints, evaluation, the estimate of memory',
    [
      'optimization',
      'contract',
      'random',
      'metrics',
      'files',
      'graph',
      'checkpoints',
      'models',
      'runtime',
      'kernels',
      'weights',
      'samples',
      'generation',
    ],
    ['zod'],
    'node',
  ),
  core(
    'goldens',
    'the checks of recorded numbers',
    [
      'optimization',
      'contract',
      'metrics',
      'checkpoints',
      'tokenizers',
      'models',
      'runtime',
      'kernels',
      'weights',
      'samples',
      'generation',
      'training',
    ],
    [],
    'node',
  ),
  core(
    'engine',
    "the engine's protocol, the host's client, the process that trains and answers",
    ['contract', 'processes', 'checkpoints', 'models', 'runtime', 'weights', 'samples', 'generation', 'training'],
    ['zod'],
    'node',
  ),
  core(
    'reader',
    "the process that parses models' files: protocol, client, limits",
    ['contract', 'processes', 'files', 'checkpoints', 'tokenizers', 'models', 'gguf', 'weights', 'samples', 'training'],
    ['zod', 'yaml', 'p-limit'],
    'node',
  ),
  core(
    'local-models',
    'models on this machine, with what the reader says of them',
    ['contract', 'files', 'checkpoints', 'models', 'gguf', 'training', 'engine', 'reader'],
    ['p-limit', 'zod'],
    'node',
  ),
  core(
    'datasets',
    'DuckDB tables with an undo journal and views; `formats/`, `checks/`, `statistics/`',
    ['texts', 'contract', 'random', 'files', 'samples'],
    ['zod', '@duckdb/node-api', 'hucre', 'xlsx', '@uwdata/flechette', 'lz4js', 'fzstd'],
    'node',
  ),
  core(
    'hub',
    'datasets and models of the Hugging Face Hub: search, inspection, downloads, publishing, token',
    ['contract', 'files', 'checkpoints', 'models', 'gguf', 'reader', 'local-models', 'net'],
    ['zod', '@huggingface/hub'],
    'node',
  ),
  core(
    'planning',
    'what a run will take: plan, snapshot of the rows, sample preview, token counts',
    ['contract', 'files', 'samples', 'training', 'engine', 'reader', 'local-models', 'datasets'],
    [],
    'node',
  ),
  core(
    'runs',
    'experiments: their folders, the supervisor, the service',
    ['texts', 'contract', 'files', 'training', 'engine', 'reader', 'local-models', 'datasets', 'planning'],
    ['zod', 'yaml'],
    'node',
  ),
  core(
    'chat',
    'questions to models and runs; conversations, a file each',
    ['texts', 'contract', 'files', 'checkpoints', 'samples', 'training', 'engine', 'local-models', 'runs'],
    ['zod'],
    'node',
  ),
  core(
    'openai-server',
    "the server for OpenAI's clients: its key, its queue, its requests and objects",
    ['contract', 'files', 'training', 'engine', 'local-models', 'runs', 'chat'],
    ['zod'],
    'node',
  ),
  core('ollama', 'Ollama on this machine: found, and given models', ['contract', 'files'], ['undici', 'zod'], 'node'),
  core(
    'exports',
    'what goes out of a run: adapter, merged model, ZIP; jobs, the test of what was written, and its way to the Hub',
    [
      'texts',
      'contract',
      'files',
      'checkpoints',
      'tokenizers',
      'models',
      'gguf',
      'llama-cpp',
      'weights',
      'samples',
      'generation',
      'training',
      'engine',
      'local-models',
      'net',
      'hub',
      'runs',
      'ollama',
    ],
    ['zod'],
    'node',
  ),
  core(
    'library',
    "a library's folder as a whole: what it takes, and its way to another place",
    ['contract', 'files'],
    ['zod'],
    'node',
  ),
  core(
    'host',
    "what a host process is made of: studio, dispatch, path grants, preferences, the library's lock and session, trash, error log",
    [
      'texts',
      'contract',
      'processes',
      'files',
      'gpu-pack',
      'llama-cpp',
      'engine',
      'reader',
      'local-models',
      'datasets',
      'hub',
      'planning',
      'runs',
      'chat',
      'openai-server',
      'exports',
      'library',
    ],
    ['zod'],
    'node',
  ),
  core(
    'cli',
    "the terminal's commands",
    [
      'texts',
      'contract',
      'processes',
      'files',
      'llama-cpp',
      'reader',
      'local-models',
      'datasets',
      'planning',
      'runs',
      'openai-server',
      'host',
    ],
    ['zod'],
    'node',
  ),
  core(
    'corpus',
    'reads every file of a folder: crashes, hangs, raw exceptions, differences to another reader',
    ['contract', 'datasets', 'host', 'cli'],
    ['xlsx', '@duckdb/node-api'],
    'node',
  ),
  electron('wire', 'how calls and the key cross the socket between page and web host', [], [], 'pure'),
  electron(
    'bridge',
    "the web host's page side: calls and events over a WebSocket, the key",
    ['core/contract', 'electron/wire'],
    [],
    'dom',
  ),
  electron('preload', 'passes calls and events on, nothing else', ['core/contract'], ['electron'], 'pure'),
  electron('child', 'a process of the host: its way to the host', ['core/processes'], [], 'node'),
  electron('engine', "the engine's process", ['core/engine', 'electron/child'], [], 'node'),
  electron('reader', "the reader's process", ['core/reader', 'electron/child'], [], 'node'),
  electron('llama-cpp', 'the process that tries an exported GGUF', ['core/llama-cpp', 'electron/child'], [], 'node'),
  electron(
    'main',
    'the desktop host',
    [
      'texts',
      'core/contract',
      'core/processes',
      'core/files',
      'core/net',
      'core/engine',
      'core/reader',
      'core/hub',
      'core/host',
      'electron/preload',
    ],
    ['electron', 'zod'],
    'node',
  ),
  electron(
    'web',
    'the web host and the terminal',
    [
      'texts',
      'core/contract',
      'core/processes',
      'core/files',
      'core/engine',
      'core/reader',
      'core/host',
      'core/cli',
      'electron/wire',
    ],
    ['ws', 'zod'],
    'node',
  ),
  renderer(
    'language',
    'the language of the interface: numbers, sizes and times in it',
    ['texts'],
    ['react', 'react-i18next', 'i18next'],
  ),
  renderer(
    'ui',
    'pure controls: no store, no error of the domain',
    [],
    ['react', 'react-aria-components', 'react-i18next', 'lucide-react'],
  ),
  renderer(
    'ui/stories',
    'each control in its states: `npm run stories`, photographed by the journeys',
    ['texts', ...below('language', 'ui')],
    ['react', 'react-dom', 'i18next', 'lucide-react', '@fontsource-variable/noto-sans-jp'],
  ),
  renderer('markdown', 'Markdown of cards and answers as elements, nothing of it as HTML', below('ui'), ['react']),
  renderer(
    'errors',
    "the host's refusals, shown as a notice or a toast",
    ['core/contract', ...below('language', 'ui')],
    ['react-i18next'],
  ),
  renderer('commands', 'an act as one object: button, palette and keys show the same', below('ui'), ['react']),
  renderer('session', 'what a room of the window is; where the user is', below('ui', 'commands'), [
    'react',
    'lucide-react',
    'i18next',
    'zustand',
  ]),
  renderer(
    'dialogs',
    'dialogs that several rooms open: a folder of the web host, another name',
    ['core/contract', ...below('language', 'ui', 'errors')],
    ['react', 'react-aria-components', 'react-i18next', 'lucide-react', 'zustand'],
  ),
  renderer(
    'hub',
    'what rooms share of the Hugging Face Hub: search, token, facts, files, cards',
    ['core/contract', ...below('language', 'ui', 'markdown', 'errors')],
    ['react', 'react-i18next', 'lucide-react', 'zustand'],
  ),
  ...roomsOfTheWindow(),
  {
    ...renderer(
      'rooms',
      'the registry: one line a room',
      below('session', ...roomNames().map((name) => `rooms/${name}`)),
      [],
    ),
    sees: 'room.tsx',
  },
  renderer(
    'app',
    'shell: rail, palette, shortcuts',
    [...shared(), ...below('rooms', 'rooms/settings', 'rooms/models', 'rooms/experiments')],
    [...ui, 'react-dom', '@fontsource-variable/noto-sans-jp'],
  ),
]

function core(name, what, may, packages, globals) {
  const rooms = may.map((other) => (other === 'texts' ? other : `core/${other}`))
  return { room: `core/${name}`, what, may: rooms, packages, globals }
}
function electron(name, what, may, packages, globals) {
  return { room: `electron/${name}`, what, may, packages, globals }
}
function renderer(name, what, may, packages) {
  return { room: `renderer/${name}`, what, may, packages, globals: 'dom', door: 'index.ts' }
}
function below(...names) {
  return names.map((name) => `renderer/${name}`)
}
/** What every room of the window may import. */
export function shared() {
  return [
    'texts',
    'core/contract',
    ...below('language', 'ui', 'markdown', 'errors', 'commands', 'session', 'dialogs', 'hub'),
  ]
}

function roomsOfTheWindow() {
  return roomNames().map((name) => {
    const { what = 'a room of the window', rooms = [], packages = [] } = roomNeeds[name] ?? {}
    const others = rooms.map((other) => `rooms/${other}`)
    return renderer(`rooms/${name}`, what, [...shared(), ...below(...others)], [...ui, ...packages])
  })
}
/** Every folder of renderer/rooms/, each after those it needs. */
function roomNames() {
  const folder = new URL('renderer/rooms/', import.meta.url)
  const ordered = new Set()
  const add = (name) => {
    for (const other of roomNeeds[name]?.rooms ?? []) add(other)
    ordered.add(name)
  }
  for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) add(entry.name)
  return [...ordered]
}

const byRoom = new Map(floors.map((floor) => [floor.room, floor]))

/** Names that a kind of room does not have. */
export const missingGlobals = {
  pure: [
    'process',
    'Buffer',
    'require',
    '__dirname',
    '__filename',
    'global',
    'window',
    'document',
    'navigator',
    'localStorage',
    'setImmediate',
    'console',
    'performance',
    'fetch',
  ],
  node: [
    'window',
    'document',
    'navigator',
    'localStorage',
    'sessionStorage',
    'alert',
    'require',
    '__dirname',
    '__filename',
  ],
  dom: ['process', 'Buffer', 'require', '__dirname', '__filename', 'global', 'setImmediate'],
}

/** The room of a file, given from the repository's root with slashes; undefined for files outside of the house. */
export function floorOf(file) {
  const parts = file.split('/')
  return [3, 2, 1].map((depth) => byRoom.get(parts.slice(0, depth).join('/'))).find((floor) => floor !== undefined)
}

/** Tests, and what only they use, may import what runs their subject. */
export const isTest = (file) => /\.(test|cases)\.tsx?$|\/testing\//.test(file)

/** Why a file may not import this; null where it may. */
export function problemOf(file, specifier) {
  const floor = floorOf(file)
  if (!floor || isTest(file)) return null
  if (specifier.startsWith('.'))
    return problemOfPath(floor, file, posix.normalize(posix.join(posix.dirname(file), specifier.split('?')[0])))
  if (specifier.startsWith('node:')) return floor.globals === 'node' ? null : `${floor.room} has no Node modules.`
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  return floor.packages.includes(name) ? null : `${floor.room} may not use the package "${name}".`
}

function problemOfPath(floor, file, target) {
  const other = floorOf(target)
  if (other === floor) return null
  if (!other)
    return /^(core|electron|renderer|texts)\//.test(target) ? `${target} lies in no room of floors.mjs.` : null
  if (isTest(target)) return `${target} is for tests only.`
  if (!floor.may.includes(other.room)) return `${floor.room} may not import ${other.room}.`
  if (floor.sees && target === `${other.room}/${floor.sees}`) return null
  if (other.door && /\.tsx?$/.test(target) && target !== `${other.room}/${other.door}`)
    return `Other rooms see ${other.room} through its ${other.door} only.`
  return null
}

/** The rule that says so in the editor and in `npm run lint`. */
const imports = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const file = relative(context.cwd, context.filename).split(sep).join('/')
    const check = (node) => {
      const source = node.source ?? node.argument?.literal ?? node.argument
      const problem = typeof source?.value === 'string' ? problemOf(file, source.value) : null
      if (problem) context.report({ node, message: problem })
    }
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
    }
  },
}

/** ESLint's configuration of the floors: the rule, and each room's missing globals. */
export const floorRules = [
  {
    files: ['{core,electron,renderer,texts}/**/*.{ts,tsx}'],
    plugins: { floors: { rules: { imports } } },
    rules: { 'floors/imports': 'error' },
  },
  ...Object.entries(missingGlobals).map(([kind, names]) => ({
    files: floors.filter(({ globals }) => globals === kind).map(({ room }) => `${room}/**/*.{ts,tsx}`),
    ignores: ['**/*.test.{ts,tsx}', '**/testing/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...names.map((name) => ({ name, message: `A room of kind "${kind}" has no ${name}.` })),
      ],
    },
  })),
]

/** The table of ARCHITECTURE.md. A room of the window has a row of its own where it needs more than every such room. */
export function floorsTable() {
  const isPlain = ({ room }) => /^renderer\/rooms\/./.test(room) && !roomNeeds[room.split('/')[2]]
  const every = renderer('rooms/<name>', 'every room of the window', shared(), ui)
  const first = floors.findIndex(({ room }) => room.startsWith('renderer/rooms/'))
  const rows = [...floors.slice(0, first), every, ...floors.slice(first).filter((floor) => !isPlain(floor))].map(rowOf)
  return ['| room | what | may import | packages | globals |', '|---|---|---|---|---|', ...rows].join('\n')
}
function rowOf({ room, what, may, packages, globals }) {
  const list = (names) => names.map((name) => `\`${name.replace(/^core\//, '')}\``).join(', ') || '–'
  const plain = roomNeeds[room.split('/')[2]] !== undefined && room.startsWith('renderer/rooms/')
  const [rooms, used] = plain ? [without(may, shared()), without(packages, ui)] : [may, packages]
  const named = room === 'renderer/rooms' ? rooms.filter((other) => !other.startsWith(`${room}/`)) : rooms
  const others = named === rooms ? '' : ', every room of the window'
  return `| \`${room}\` | ${what} | ${plain ? 'also ' : ''}${list(named)}${others} | ${list(used)} | ${globals} |`
}
const without = (names, others) => names.filter((name) => !others.includes(name))
