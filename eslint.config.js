import hooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'
import { floorRules } from './floors.mjs'

// What looks into Japanese contents must know Japanese: scripts, series of dates, names of columns, broken encodings.
export const japaneseData = [
  'core/datasets/checks/repetition-checks.ts',
  'core/datasets/checks/row-checks.ts',
  'core/datasets/checks/text-checks.ts',
  'core/datasets/formats/cp932.ts',
  'core/datasets/roles.ts',
  'core/datasets/series.ts',
  'core/gguf/vocabulary/pre-tokenizers.ts',
  'core/reader/describe.ts',
]
const japanese = '/[\\u3005-\\u30ff\\u4e00-\\u9fff\\uff01-\\uff5e]/'
const message = 'Texts that a person reads stand in texts/, in every language.'

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
  ...floorRules,
  // A function fits on a screen and a file in a head. Tables may be longer.
  {
    files: ['{core,electron,renderer}/**/*.{ts,tsx}'],
    ignores: ['**/*.test.{ts,tsx}', '**/*.cases.ts', '**/testing/**', 'core/contract/setting-catalogue.ts'],
    rules: { 'max-lines-per-function': ['error', { max: 60, IIFEs: true }], 'max-lines': ['error', { max: 400 }] },
  },
  { files: ['renderer/**/*.{ts,tsx}'], rules: { 'no-console': 'error' } },
  {
    files: ['{core,electron,renderer}/**/*.{ts,tsx}'],
    ignores: ['**/*.test.{ts,tsx}', '**/testing/**', '**/stories/**', ...japaneseData],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...[`Literal[value=${japanese}]`, `TemplateElement[value.raw=${japanese}]`, `JSXText[value=${japanese}]`].map(
          (selector) => ({ selector, message }),
        ),
      ],
    },
  },
  {
    files: ['**/*.mjs', 'eslint.config.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        performance: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
      },
    },
  },
)
