/** Every text that the command line prints besides errors and log lines. */
export const cliTexts = {
  usage: {
    ja: `使い方: terakoya <コマンド> [--library フォルダ]

  tutorial [--json]                      チュートリアルを最後まで実行し、学習の前と後の回答を比べます
  train <settings.yaml> [--json]         設定ファイルのとおりに学習します（--training.epochs 5 のように上書きできます）
  chat <実験かモデル> [--ask 質問] [--json]  会話します。--ask を付けると答えて終わります
  serve [--port 番号]                     ブラウザー用にスタジオを開きます`,
    en: `Usage: terakoya <command> [--library FOLDER]

  tutorial [--json]                        runs the whole tutorial and compares the answers before and after training
  train <settings.yaml> [--json]           trains as the settings file says (override with --training.epochs 5)
  chat <experiment or model> [--ask Q] [--json]  talks; with --ask it answers and ends
  serve [--port NUMBER]                    serves the studio to a browser`,
  },
  question: { ja: '質問', en: 'Question' },
  before: { ja: '学習前', en: 'Before' },
  after: { ja: '学習後', en: 'After' },
  dataset: { ja: 'データセット「{name}」（{rows} 行）を用意しました。', en: 'Prepared the dataset "{name}" ({rows} rows).' },
  asking: { ja: '学習前のモデルに質問しています…', en: 'Asking the model before training…' },
  training: { ja: '学習を始めます：{name}', en: 'Training: {name}' },
  step: { ja: 'ステップ {step}/{total}  損失 {loss}  あと {remaining} 秒', en: 'step {step}/{total}  loss {loss}  {remaining} s left' },
  finished: { ja: '学習が終わりました。{steps} ステップ、{seconds} 秒、損失 {first} → {last}', en: 'Training finished: {steps} steps, {seconds} s, loss {first} → {last}' },
  firstStep: { ja: '起動から最初のステップまで {seconds} 秒', en: '{seconds} s from start to the first step' },
  stopped: { ja: '停止しました。', en: 'Stopped.' },
  prompt: { ja: 'あなた> ', en: 'You> ' },
  chatting: { ja: '「{name}」と話します。終わるには空のまま Enter か Ctrl+D を押します。', en: 'Talking to "{name}". An empty line or Ctrl+D ends.' },
  dropped: { ja: '（会話が長いため、古いやりとり {count} 回分を省きました）', en: '(the conversation is long: {count} older turns were left out)' },
} as const satisfies Record<string, { ja: string; en: string }>
