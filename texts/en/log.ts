import type { LocaleOf } from '../locale.ts'
import type { log as ja } from '../ja/log.ts'

export const log: LocaleOf<typeof ja> = {
  'run/prepared':
    'Ready: device {device}, {trainRows} training rows, {validationRows} validation rows, {parameters} trainable parameters, {totalSteps} steps.',
  'run/resumed': 'Resumed from the checkpoint of step {step}.',
  'run/evaluated': 'Epoch {epoch}: validation loss {loss}',
  'run/metrics': 'BLEU {bleu}, chrF {chrf}, exact match {exactMatch}%.',
  'run/micro-batch':
    'Memory is short: from step {step} on, batches are computed in parts (rows at a time: {rows}). The result stays the same, but it takes longer.',
  'run/not-evaluated': 'Memory is short: the evaluation of step {step} was left out.',
  'run/not-answered': 'Memory is short: the evaluation of step {step} has the loss, but no answers.',
  'run/no-kernels':
    "Computations made for this GPU (with CUDA 13's NVRTC) cannot be had: training uses standard ones. The result stays the same, but takes about twice the time and memory. NVRTC comes with the GPU pack in Settings.",
  'run/overflow':
    'Step {step} left the range of float16: its update was skipped and the loss scale lowered to {scale}.',
  'run/overflows': '{count} updates left the range of float16 and were skipped (loss scale {scale}).',
  'run/checkpoint': 'Saved the checkpoint of step {step}.',
  'run/stopped': 'Stopped at step {step}.',
  'run/finished': 'Training finished in {seconds} s; the last loss is {loss}.',
  'run/interrupted': 'The run was interrupted ({reason}).',
  'run/stop-forced':
    'The engine did not answer ({reason}), so it was ended to stop the run. The run can go on from its last checkpoint.',
  'run/lines-damaged': '{count} lines of the records are damaged and left out.',
  'run/batch-reduced': 'There are only {rows} training rows, so the batch size went from {batchSize} to {rows}.',
  'run/truncated': '{count} rows are longer than the maximum and were shortened.',
  'run/rows-skipped': '{count} empty rows were left out (the first is row {firstRow}).',
  'run/rows-conversation-unreadable':
    '{count} rows were left out because their conversation cannot be read (the first is row {firstRow}). Write JSON with messages or conversations.',
  'run/rows-conversation-unanswered':
    '{count} rows were left out because nothing is answered in their conversation (the first is row {firstRow}).',
  'run/rows-id-duplicate':
    '{count} rows were left out because an earlier row has the same id (the first is row {firstRow}).',
  'run/rows-parent-circular':
    '{count} rows were left out because their parents lead back to them (the first is row {firstRow}).',
  'run/rows-parent-left-out':
    '{count} rows were left out because an earlier row of their conversation cannot be used (the first is row {firstRow}).',
  'run/system-merged':
    'The chat template has no place for a system text, so that of {count} conversations stands before their first question.',
  'run/last-answer-only':
    'The chat template rewrites earlier turns, so {count} conversations teach their last answer only.',
}
