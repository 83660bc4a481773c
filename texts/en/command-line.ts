import type { LocaleOf } from '../locale.ts'
import type { commandLine as ja } from '../ja/command-line.ts'

export const commandLine: LocaleOf<typeof ja> = {
  usage: `Usage: terakoya <command> [--library FOLDER]

  tutorial [--json]                        runs the whole tutorial and compares the answers before and after training
  train <settings.yaml> [--json]           trains as the settings file says (override with --training.epochs 5)
  chat <experiment or model> [--ask Q] [--json]  talks; with --ask it answers and ends
  export <experiment> --to {forms} [--out FOLDER] [--create NAME [--replace]] [--step N] [--json]
                                         writes an experiment for other programs to use (--create adds it to Ollama)
  export <experiment> --to hub[:FORM] --repo OWNER/NAME [--public] [--json]
                                         writes it and publishes it on Hugging Face (private without --public)
  data convert <in> <out> [--no-bom]       changes a table's format ({formats})
  data check <file> [--json]               looks for what would spoil a training
  data stats <file> [--model M] [--json]   counts characters, tokens, turns, duplicates and scripts
  models [list|search WORDS|info ID|get ID[@REV]|rm ID] [--json]  lists, finds, downloads and removes models
  models adopt ID [--base ID] [--json]   makes an experiment of a LoRA adapter (--base is its base model)
  doctor [--json]                          tells what this computer can use and what is missing
  gpu-pack [status|install|remove] [--folder F]  looks for, downloads or removes what NVIDIA's GPUs need
  serve [--port NUMBER]                    serves the studio to a browser
  serve-api [--host ADDRESS] [--port NUMBER] [--key-file FILE | --new-key]
                                         runs a server for OpenAI's clients
  link [--port NUMBER]                     prints a new link of the studio that is being served`,
  apiServing: 'The API server is running (Ctrl+C ends it).',
  apiKeyMade: 'API key (shown only now): {key}',
  apiKeyKept: 'The API key was made before. If it is lost, "terakoya serve-api --new-key" makes another one.',
  apiKeyInFile: 'The API key is in "{file}".',
  apiOnNetwork:
    'Note: other computers of the network can connect, too, and nothing is encrypted. Use this on a network that you trust, and give the key only to those who need it.',
  serving: 'The link works once. Enter prints a new one; Ctrl+C ends.',
  machine: 'Processor: {processor} ({cores} cores), memory {memory} ({free} free)',
  library: 'Library: {folder} ({free} free)',
  freeMemory: ' ({free} free)',
  packUnsupported: 'GPU pack: not for this computer.',
  packInstalled: 'GPU pack: {folder} ({size})',
  packAbsent:
    'GPU pack: not installed (it would go to {folder}). With an NVIDIA GPU, install it by "terakoya gpu-pack install".',
  packFound: 'found: {file}',
  packDownload: 'To download: {size}',
  packProgress: '{part}  {share}%  {remaining} s left',
  packChecking: 'Checking {part}…',
  packUnpacking: 'Unpacking {part}…',
  usable: 'Usable.',
  unusable: 'Cannot be used now.',
  recommended: 'Computes here: {device}. {why}',
  question: 'Question',
  before: 'Before',
  after: 'After',
  dataset: 'Prepared the dataset "{name}" ({rows} rows).',
  asking: 'Asking the model before training…',
  training: 'Training: {name}',
  step: 'step {step}/{total}  loss {loss}  {remaining} s left',
  finished: 'Training finished: {steps} steps, {seconds} s, loss {first} → {last}',
  firstStep: '{seconds} s from start to the first step',
  stopped: 'Stopped.',
  prompt: 'You> ',
  chatting: 'Talking to "{name}". An empty line or Ctrl+D ends.',
  rowsCounted: '{rows} rows ({duplicates} repeat an earlier one)',
  lengths: '{role}, {unit}: {count} texts, min {min}, median {median}, mean {mean}, 90% {p90}, 99% {p99}, max {max}',
  turns: 'turns: {count} conversations, min {min}, median {median}, mean {mean}, max {max}',
  languages: 'languages: Japanese {ja} rows, English {en}, other {other}',
  tokenSample: 'Tokens were counted in {rows} rows chosen by chance.',
  roleSystem: 'system',
  rolePrompt: 'prompt',
  roleAnswer: 'answer',
  characters: 'characters',
  tokens: 'tokens',
  checked: 'Checked {rows} rows.',
  checkedFine: 'Checked {rows} rows and found no problems.',
  problemInColumn: '- {title}: {count} in "{column}" (rows {rows})',
  problemInRows: '- {title}: {count} rows (rows {rows})',
  modelKind_base: 'base model',
  modelKind_adapter: 'adapter',
  modelKind_merged: 'merged',
  modelOrigin_library: 'library',
  modelOrigin_shipped: 'shipped',
  'modelOrigin_hf-cache': 'Hugging Face cache',
  'modelOrigin_lm-studio': 'LM Studio',
  modelSupport_base: 'usable',
  modelSupport_adapter: 'adapter',
  modelSupport_no: 'not usable',
  modelAdopted: 'Made the experiment “{name}”. Talk to it with “terakoya chat {id}”.',
  modelSupport_unknown: 'ask models info',
  modelInstead: '"{model}" works instead.',
  modelFit: '{precision}: training {training}, chat {chat}',
  fit_fits: 'fits',
  fit_tight: 'tight',
  fit_no: 'too large',
  modelHere: 'The model "{model}" is in the library now.',
  modelPaused: 'The download of "{model}" was stopped. The same command goes on from there.',
  modelUsers: 'These experiments cannot be used until the model is brought back: {names}',
  modelRemoved: 'The model "{model}" was moved to the trash.',
  converted: 'Wrote {rows} rows to "{file}".',
  exporting: '{share}%  {remaining} s left',
  exportTesting: 'Asking what was written, to check it…',
  exportRegistering: 'Adding to Ollama… {share}%  {remaining} s left',
  exportRegistered: 'Added to Ollama. Talk to it with “ollama run {name}”.',
  exportPublished: 'Published on Hugging Face: {url}',
  exported: 'Written to “{place}” ({size}).',
  exportSame: 'Read again and asked ({count}): every answer is the experiment’s.',
  exportNothingAsked: 'Read again: the content is the same as the original.',
  exportDifferent: 'Read again and asked: {different} of {count} answers differ from the experiment’s.',
  exportLossy: ' Its weights are smaller, so answers may change a little.',
  exportTextsSame: 'llama.cpp reads the rows of the data ({count}) as the same tokens.',
  exportTextsDiffer:
    'llama.cpp reads {differing} of {count} rows of the data as other tokens (rows {rows}). Answers to such texts may change in Ollama and LM Studio.',
  exportRun: 'Experiment',
  exportWritten: 'Export',
  exportPostponed: 'A training is running, so what was written has not been checked yet.',
  exportTestFailed: 'Written, but it could not be checked.',
  dropped: '(the conversation is long: {count} older turns were left out)',
}
