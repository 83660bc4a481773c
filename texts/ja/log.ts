/** One sentence for every log line of a run; `{name}` is filled from the line's facts. */
export const log = {
  'run/prepared':
    '準備ができました。装置 {device}、学習 {trainRows} 行、検証 {validationRows} 行、学習するパラメータ {parameters} 個、全 {totalSteps} ステップです。',
  'run/resumed': 'ステップ {step} のチェックポイントから再開しました。',
  'run/evaluated': 'エポック {epoch}：検証の損失 {loss}',
  'run/metrics': 'BLEU {bleu}、chrF {chrf}、完全一致 {exactMatch}% です。',
  'run/micro-batch':
    'メモリが足りないため、ステップ {step} からバッチを {rows} 行ずつに分けて計算します。結果は変わりませんが、時間は長くなります。',
  'run/not-evaluated': 'メモリが足りないため、ステップ {step} の評価を省きました。',
  'run/not-answered': 'メモリが足りないため、ステップ {step} の評価では回答を作らず、損失だけを求めました。',
  'run/no-kernels':
    'この GPU に合わせた計算（CUDA 13 の NVRTC を使います）を用意できないため、標準の計算で学習します。結果は変わりませんが、時間とメモリが約 2 倍かかります。NVRTC は「設定」の GPU パックに入っています。',
  'run/overflow': 'ステップ {step} で float16 の範囲を超えたため、更新を見送り、損失の倍率を {scale} に下げました。',
  'run/overflows': 'float16 の範囲を超えて見送った更新は {count} 回です（損失の倍率 {scale}）。',
  'run/checkpoint': 'ステップ {step} のチェックポイントを保存しました。',
  'run/stopped': 'ステップ {step} で停止しました。',
  'run/finished': '{seconds} 秒で学習が終わりました。最後の損失は {loss} です。',
  'run/interrupted': '学習が中断しました（{reason}）。',
  'run/stop-forced':
    'エンジンが応答しないため（{reason}）、終了させて学習を止めました。最後に保存したところから再開できます。',
  'run/lines-damaged': '記録のうち {count} 行は壊れていて読めないため、除いて表示しています。',
  'run/batch-reduced': '学習データが {rows} 行なので、バッチサイズを {batchSize} から {rows} に下げました。',
  'run/truncated': '{count} 行が最大の長さを超えたため、切り詰めて学習します。',
  'run/rows-skipped': '空のため使えない行が {count} 行ありました（最初は {firstRow} 行目）。',
  'run/rows-conversation-unreadable':
    '会話の列を読めない行を {count} 行除きました（最初は {firstRow} 行目）。messages か conversations の JSON を書いてください。',
  'run/rows-conversation-unanswered': '会話に回答がない行を {count} 行除きました（最初は {firstRow} 行目）。',
  'run/rows-id-duplicate': '前の行と同じ ID の行を {count} 行除きました（最初は {firstRow} 行目）。',
  'run/rows-parent-circular': '親の行をたどると元に戻る行を {count} 行除きました（最初は {firstRow} 行目）。',
  'run/rows-parent-left-out': '会話の前の行が使えないため、{count} 行を除きました（最初は {firstRow} 行目）。',
  'run/system-merged':
    'モデルのチャット形式にシステム文の場所がないため、{count} 件の会話では最初の質問の前に置きます。',
  'run/last-answer-only':
    'モデルのチャット形式が前の発言を書き換えるため、{count} 件の会話では最後の回答だけを学習します。',
} as const
