/** Every text that the command line prints besides errors and log lines. */
export const commandLine = {
  usage: `使い方: terakoya <コマンド> [--library フォルダ]

  tutorial [--json]                      チュートリアルを最後まで実行し、学習の前と後の回答を比べます
  train <settings.yaml> [--json]         設定ファイルのとおりに学習します（--training.epochs 5 のように上書きできます）
  chat <実験かモデル> [--ask 質問] [--json]  会話します。--ask を付けると答えて終わります
  export <実験> --to {forms} [--out フォルダ] [--create 名前 [--replace]] [--step 番号] [--json]
                                         実験を、ほかのソフトで使える形に書き出します（--create で Ollama に登録）
  export <実験> --to hub[:形式] --repo 所有者/名前 [--public] [--json]
                                         書き出して Hugging Face に送ります（--public がなければ非公開）
  data convert <元> <先> [--no-bom]       表のファイルの形式を変えます（{formats}）
  data check <ファイル> [--json]          学習の妨げになるものを調べます
  data stats <ファイル> [--model モデル] [--json]  文字数やトークン数、往復、重複、文字の種類を数えます
  models [list|search 言葉|info ID|get ID[@版]|rm ID] [--json]  モデルを一覧、検索、ダウンロード、削除します
  models adopt ID [--base ID] [--json]   LoRA アダプターを実験にします（--base は元のモデル）
  doctor [--json]                         このパソコンで何が計算に使えるか、何が足りないかを調べます
  gpu-pack [status|install|remove] [--folder フォルダ]  NVIDIA の GPU で計算するための部品を調べ、ダウンロードします
  serve [--port 番号]                     ブラウザー用にスタジオを開きます
  serve-api [--host アドレス] [--port 番号] [--key-file ファイル | --new-key]
                                         OpenAI 互換の API サーバーを動かします
  link [--port 番号]                      動いている serve の新しいリンクを表示します`,
  apiServing: 'API サーバーが動いています（終了は Ctrl+C）。',
  apiKeyMade: 'API キー（表示するのは今だけです）：{key}',
  apiKeyKept: 'API キーは前に作ったものです。なくしたときは「terakoya serve-api --new-key」で作り直せます。',
  apiKeyInFile: 'API キーは「{file}」にあります。',
  apiOnNetwork:
    '注意：同じネットワークのほかのパソコンからもつながります。通信は暗号化されません。信頼できるネットワークでだけ使い、キーは必要な人にだけ渡してください。',
  serving: 'リンクは 1 回だけ使えます。Enter を押すと、新しいリンクを表示します（終了は Ctrl+C）。',
  machine: 'プロセッサ：{processor}（{cores} コア）、メモリ {memory}（空き {free}）',
  library: 'ライブラリ：{folder}（空き {free}）',
  freeMemory: '（空き {free}）',
  packUnsupported: 'GPU パック：このパソコンでは使いません。',
  packInstalled: 'GPU パック：{folder}（{size}）',
  packAbsent:
    'GPU パック：入っていません（入れる場所：{folder}）。NVIDIA の GPU があれば「terakoya gpu-pack install」で入れられます。',
  packFound: '見つかりました：{file}',
  packDownload: 'ダウンロードの大きさ：{size}',
  packProgress: '{part}  {share}%  あと {remaining} 秒',
  packChecking: '{part} の中身を確かめています…',
  packUnpacking: '{part} を展開しています…',
  usable: '使えます。',
  unusable: '今は使えません。',
  recommended: '計算に使うもの：{device}。{why}',
  question: '質問',
  before: '学習前',
  after: '学習後',
  dataset: 'データセット「{name}」（{rows} 行）を用意しました。',
  asking: '学習前のモデルに質問しています…',
  training: '学習を始めます：{name}',
  step: 'ステップ {step}/{total}  損失 {loss}  あと {remaining} 秒',
  finished: '学習が終わりました。{steps} ステップ、{seconds} 秒、損失 {first} → {last}',
  firstStep: '起動から最初のステップまで {seconds} 秒',
  stopped: '停止しました。',
  prompt: 'あなた> ',
  chatting: '「{name}」と話します。終わるには空のまま Enter か Ctrl+D を押します。',
  rowsCounted: '{rows} 行（同じ内容の繰り返し {duplicates} 行）',
  lengths: '{role}の{unit}：{count} 件、最小 {min}、中央 {median}、平均 {mean}、90% {p90}、99% {p99}、最大 {max}',
  turns: '会話の往復：{count} 会話、最小 {min}、中央 {median}、平均 {mean}、最大 {max}',
  languages: '言語：日本語 {ja} 行、英語 {en} 行、その他 {other} 行',
  tokenSample: 'トークン数は、無作為に選んだ {rows} 行で数えました。',
  roleSystem: '指示',
  rolePrompt: '質問',
  roleAnswer: '回答',
  characters: '文字数',
  tokens: 'トークン数',
  checked: '{rows} 行を調べました。',
  checkedFine: '{rows} 行を調べました。問題は見つかりませんでした。',
  problemInColumn: '・{title}：「{column}」の {count} か所（{rows} 行目）',
  problemInRows: '・{title}：{count} 行（{rows} 行目）',
  modelKind_base: 'ベースモデル',
  modelKind_adapter: 'アダプター',
  modelKind_merged: '統合済み',
  modelOrigin_library: 'ライブラリ',
  modelOrigin_shipped: '付属',
  'modelOrigin_hf-cache': 'Hugging Face のキャッシュ',
  'modelOrigin_lm-studio': 'LM Studio',
  modelSupport_base: '使えます',
  modelSupport_adapter: 'アダプター',
  modelSupport_no: '使えません',
  modelAdopted: '実験「{name}」にしました。「terakoya chat {id}」で話せます。',
  modelSupport_unknown: '要確認（models info）',
  modelInstead: '代わりに「{model}」が使えます。',
  modelFit: '{precision}：学習 {training}、会話 {chat}',
  fit_fits: '余裕あり',
  fit_tight: 'ぎりぎり',
  fit_no: '足りません',
  modelHere: 'モデル「{model}」をライブラリに入れました。',
  modelPaused: '「{model}」のダウンロードを止めました。同じコマンドで続きから始められます。',
  modelUsers: '次の実験は、このモデルを戻すまで使えません：{names}',
  modelRemoved: 'モデル「{model}」をごみ箱に入れました。',
  converted: '{rows} 行を「{file}」に書き出しました。',
  exporting: '{share}%  あと {remaining} 秒',
  exportTesting: '書き出したものに質問して、確かめています…',
  exportRegistering: 'Ollama に登録しています… {share}%  あと {remaining} 秒',
  exportRegistered: 'Ollama に登録しました。「ollama run {name}」で話せます。',
  exportPublished: 'Hugging Face に送りました：{url}',
  exported: '「{place}」に書き出しました（{size}）。',
  exportSame: '読み直して {count} 問を尋ね、すべて実験と同じ答えでした。',
  exportNothingAsked: '読み直して、中身が元と同じことを確かめました。',
  exportDifferent: '読み直して {count} 問を尋ねたところ、{different} 問の答えが実験と違いました。',
  exportLossy: '重みを小さくしたため、答えが少し変わることがあります。',
  exportTextsSame: 'データの {count} 行は、llama.cpp でも同じトークンになります。',
  exportTextsDiffer:
    'データの {count} 行のうち {differing} 行は、llama.cpp では違うトークンになります（行 {rows}）。Ollama や LM Studio では、これらの文の答えが変わることがあります。',
  exportRun: '実験',
  exportWritten: '書き出し',
  exportPostponed: '学習中のため、書き出したものはまだ確かめていません。',
  exportTestFailed: '書き出しましたが、確かめられませんでした。',
  dropped: '（会話が長いため、古いやりとり {count} 回分を省きました）',
} as const
