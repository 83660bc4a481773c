/** One sentence for every log line of a run, in both languages; `{name}` is filled from the line's facts. */
export const logTexts = {
  'run/prepared': {
    ja: '準備ができました。装置 {device}、学習 {trainRows} 行、検証 {validationRows} 行、学習するパラメータ {parameters} 個、全 {totalSteps} ステップです。',
    en: 'Ready: device {device}, {trainRows} training rows, {validationRows} validation rows, {parameters} trainable parameters, {totalSteps} steps.',
  },
  'run/resumed': { ja: 'ステップ {step} のチェックポイントから再開しました。', en: 'Resumed from the checkpoint of step {step}.' },
  'run/evaluated': { ja: 'エポック {epoch}：検証の損失 {loss}', en: 'Epoch {epoch}: validation loss {loss}' },
  'run/checkpoint': { ja: 'ステップ {step} のチェックポイントを保存しました。', en: 'Saved the checkpoint of step {step}.' },
  'run/stopped': { ja: 'ステップ {step} で停止しました。', en: 'Stopped at step {step}.' },
  'run/finished': { ja: '{seconds} 秒で学習が終わりました。最後の損失は {loss} です。', en: 'Training finished in {seconds} s; the last loss is {loss}.' },
  'run/interrupted': { ja: '学習が中断しました（{reason}）。', en: 'The run was interrupted ({reason}).' },
  'run/batch-reduced': {
    ja: '学習データが {rows} 行なので、バッチサイズを {batchSize} から {rows} に下げました。',
    en: 'There are only {rows} training rows, so the batch size went from {batchSize} to {rows}.',
  },
  'run/truncated': { ja: '{count} 行が最大の長さを超えたため、切り詰めて学習します。', en: '{count} rows are longer than the maximum and were shortened.' },
  'run/rows-skipped': { ja: '空のため使えない行が {count} 行ありました（最初は {firstRow} 行目）。', en: '{count} empty rows were left out (the first is row {firstRow}).' },
} as const satisfies Record<string, { ja: string; en: string }>

export type LogCode = keyof typeof logTexts
