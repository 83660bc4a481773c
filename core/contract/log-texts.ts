/** One sentence for every log line of a run, in both languages; `{name}` is filled from the line's facts. */
export const logTexts = {
  'run/prepared': {
    ja: '準備ができました。装置 {device}、学習 {trainRows} 行、検証 {validationRows} 行、学習するパラメータ {parameters} 個、全 {totalSteps} ステップです。',
    en: 'Ready: device {device}, {trainRows} training rows, {validationRows} validation rows, {parameters} trainable parameters, {totalSteps} steps.',
  },
  'run/resumed': {
    ja: 'ステップ {step} のチェックポイントから再開しました。',
    en: 'Resumed from the checkpoint of step {step}.',
  },
  'run/evaluated': { ja: 'エポック {epoch}：検証の損失 {loss}', en: 'Epoch {epoch}: validation loss {loss}' },
  'run/metrics': {
    ja: 'BLEU {bleu}、chrF {chrf}、完全一致 {exactMatch}% です。',
    en: 'BLEU {bleu}, chrF {chrf}, exact match {exactMatch}%.',
  },
  'run/micro-batch': {
    ja: 'メモリが足りないため、ステップ {step} からバッチを {rows} 行ずつに分けて計算します。結果は変わりませんが、時間は長くなります。',
    en: 'Memory is short: from step {step} on, batches are computed in parts (rows at a time: {rows}). The result stays the same, but it takes longer.',
  },
  'run/not-evaluated': {
    ja: 'メモリが足りないため、ステップ {step} の評価を省きました。',
    en: 'Memory is short: the evaluation of step {step} was left out.',
  },
  'run/not-answered': {
    ja: 'メモリが足りないため、ステップ {step} の評価では回答を作らず、損失だけを求めました。',
    en: 'Memory is short: the evaluation of step {step} has the loss, but no answers.',
  },
  'run/no-kernels': {
    ja: 'この GPU に合わせた計算（CUDA 13 の NVRTC を使います）を用意できないため、標準の計算で学習します。結果は変わりませんが、時間とメモリが約 2 倍かかります。NVRTC は「設定」の GPU パックに入っています。',
    en: "Computations made for this GPU (with CUDA 13's NVRTC) cannot be had: training uses standard ones. The result stays the same, but takes about twice the time and memory. NVRTC comes with the GPU pack in Settings.",
  },
  'run/overflow': {
    ja: 'ステップ {step} で float16 の範囲を超えたため、更新を見送り、損失の倍率を {scale} に下げました。',
    en: 'Step {step} left the range of float16: its update was skipped and the loss scale lowered to {scale}.',
  },
  'run/overflows': {
    ja: 'float16 の範囲を超えて見送った更新は {count} 回です（損失の倍率 {scale}）。',
    en: '{count} updates left the range of float16 and were skipped (loss scale {scale}).',
  },
  'run/checkpoint': {
    ja: 'ステップ {step} のチェックポイントを保存しました。',
    en: 'Saved the checkpoint of step {step}.',
  },
  'run/stopped': { ja: 'ステップ {step} で停止しました。', en: 'Stopped at step {step}.' },
  'run/finished': {
    ja: '{seconds} 秒で学習が終わりました。最後の損失は {loss} です。',
    en: 'Training finished in {seconds} s; the last loss is {loss}.',
  },
  'run/interrupted': { ja: '学習が中断しました（{reason}）。', en: 'The run was interrupted ({reason}).' },
  'run/stop-forced': {
    ja: 'エンジンが応答しないため（{reason}）、終了させて学習を止めました。最後に保存したところから再開できます。',
    en: 'The engine did not answer ({reason}), so it was ended to stop the run. The run can go on from its last checkpoint.',
  },
  'run/lines-damaged': {
    ja: '記録のうち {count} 行は壊れていて読めないため、除いて表示しています。',
    en: '{count} lines of the records are damaged and left out.',
  },
  'run/batch-reduced': {
    ja: '学習データが {rows} 行なので、バッチサイズを {batchSize} から {rows} に下げました。',
    en: 'There are only {rows} training rows, so the batch size went from {batchSize} to {rows}.',
  },
  'run/truncated': {
    ja: '{count} 行が最大の長さを超えたため、切り詰めて学習します。',
    en: '{count} rows are longer than the maximum and were shortened.',
  },
  'run/rows-skipped': {
    ja: '空のため使えない行が {count} 行ありました（最初は {firstRow} 行目）。',
    en: '{count} empty rows were left out (the first is row {firstRow}).',
  },
  'run/rows-conversation-unreadable': {
    ja: '会話の列を読めない行を {count} 行除きました（最初は {firstRow} 行目）。messages か conversations の JSON を書いてください。',
    en: '{count} rows were left out because their conversation cannot be read (the first is row {firstRow}). Write JSON with messages or conversations.',
  },
  'run/rows-conversation-unanswered': {
    ja: '会話に回答がない行を {count} 行除きました（最初は {firstRow} 行目）。',
    en: '{count} rows were left out because nothing is answered in their conversation (the first is row {firstRow}).',
  },
  'run/rows-id-duplicate': {
    ja: '前の行と同じ ID の行を {count} 行除きました（最初は {firstRow} 行目）。',
    en: '{count} rows were left out because an earlier row has the same id (the first is row {firstRow}).',
  },
  'run/rows-parent-circular': {
    ja: '親の行をたどると元に戻る行を {count} 行除きました（最初は {firstRow} 行目）。',
    en: '{count} rows were left out because their parents lead back to them (the first is row {firstRow}).',
  },
  'run/rows-parent-left-out': {
    ja: '会話の前の行が使えないため、{count} 行を除きました（最初は {firstRow} 行目）。',
    en: '{count} rows were left out because an earlier row of their conversation cannot be used (the first is row {firstRow}).',
  },
  'run/last-answer-only': {
    ja: 'モデルのチャット形式が前の発言を書き換えるため、{count} 件の会話では最後の回答だけを学習します。',
    en: 'The chat template rewrites earlier turns, so {count} conversations teach their last answer only.',
  },
} as const satisfies Record<string, { ja: string; en: string }>

export type LogCode = keyof typeof logTexts
