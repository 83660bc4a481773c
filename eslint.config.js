import hooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

/** A rule entry that refuses imports whose path matches; `message` says what the layer may use. */
const refuse = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns: patterns.map(([regex, message]) => ({ regex, message })) }] })

const NODE = ['^(node:|fs$|path$|os$|child_process$)', 'This layer computes only: no Node modules; what it needs is passed in.']
const ELECTRON = ['^electron$', 'Only electron/ may use Electron.']
const RENDERER = ['(^|/)renderer/', 'The renderer is seen by nobody but itself.']
const LIBRARIES = ['^(@duckdb/|koffi$|ws$|onnxruntime|react|yaml$|@huggingface/)', 'This layer may use zod only.']

// STYLE §1: the path of a file tells what it may touch. Tests may also use what runs their subject.
const layers = [
  {
    files: ['core/contract/**/*.ts'],
    rules: refuse(NODE, ELECTRON, RENDERER, LIBRARIES, ['^\\.\\./', 'The contract imports zod and itself only.']),
  },
  {
    files: ['core/graph/**/*.ts'],
    rules: refuse(NODE, ELECTRON, RENDERER, LIBRARIES, ['(^|/)(models|runtime|training|generation|datasets|tokenizers|checkpoints|experiments|hub|export|metrics)/', 'The graph knows nothing of ours but contract/errors.'], ['contract/(?!errors)', 'Only contract/errors.']),
  },
  {
    files: ['core/models/**/*.ts'],
    rules: refuse(NODE, ELECTRON, RENDERER, LIBRARIES, ['(^|/)(runtime|training|generation|datasets|tokenizers|checkpoints|experiments|hub|export|metrics)/', 'Models are written on the graph only.'], ['contract/(?!errors)', 'Only contract/errors.']),
  },
  { files: ['core/**/*.ts'], ignores: ['core/contract/**', 'core/graph/**', 'core/models/**'], rules: refuse(ELECTRON, RENDERER, ['(^|/)electron/', 'core knows no host.'], ['^react', 'core knows no DOM.']) },
  { files: ['electron/engine/**/*.ts'], rules: refuse(RENDERER, ELECTRON, ['\\.\\./(main|web|preload)/', 'Hosts do not import each other.']) },
  { files: ['electron/web/**/*.ts'], rules: refuse(RENDERER, ELECTRON, ['\\.\\./(main|engine|preload)/', 'Hosts do not import each other.']) },
  { files: ['electron/main/**/*.ts'], rules: refuse(RENDERER, ['\\.\\./(web|engine)/', 'Hosts do not import each other.'], ['\\.\\./preload/(?!channels)', 'Only the names of the channels are shared.']) },
  { files: ['electron/preload/**/*.ts'], rules: refuse(RENDERER, NODE, ['(^|/)core/(?!contract/)', 'The preload sees the contract only.'], ['\\.\\./(main|web|engine)/', 'The preload passes on, nothing else.']) },
  {
    files: ['renderer/**/*.{ts,tsx}'],
    rules: {
      ...refuse(NODE, ELECTRON, ['(^|/)core/(?!contract/)', 'The renderer sees the contract only.'], ['(^|/)electron/', 'The renderer knows no host.'], ['features/[^/]+/(?!index)', "Another feature's inner files: use its index.ts."], ['^\\.\\./(home|datasets|experiments|chat|folders|models|settings)/(?!index)', "Another feature's inner files: use its index.ts."]),
      'no-console': 'error',
    },
  },
]

export default tseslint.config(
  { ignores: ['node_modules', 'out', 'dist', '.cache', 'artifacts', '**/fixtures/**', 'scripts/electron-standin'] },
  ...tseslint.configs.recommended,
  { plugins: { 'react-hooks': hooks }, rules: hooks.configs.recommended.rules, files: ['renderer/**/*.{ts,tsx}'] },
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-empty': ['error', { allowEmptyCatch: false }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  ...layers,
  { files: ['**/*.test.{ts,tsx}', 'core/models/run-program.ts', 'e2e/**', 'bench/**', 'torture/**'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['**/*.mjs', 'eslint.config.js'], languageOptions: { globals: { process: 'readonly', console: 'readonly', performance: 'readonly', URL: 'readonly', setTimeout: 'readonly' } } },
)
