/** Every text that the command line prints besides errors and log lines. */
export const cliTexts = {
  usage: {
    ja: `使い方: terakoya <コマンド> [--library フォルダ]

  tutorial [--json]                      チュートリアルを最後まで実行し、学習の前と後の回答を比べます
  train <settings.yaml> [--json]         設定ファイルのとおりに学習します（--training.epochs 5 のように上書きできます）
  chat <実験かモデル> [--ask 質問] [--json]  会話します。--ask を付けると答えて終わります
  data convert <元> <先> [--no-bom]       表のファイルの形式を変えます（{formats}）
  data check <ファイル> [--json]          学習の妨げになるものを調べます
  data stats <ファイル> [--model モデル] [--json]  文字数やトークン数、往復、重複、文字の種類を数えます
  doctor [--json]                         このパソコンで何が計算に使えるか、何が足りないかを調べます
  gpu-pack [status|install|remove] [--folder フォルダ]  NVIDIA の GPU で計算するための部品を調べ、ダウンロードします
  serve [--port 番号]                     ブラウザー用にスタジオを開きます
  link [--port 番号]                      動いている serve の新しいリンクを表示します`,
    en: `Usage: terakoya <command> [--library FOLDER]

  tutorial [--json]                        runs the whole tutorial and compares the answers before and after training
  train <settings.yaml> [--json]           trains as the settings file says (override with --training.epochs 5)
  chat <experiment or model> [--ask Q] [--json]  talks; with --ask it answers and ends
  data convert <in> <out> [--no-bom]       changes a table's format ({formats})
  data check <file> [--json]               looks for what would spoil a training
  data stats <file> [--model M] [--json]   counts characters, tokens, turns, duplicates and scripts
  doctor [--json]                          tells what this computer can use and what is missing
  gpu-pack [status|install|remove] [--folder F]  looks for, downloads or removes what NVIDIA's GPUs need
  serve [--port NUMBER]                    serves the studio to a browser
  link [--port NUMBER]                     prints a new link of the studio that is being served`,
  },
  serving: {
    ja: 'リンクは 1 回だけ使えます。Enter を押すと、新しいリンクを表示します（終了は Ctrl+C）。',
    en: 'The link works once. Enter prints a new one; Ctrl+C ends.',
  },
  machine: {
    ja: 'プロセッサ：{processor}（{cores} コア）、メモリ {memory}（空き {free}）',
    en: 'Processor: {processor} ({cores} cores), memory {memory} ({free} free)',
  },
  library: { ja: 'ライブラリ：{folder}（空き {free}）', en: 'Library: {folder} ({free} free)' },
  freeMemory: { ja: '（空き {free}）', en: ' ({free} free)' },
  packUnsupported: { ja: 'GPU パック：このパソコンでは使いません。', en: 'GPU pack: not for this computer.' },
  packInstalled: { ja: 'GPU パック：{folder}（{size}）', en: 'GPU pack: {folder} ({size})' },
  packAbsent: {
    ja: 'GPU パック：入っていません（入れる場所：{folder}）。NVIDIA の GPU があれば「terakoya gpu-pack install」で入れられます。',
    en: 'GPU pack: not installed (it would go to {folder}). With an NVIDIA GPU, install it by "terakoya gpu-pack install".',
  },
  packFound: { ja: '見つかりました：{file}', en: 'found: {file}' },
  packDownload: { ja: 'ダウンロードの大きさ：{size}', en: 'To download: {size}' },
  packProgress: { ja: '{part}  {share}%  あと {remaining} 秒', en: '{part}  {share}%  {remaining} s left' },
  packChecking: { ja: '{part} の中身を確かめています…', en: 'Checking {part}…' },
  packUnpacking: { ja: '{part} を展開しています…', en: 'Unpacking {part}…' },
  usable: { ja: '使えます。', en: 'Usable.' },
  unusable: { ja: '今は使えません。', en: 'Cannot be used now.' },
  recommended: { ja: '計算に使うもの：{device}。{why}', en: 'Computes here: {device}. {why}' },
  question: { ja: '質問', en: 'Question' },
  before: { ja: '学習前', en: 'Before' },
  after: { ja: '学習後', en: 'After' },
  dataset: {
    ja: 'データセット「{name}」（{rows} 行）を用意しました。',
    en: 'Prepared the dataset "{name}" ({rows} rows).',
  },
  asking: { ja: '学習前のモデルに質問しています…', en: 'Asking the model before training…' },
  training: { ja: '学習を始めます：{name}', en: 'Training: {name}' },
  step: {
    ja: 'ステップ {step}/{total}  損失 {loss}  あと {remaining} 秒',
    en: 'step {step}/{total}  loss {loss}  {remaining} s left',
  },
  finished: {
    ja: '学習が終わりました。{steps} ステップ、{seconds} 秒、損失 {first} → {last}',
    en: 'Training finished: {steps} steps, {seconds} s, loss {first} → {last}',
  },
  firstStep: { ja: '起動から最初のステップまで {seconds} 秒', en: '{seconds} s from start to the first step' },
  stopped: { ja: '停止しました。', en: 'Stopped.' },
  prompt: { ja: 'あなた> ', en: 'You> ' },
  chatting: {
    ja: '「{name}」と話します。終わるには空のまま Enter か Ctrl+D を押します。',
    en: 'Talking to "{name}". An empty line or Ctrl+D ends.',
  },
  rowsCounted: {
    ja: '{rows} 行（同じ内容の繰り返し {duplicates} 行）',
    en: '{rows} rows ({duplicates} repeat an earlier one)',
  },
  lengths: {
    ja: '{role}の{unit}：{count} 件、最小 {min}、中央 {median}、平均 {mean}、90% {p90}、99% {p99}、最大 {max}',
    en: '{role}, {unit}: {count} texts, min {min}, median {median}, mean {mean}, 90% {p90}, 99% {p99}, max {max}',
  },
  turns: {
    ja: '会話の往復：{count} 会話、最小 {min}、中央 {median}、平均 {mean}、最大 {max}',
    en: 'turns: {count} conversations, min {min}, median {median}, mean {mean}, max {max}',
  },
  languages: {
    ja: '言語：日本語 {ja} 行、英語 {en} 行、その他 {other} 行',
    en: 'languages: Japanese {ja} rows, English {en}, other {other}',
  },
  tokenSample: {
    ja: 'トークン数は、無作為に選んだ {rows} 行で数えました。',
    en: 'Tokens were counted in {rows} rows chosen by chance.',
  },
  roleSystem: { ja: '指示', en: 'system' },
  rolePrompt: { ja: '質問', en: 'prompt' },
  roleAnswer: { ja: '回答', en: 'answer' },
  characters: { ja: '文字数', en: 'characters' },
  tokens: { ja: 'トークン数', en: 'tokens' },
  checked: { ja: '{rows} 行を調べました。', en: 'Checked {rows} rows.' },
  checkedFine: {
    ja: '{rows} 行を調べました。問題は見つかりませんでした。',
    en: 'Checked {rows} rows and found no problems.',
  },
  problemInColumn: {
    ja: '・{title}：「{column}」の {count} か所（{rows} 行目）',
    en: '- {title}: {count} in "{column}" (rows {rows})',
  },
  problemInRows: { ja: '・{title}：{count} 行（{rows} 行目）', en: '- {title}: {count} rows (rows {rows})' },
  converted: { ja: '{rows} 行を「{file}」に書き出しました。', en: 'Wrote {rows} rows to "{file}".' },
  dropped: {
    ja: '（会話が長いため、古いやりとり {count} 回分を省きました）',
    en: '(the conversation is long: {count} older turns were left out)',
  },
} as const satisfies Record<string, { ja: string; en: string }>
