/**
 * One sentence for every error, in both languages: what happened, where, what to do. `{name}` is filled from the
 * error's facts. Adding an error code is adding a line here.
 */
export const errorTexts = {
  internal: {
    ja: '内部エラーが起きました（{message}）。操作をやり直してください。続く場合はログを添えて報告してください。',
    en: 'Something went wrong inside the studio ({message}). Try again; if it stays, report it with the log.',
  },
  'call-unknown': { ja: '不明な呼び出し「{call}」です。', en: 'Unknown call "{call}".' },
  'call-invalid': {
    ja: '「{call}」の入力が正しくありません（{path}：{problem}）。',
    en: 'The input of "{call}" is not valid ({path}: {problem}).',
  },
  'call-refused': {
    ja: '「{call}」はスタジオの画面からだけ呼び出せます。',
    en: 'Only the studio\'s own window may call "{call}".',
  },
  'link/not-allowed': {
    ja: 'スタジオからは「{address}」を開けません。必要なときは、アドレスをブラウザーに貼り付けてください。',
    en: 'The studio does not open "{address}". If you need it, paste the address into your browser.',
  },
  'preferences/unwritable': {
    ja: '環境設定のフォルダ「{folder}」に書き込めません。フォルダの権限と空き容量を確認してください。',
    en: 'The preferences folder "{folder}" cannot be written to. Check its permissions and free space.',
  },
  'library/unwritable': {
    ja: 'ライブラリのフォルダ「{folder}」に書き込めません。設定で別のフォルダを選ぶか、フォルダの権限と空き容量を確認してください。',
    en: 'The library folder "{folder}" cannot be written to. Choose another folder in Settings, or check its permissions and free space.',
  },
  'disk-full': {
    ja: 'ディスクの空き容量が足りないため「{file}」を保存できません。空きを作ってから、もう一度保存してください。',
    en: 'The disk is full, so "{file}" could not be saved. Free some space and save again.',
  },
  'file/not-found': { ja: 'ファイル「{file}」が見つかりません。', en: 'The file "{file}" was not found.' },
  'file/unreadable': {
    ja: 'ファイル「{file}」を開けません（{reason}）。ほかのソフトで開いていないか、権限があるか確認してください。',
    en: 'The file "{file}" cannot be opened ({reason}). Check that no other program holds it and that you may read it.',
  },
  'file/not-regular': {
    ja: '「{file}」は通常のファイルではないため読みません。同じ名前のフォルダや特殊なファイルを取り除き、入れ直してください。',
    en: '"{file}" is not an ordinary file, so it is not read. Remove the folder or special file of that name, and install it again.',
  },
  'file/too-large': {
    ja: 'ファイル「{file}」が大きすぎます（{foundMB} MB、上限 {maxMB} MB）。正しいファイルか確認して、入れ直してください。',
    en: 'The file "{file}" is too large ({foundMB} MB; at most {maxMB} MB). Check that it is the right one, and install it again.',
  },
  'file/too-deep': {
    ja: 'ファイル「{file}」は入れ子が深すぎるため読みません（上限 {max} 段）。正しいファイルか確認して、入れ直してください。',
    en: 'The file "{file}" nests too deeply to be read (at most {max} levels). Check that it is the right one, and install it again.',
  },
  'setting/unknown': {
    ja: '「{setting}」という設定はありません。設定の名前を確認してください。',
    en: 'There is no setting "{setting}". Check its name.',
  },
  'setting/required': { ja: '「{setting}」を入力してください。', en: 'Enter "{setting}".' },
  'setting/not-chosen': { ja: '「{setting}」を選んでください。', en: 'Choose "{setting}".' },
  'setting/type': {
    ja: '「{setting}」の値「{found}」は使えません（{expected}が必要です）。',
    en: 'The value "{found}" of "{setting}" cannot be used ({expected} is needed).',
  },
  'setting/range': {
    ja: '「{setting}」の値 {found} は範囲外です。{min} から {max} の間で入力してください。',
    en: 'The value {found} of "{setting}" is out of range. Enter one between {min} and {max}.',
  },
  'setting/choice': {
    ja: '「{setting}」の値「{found}」は選べません。{expected} のどれかにしてください。',
    en: 'The value "{found}" of "{setting}" is not one of {expected}.',
  },
  'settings-file/not-a-table': {
    ja: '設定ファイル「{file}」の形が正しくありません。「training:」の下に「epochs: 50」のように書いてください。',
    en: 'The settings file "{file}" is not in the right form. Write for example "epochs: 50" under "training:".',
  },
  'settings-file/not-a-group': {
    ja: '設定ファイル「{file}」の「{group}」の下には「名前: 値」の行を書いてください。',
    en: 'In the settings file "{file}", write lines "name: value" under "{group}".',
  },
  'settings-file/syntax': {
    ja: '設定ファイル「{file}」を YAML として読めません（{problem}）。',
    en: 'The settings file "{file}" cannot be read as YAML ({problem}).',
  },
  'experiment/not-found': { ja: '実験「{id}」が見つかりません。', en: 'The experiment "{id}" was not found.' },
  'experiment/damaged': {
    ja: '実験のファイル「{file}」が壊れているか、この版では読めません。バックアップがあれば元に戻し、なければこの実験を削除してください。',
    en: 'The experiment file "{file}" is damaged or cannot be read by this version. Put it back from a backup, or remove this experiment.',
  },
  'experiment/incomplete': {
    ja: '実験のファイル「{file}」がありません。バックアップがあれば元に戻し、なければこの実験を削除してください。',
    en: 'The experiment file "{file}" is missing. Put it back from a backup, or remove this experiment.',
  },
  'experiment/closing': {
    ja: 'ライブラリを閉じているため、学習を始められません。もう一度開いてから始めてください。',
    en: 'The library is being closed, so no training can begin. Open it again, then start.',
  },
  'experiment/no-dataset': {
    ja: '「{name}」の学習に使った表は残っていません。以前の版で行った学習です。',
    en: 'The table that "{name}" was trained on was not kept: an earlier version of the studio ran it.',
  },
  'experiment/busy': {
    ja: '「{name}」の学習が進行中です。終わるのを待つか、停止してから始めてください。',
    en: '"{name}" is still training. Wait for it to finish or stop it first.',
  },
  'experiment/no-checkpoint': {
    ja: '「{name}」にはステップ {step} のチェックポイントがありません。残っているチェックポイントから選んでください。',
    en: '"{name}" has no checkpoint of step {step}. Choose one of those that are kept.',
  },
  'experiment/not-resumable': {
    ja: '「{name}」は終わっているため、再開できません。',
    en: '"{name}" has ended and cannot be resumed.',
  },
  'experiment/untrained': {
    ja: '「{name}」にはまだ学習結果がありません。学習が進んでからチャットで選んでください。',
    en: '"{name}" has no trained result yet. Choose it in the chat once it has trained.',
  },
  'device/unavailable': {
    ja: '装置「{device}」は今は使えません。{why}「計算に使う装置」を「自動」にすると、使える装置で計算します。',
    en: 'The device "{device}" cannot be used now. {why} With "Device" on automatic, one that can be used computes.',
  },
  'model/not-found': {
    ja: 'モデル「{model}」が見つかりません。「モデル」の部屋にあるものを選んでください。',
    en: 'The model "{model}" was not found. Choose one that is listed in Models.',
  },
  'plan/dataset-problems': {
    ja: '「{dataset}」に、学習の妨げになりそうな所が {count} か所あります。データセットの「確認」で直せます。',
    en: '"{dataset}" has {count} places that may spoil the training. "Check" in the dataset puts them right.',
  },
  'plan/few-rows': {
    ja: '学習データは {rows} 行です。1 つの事実なら十分ですが、幅広く教えるなら 1,000 行以上が目安です。',
    en: 'There are {rows} training rows: enough for one fact; 1,000 or more are advised for broader teaching.',
  },
  'plan/batch-larger-than-data': {
    ja: '学習データが {rows} 行のため、バッチサイズ {batchSize} は {rows} として扱います。',
    en: 'With {rows} training rows, the batch size {batchSize} is treated as {rows}.',
  },
  'plan/memory': {
    ja: 'このパソコンのメモリに入りきらない見込みです。「バッチサイズ」か「全体の最大の長さ」を小さくしてください。「ベースモデルの重みの持ち方」を int4 にしても、メモリは少なくてすみます。',
    en: 'This will hardly fit the memory of this computer. Make the batch size or the maximum length smaller; int4 for "Base weights" takes less memory, too.',
  },
  'plan/gpu-memory': {
    ja: 'この GPU のメモリに入りきらないバッチは小さく分けて計算するため、時間がかかります。「勾配チェックポイント」をオンにするか、「ベースモデルの重みの持ち方」を int4 にすると、少ないメモリですみます。',
    en: 'Batches that do not fit the memory of this GPU are computed in smaller parts, which takes longer. "Gradient checkpointing", or int4 for "Base weights", takes less memory.',
  },
  'engine/unavailable': {
    ja: '計算エンジンが止まりました（{reason}）。もう一度試すと自動で起動し直します。',
    en: 'The engine stopped ({reason}). Try again: it starts anew by itself.',
  },
  'cli/usage': {
    ja: '「{problem}」の使い方が正しくありません。「terakoya help」で使い方を確認してください。',
    en: '"{problem}" is not used correctly. See "terakoya help".',
  },
  'cli/unknown-source': {
    ja: '「{name}」という実験もモデルもありません。名前を確認してください。',
    en: 'There is no experiment or model called "{name}". Check the name.',
  },
  'cli/library-locked': {
    ja: 'このライブラリは {since} から「{host}」の{program}が使っています。それを終了するか、そちらで操作するか、--library で別のフォルダを指定してください。',
    en: '{program} on "{host}" has been using this library since {since}. Close it, work there, or name another folder with --library.',
  },
  'cli/same-file': {
    ja: '「{file}」は読み込むファイルと同じです。別の名前で書き出してください。',
    en: '"{file}" is the file that is read. Write to another name.',
  },
  'cli/columns-missing': {
    ja: '「{file}」に質問と回答の列がありません（今の列：{found}）。見出しを「質問」と「回答」、または「prompt」と「answer」にしてください。',
    en: '"{file}" has no question and answer columns (it has: {found}). Call them "prompt" and "answer" in its header.',
  },
  'cli/unknown-ending': {
    ja: '「{file}」の拡張子からは形式が分かりません。{known} のどれかにするか、--format で指定してください。',
    en: 'The ending of "{file}" names no known format. Use one of {known}, or name it with --format.',
  },
  'cli/unwritable': {
    ja: '「{file}」に書き込めません。フォルダーがあるか、書き込む権限があるか確認してください。',
    en: '"{file}" cannot be written. Check that its folder exists and that you may write there.',
  },
  'runtime/library-missing': {
    ja: '計算ライブラリ（ONNX Runtime）が見つかりません（{file}、{platform}）。アプリを入れ直してください。',
    en: 'The compute library (ONNX Runtime) was not found ({file}, {platform}). Install the studio again.',
  },
  'runtime/library-unloadable': {
    ja: '計算ライブラリ「{file}」を読み込めません（{reason}）。アプリを入れ直してください。',
    en: 'The compute library "{file}" cannot be loaded ({reason}). Install the studio again.',
  },
  'runtime/kernels-failed': {
    ja: 'GPU 用の計算プログラムを作れませんでした（{reason}）。NVIDIA のドライバーを更新するか、計算する装置に CPU を選んでください。',
    en: 'The programs for the GPU could not be compiled ({reason}). Update the NVIDIA driver, or choose the CPU to compute with.',
  },
  'runtime/out-of-memory': {
    ja: '装置「{device}」のメモリが足りません。ほかのアプリを閉じるか、最大の長さを短くしてください。学習では「勾配チェックポイント」をオンに、「ベースモデルの重みの持ち方」を int4 にすると、少ないメモリですみます。',
    en: 'The device "{device}" has run out of memory. Close other programs, or make the maximum length smaller. A training takes less with "Gradient checkpointing" on and int4 for "Base weights".',
  },
  'runtime/weights-unreadable': {
    ja: 'フォルダ「{folder}」のモデルの重みを読めません（{reason}）。モデルを入れ直してください。',
    en: 'The weights of the model in "{folder}" cannot be read ({reason}). Install the model again.',
  },
  'checkpoint/config-missing': {
    ja: 'モデルの設定ファイル「{file}」がありません。config.json のあるモデルのフォルダを選んでください。',
    en: 'The model\'s settings file "{file}" is missing. Choose a model folder that has a config.json.',
  },
  'checkpoint/json-invalid': {
    ja: 'ファイル「{file}」の中身が壊れています（JSON として読めません）。モデルを入れ直してください。',
    en: 'The file "{file}" is damaged (it cannot be read as JSON). Install the model again.',
  },
  'checkpoint/weights-missing': {
    ja: 'フォルダ「{folder}」にモデルの重み（model.safetensors または pytorch_model.bin）がありません。モデルを入れ直してください。',
    en: 'The folder "{folder}" has no weights (model.safetensors or pytorch_model.bin). Install the model again.',
  },
  'checkpoint/torch-legacy': {
    ja: 'ファイル「{file}」は PyTorch の古い保存形式のため読めません。safetensors に変換するか、model.safetensors のあるモデルを選んでください。',
    en: 'The file "{file}" is in PyTorch\'s old format, which cannot be read. Convert it to safetensors, or choose a model that has model.safetensors.',
  },
  'checkpoint/torch-refused': {
    ja: 'ファイル「{file}」には重み以外のもの（{found}）が含まれているため、安全のため読み込みません。model.safetensors のあるモデルを選んでください。',
    en: 'The file "{file}" holds something other than weights ({found}), so it is not read, for safety. Choose a model that has model.safetensors.',
  },
  'checkpoint/torch-unsupported': {
    ja: 'ファイル「{file}」の保存のしかた（{found}）には対応していません。safetensors に変換するか、model.safetensors のあるモデルを選んでください。',
    en: 'The way "{file}" is stored ({found}) is not supported. Convert it to safetensors, or choose a model that has model.safetensors.',
  },
  'checkpoint/torch-damaged': {
    ja: 'ファイル「{file}」は途中で切れているか壊れていて、PyTorch の重みとして読めません。もう一度ダウンロードするかコピーしてください。',
    en: 'The file "{file}" is cut off or damaged and cannot be read as PyTorch weights. Download or copy it again.',
  },
  'checkpoint/truncated': {
    ja: 'ファイル「{file}」が途中で切れています（{expected} バイトのはずが {found} バイトです）。もう一度ダウンロードするかコピーしてください。',
    en: 'The file "{file}" is cut off ({found} bytes instead of {expected}). Download or copy it again.',
  },
  'checkpoint/excess': {
    ja: 'ファイル「{file}」が長すぎます（{expected} バイトのはずが {found} バイトです）。もう一度ダウンロードするかコピーしてください。',
    en: 'The file "{file}" is too long ({found} bytes instead of {expected}). Download or copy it again.',
  },
  'checkpoint/header-invalid': {
    ja: 'ファイル「{file}」は safetensors として読めません（先頭の目次が壊れています）。もう一度ダウンロードするかコピーしてください。',
    en: 'The file "{file}" cannot be read as safetensors (its header is damaged). Download or copy it again.',
  },
  'checkpoint/header-too-long': {
    ja: 'ファイル「{file}」の先頭の目次が長すぎます（{found} バイト、上限 {max} バイト）。入手元を確認して、別のモデルを選んでください。',
    en: 'The header of "{file}" is too long ({found} bytes; at most {max}). Check where the file comes from, and choose another model.',
  },
  'checkpoint/too-many': {
    ja: 'ファイル「{file}」の項目が多すぎます（{found}、上限 {max}）。入手元を確認して、別のモデルを選んでください。',
    en: 'The file "{file}" lists too much ({found}; at most {max}). Check where it comes from, and choose another model.',
  },
  'checkpoint/offsets-invalid': {
    ja: 'ファイル「{file}」の目次が壊れています（テンソル「{tensor}」は {expected} のはずが {found} です）。もう一度ダウンロードするかコピーしてください。',
    en: 'The header of "{file}" is damaged (tensor "{tensor}": {expected} expected, {found} found). Download or copy it again.',
  },
  'checkpoint/dtype-unknown': {
    ja: 'ファイル「{file}」のテンソル「{tensor}」の数の形式「{found}」には対応していません。fp32・fp16・bf16 のモデルを選んでください。',
    en: 'The number format "{found}" of tensor "{tensor}" in "{file}" is not supported. Choose a model in fp32, fp16 or bf16.',
  },
  'checkpoint/tensor-missing': {
    ja: '「{file}」に必要なテンソル「{tensor}」がありません。モデルを入れ直してください。',
    en: '"{file}" lacks the tensor "{tensor}". Install the model again.',
  },
  'checkpoint/tensor-shape': {
    ja: '「{file}」のテンソル「{tensor}」の大きさが合いません（{expected} のはずが {found} です）。config.json と重みが同じモデルのものか確認してください。',
    en: 'Tensor "{tensor}" in "{file}" has the wrong shape ({found} instead of {expected}). Check that config.json and the weights belong together.',
  },
  'adapter/unsupported': {
    ja: 'アダプター「{file}」の「{setting}：{found}」には対応していません。通常の LoRA のアダプターを選んでください。',
    en: '"{setting}: {found}" in the adapter "{file}" is not supported. Choose a plain LoRA adapter.',
  },
  'adapter/tensor-unknown': {
    ja: 'アダプター「{file}」に、LoRA ではないテンソル「{tensor}」があります。通常の LoRA のアダプターを選んでください。',
    en: 'The adapter "{file}" holds "{tensor}", which is not plain LoRA. Choose a plain LoRA adapter.',
  },
  'tokenizer/missing': {
    ja: 'フォルダ「{folder}」にトークナイザー（spiece.model か tokenizer.model）がありません。モデルを入れ直してください。',
    en: 'The folder "{folder}" has no tokenizer (spiece.model or tokenizer.model). Install the model again.',
  },
  'tokenizer/unsupported': {
    ja: 'トークナイザー「{file}」の形式「{found}」にはまだ対応していません。対応している形式は {supported} です。',
    en: 'The form "{found}" of the tokenizer "{file}" is not supported yet. Supported: {supported}.',
  },
  'tokenizer/damaged': {
    ja: 'トークナイザー「{file}」の中身が壊れています（{position} バイト目）。モデルを入れ直してください。',
    en: 'The tokenizer "{file}" is damaged (at byte {position}). Install the model again.',
  },
  'tokenizer/setting': {
    ja: 'トークナイザーの設定「{file}」の「{setting}」の値を扱えません。入手元を確認して、モデルを入れ直してください。',
    en: 'The value of "{setting}" in the tokenizer settings "{file}" cannot be used. Check where the model comes from, and install it again.',
  },
  'tokenizer/too-many-added': {
    ja: 'トークナイザーの追加トークンが多すぎます（{found} 個、上限 {max} 個）。別のモデルを選んでください。',
    en: 'The tokenizer has too many added tokens ({found}; at most {max}). Choose another model.',
  },
  'tokenizer/no-template': {
    ja: 'このモデルにはチャット形式がありません。「文のつなぎ方」を「H2O 互換の区切り」にしてください。',
    en: 'This model has no chat template. Set "Sample format" to "H2O markers".',
  },
  'tokenizer/template-failed': {
    ja: 'モデルのチャット形式で文を作れません（{reason}）。「文のつなぎ方」を「H2O 互換の区切り」にしてください。',
    en: 'The model\'s chat template failed ({reason}). Set "Sample format" to "H2O markers".',
  },
  'model/unsupported': {
    ja: 'このモデルの種類「{found}」にはまだ対応していません。対応している種類は {supported} です。',
    en: 'Models of the type "{found}" are not supported yet. Supported types: {supported}.',
  },
  'model/config': {
    ja: 'モデルの config.json の「{setting}」を扱えません（{problem}）。対応しているモデルを選んでください。',
    en: 'The entry "{setting}" of the model\'s config.json cannot be used ({problem}). Choose a supported model.',
  },
  'model/config-range': {
    ja: 'モデルの config.json の「{setting}」の値 {found} を扱えません（1 から {max} までの整数が必要です）。対応しているモデルを選んでください。',
    en: 'The value {found} of "{setting}" in the model\'s config.json cannot be used (a whole number from 1 to {max} is needed). Choose a supported model.',
  },
  'model/being-read': {
    ja: 'モデル「{model}」のファイルを調べています。終わるまでお待ちください。',
    en: 'The files of the model "{model}" are being examined. Wait until this has ended.',
  },
  'model/too-slow': {
    ja: 'モデル「{model}」のファイルの処理が {seconds} 秒で終わらないため中止しました。入手元を確認して、別のモデルを選んでください。',
    en: 'The files of the model "{model}" took more than {seconds} seconds to read, so this was stopped. Check where the model comes from, or choose another.',
  },
  'model/too-large': {
    ja: 'モデル「{model}」のファイルの処理に {megabytes} MB を超えるメモリが必要なため中止しました。入手元を確認して、別のモデルを選んでください。',
    en: 'Reading the files of the model "{model}" took more than {megabytes} MB of memory, so this was stopped. Check where the model comes from, or choose another.',
  },
  'model/unreadable': {
    ja: 'モデル「{model}」のファイルを処理できません（{reason}）。入手元を確認して、モデルを入れ直すか、別のモデルを選んでください。',
    en: 'The files of the model "{model}" cannot be read ({reason}). Check where the model comes from; install it again or choose another.',
  },
  'model/weight': {
    ja: 'モデルの重み「{weight}」の形が合いません（必要 {expected}、実際 {found}）。モデルをもう一度入手してください。',
    en: 'The weight "{weight}" of the model does not fit (expected {expected}, found {found}). Get the model again.',
  },
  'model/unknown-target': {
    ja: 'LoRA を足す層「{target}」はこのモデルにありません。使える名前は {known} です。',
    en: 'This model has no layer "{target}" for LoRA. Known names: {known}.',
  },
  'dataset/empty': {
    ja: 'データセット「{dataset}」に、質問と回答のそろった行がありません。行を追加してから学習を始めてください。',
    en: 'The dataset "{dataset}" has no row with both a question and an answer. Add rows before training.',
  },
  'training/nothing-counted': {
    ja: 'ステップ {step} のバッチに、採点するトークンが 1 つもありません。回答の列と最大の長さを確認してください。',
    en: 'The batch of step {step} has no token that counts. Check the answer column and the maximum lengths.',
  },
  'training/quantized-full': {
    ja: '{dtype} の重みはそのまま学習できません。「LoRA を使う」をオンにするか、「ベースモデルの重みの持ち方」を元のままにしてください。',
    en: 'Weights in {dtype} cannot be trained themselves. Turn "Use LoRA" on, or leave "Base weights" as stored.',
  },
  'training/diverged': {
    ja: 'ステップ {step} で損失が計算できなくなりました。学習率を小さくして、もう一度学習してください。',
    en: 'The loss could no longer be computed at step {step}. Make the learning rate smaller and train again.',
  },
  'checkpoint/layout': {
    ja: 'チェックポイント「{folder}」は今の LoRA の設定に合いません（必要 {expected}、実際 {found}）。学習したときの設定に戻してください。',
    en: 'The checkpoint "{folder}" does not fit the LoRA settings (expected {expected}, found {found}). Use the settings it was trained with.',
  },
  'chat/no-question': {
    ja: '質問がありません。質問を入力して、もう一度送ってください。',
    en: 'There is no question. Write one and send it again.',
  },
  'chat/too-long': {
    ja: '質問が長すぎます。このモデルが読めるのは {limit} トークンまでです。短くして、もう一度送ってください。',
    en: 'The question is too long: this model reads up to {limit} tokens. Make it shorter and send it again.',
  },
  'web/port-in-use': {
    ja: 'ポート {port} はほかのプログラムが使っています。「--port 番号」で別の番号を指定してください。',
    en: 'Port {port} is used by another program. Name another one with "--port NUMBER".',
  },
  'web/message-too-large': {
    ja: 'データが大きすぎるため、一度に送れません。範囲を分けてやり直すか、ファイルとして取り込んでください。',
    en: 'This is too much to send at once. Do it in smaller parts, or import it as a file.',
  },
  'web/message-incomplete': {
    ja: 'データが途中で途切れたため、変更していません。もう一度試してください。',
    en: 'The data broke off on its way, so nothing was changed. Try again.',
  },
  'web/not-running': {
    ja: 'ブラウザー用のスタジオが動いていません。「terakoya serve」で起動してください。',
    en: 'No studio is being served to a browser. Start one with "terakoya serve".',
  },
  'web/several-hosts': {
    ja: 'ブラウザー用のスタジオが複数動いています（ポート {ports}）。「terakoya link --port 番号」でどれかを指定してください。',
    en: 'Several studios are being served (ports {ports}). Name one with "terakoya link --port NUMBER".',
  },
  'upload/too-large': {
    ja: '「{file}」は {limit} GB を超えるため、取り込めません。ファイルを分けてください。',
    en: '"{file}" is larger than {limit} GB and cannot be imported. Split it into smaller files.',
  },
  'upload/no-space': {
    ja: 'ディスクの空き容量が足りないため「{file}」を取り込めません（必要 {needed} GB、空き {free} GB）。空きを作ってから、もう一度選んでください。',
    en: 'The disk has too little free space for "{file}" ({needed} GB needed, {free} GB free). Free some space and choose it again.',
  },
  'upload/broken': {
    ja: '「{file}」を最後まで受け取れませんでした。ディスクの空きを確認して、もう一度選んでください。',
    en: '"{file}" did not arrive completely. Check the free disk space and choose it again.',
  },
  'save/refused': {
    ja: '「{file}」の保存を始められませんでした。ページを開き直して、もう一度試してください。',
    en: 'Saving "{file}" could not begin. Open the page again and retry.',
  },
  'folder/not-found': {
    ja: 'フォルダ「{folder}」は選べません。ホームフォルダの中にあるフォルダを選んでください。',
    en: 'The folder "{folder}" cannot be chosen. Choose one inside your home folder.',
  },
  'folder/unreadable': {
    ja: 'フォルダ「{folder}」の中を表示できません。権限を確認するか、別のフォルダを選んでください。',
    en: 'The folder "{folder}" cannot be listed. Check its permissions, or choose another one.',
  },
  'folder/unwritable': {
    ja: '「{folder}」の中にはフォルダを作れません。権限と空き容量を確認するか、別の場所を選んでください。',
    en: 'No folder can be made in "{folder}". Check its permissions and the free space, or choose another place.',
  },
  'folder/exists': {
    ja: '「{folder}」はすでにあります。別の名前にしてください。',
    en: '"{folder}" already exists. Use another name.',
  },
  'folder/name': {
    ja: '「{folder}」はフォルダの名前にできません。記号（/ \\ : * ? " < > |）や先頭の「.」を使わない、短い名前にしてください。',
    en: '"{folder}" cannot be the name of a folder. Use a short name without / \\ : * ? " < > | or a leading dot.',
  },
  'web/disconnected': {
    ja: 'スタジオとの接続が切れました。ターミナルで動いているか確認してください。動いていれば、自動でつながり直します。',
    en: 'The connection to the studio was lost. Check that it still runs in the terminal: the page connects again by itself.',
  },
  'hub/offline': {
    ja: '「{host}」に接続できません。インターネットにつながっているか確認して、もう一度試してください。',
    en: '"{host}" cannot be reached. Check the internet connection and try again.',
  },
  'hub/proxy': {
    ja: 'プロキシ「{proxy}」を通して接続できません（{reason}）。システムのプロキシ設定か、環境変数 HTTPS_PROXY と HTTP_PROXY を確認してください。',
    en: 'The proxy "{proxy}" lets nothing through ({reason}). Check the proxy settings of the system, or the variables HTTPS_PROXY and HTTP_PROXY.',
  },
  'hub/certificate': {
    ja: '「{host}」の証明書を確認できません（{reason}）。会社や学校のネットワークでは、証明書のファイルを環境変数 NODE_EXTRA_CA_CERTS に指定してください。',
    en: 'The certificate of "{host}" cannot be verified ({reason}). In a company network, name its certificate file in the variable NODE_EXTRA_CA_CERTS.',
  },
  'hub/timeout': {
    ja: '「{host}」から応答がありません。しばらく待ってから、もう一度試してください。',
    en: '"{host}" does not answer. Wait a moment and try again.',
  },
  'hub/interrupted': {
    ja: '「{host}」との通信が途中で切れました。受け取った分は残っています。続きからダウンロードしてください。',
    en: 'The connection to "{host}" broke off. What has arrived is kept: continue the download.',
  },
  'hub/gated': {
    ja: '「{dataset}」を使うには利用条件への同意が必要です。{url} で同意し、そのアカウントのトークンを設定してください。',
    en: '"{dataset}" needs your consent to its terms. Accept them at {url} and set a token of that account.',
  },
  'hub/token-invalid': {
    ja: 'Hugging Face のトークンが正しくありません。設定ページで作り直し、「hf_」から始まる文字列をすべて貼り付けてください。',
    en: 'The Hugging Face token is not valid. Make a new one on the settings page and paste all of it, from "hf_" on.',
  },
  'hub/not-found': {
    ja: 'Hugging Face に「{dataset}」が見つかりません。「作者/名前」の形で確認してください。非公開のものにはトークンが必要です。',
    en: 'Hugging Face has no "{dataset}". Check it: it reads "owner/name". Private ones need a token.',
  },
  'hub/file-not-found': {
    ja: '「{dataset}」に「{file}」がありません。データセットを開き直してください。',
    en: '"{dataset}" has no "{file}". Open the dataset again.',
  },
  'hub/disabled': {
    ja: '「{dataset}」は Hugging Face で公開が止められています。ほかのデータセットを選んでください。',
    en: 'Hugging Face has disabled "{dataset}". Choose another dataset.',
  },
  'hub/rate-limited': {
    ja: 'Hugging Face への問い合わせが多すぎます。{seconds} 秒ほど待ってから、もう一度試してください。',
    en: 'Hugging Face was asked too often. Wait about {seconds} seconds and try again.',
  },
  'hub/server': {
    ja: '「{host}」側で障害が起きています（{status}）。しばらく待ってから、もう一度試してください。',
    en: '"{host}" has trouble of its own ({status}). Wait a moment and try again.',
  },
  'hub/unexpected': {
    ja: '「{host}」から Hugging Face のものではない応答がありました（{found}）。ネットワークのログイン画面や HF_ENDPOINT の設定を確認してください。',
    en: '"{host}" gave an answer that is not the Hub\'s ({found}). Check whether the network asks for a login, and the variable HF_ENDPOINT.',
  },
  'hub/checksum': {
    ja: '受け取った「{file}」の中身が元のファイルと一致しないため、破棄しました。もう一度ダウンロードしてください。',
    en: 'The contents of "{file}" are not those of the original, so they were discarded. Download it again.',
  },
  'hub/size-changed': {
    ja: '「{file}」の大きさが一覧と異なるため、ダウンロードをやめました。作者がファイルを更新したようです。もう一度データセットを開いてください。',
    en: 'The size of "{file}" is not the one in the list, so the download was ended. Its owner seems to have changed it: open the dataset again.',
  },
  'hub/not-a-table': {
    ja: '「{file}」は表のファイルではないため、ダウンロードできません。CSV、JSON、Parquet などのファイルを選んでください。',
    en: '"{file}" is not a table, so it cannot be downloaded. Choose a file such as CSV, JSON or Parquet.',
  },
  'hub/gzip-damaged': {
    ja: '「{file}」を展開できません。作者のファイルが壊れているようです。ほかのファイルを選んでください。',
    en: '"{file}" cannot be unpacked: the owner\'s file seems to be damaged. Choose another one.',
  },
  'hub/no-space': {
    ja: 'ダウンロードに {needed} GB 必要ですが、ディスクの空きは {free} GB です。空きを作るか、設定で別のライブラリを選んでください。',
    en: 'The download needs {needed} GB and the disk has {free} GB left. Free some space, or choose another library in Settings.',
  },
  'gpu-pack/unsupported': {
    ja: 'この環境（{platform}）では GPU パックを使えません。Windows か Linux の 64 ビット版で使えます。',
    en: 'There is no GPU pack for this system ({platform}): it needs 64-bit Windows or Linux on an x64 processor.',
  },
  'gpu-pack/source': {
    ja: '「{host}」から GPU パックを受け取れません（{found}）。ネットワークのログイン画面やプロキシの設定を確認して、もう一度試してください。',
    en: 'The GPU pack cannot be had from "{host}" ({found}). Check whether the network asks for a login or a proxy, and try again.',
  },
  'gpu-pack/npm-missing': {
    ja: 'GPU パックの入手先がわかりません。npm を使えるようにするか、環境変数 TERAKOYA_GPU_PACK_SOURCE に入手先を指定してください。',
    en: 'Nothing tells where the GPU pack can be had. Make npm available, or name the address in the variable TERAKOYA_GPU_PACK_SOURCE.',
  },
  'gpu-pack/no-space': {
    ja: 'GPU パックには {needed} GB 必要ですが、「{folder}」の空きは {free} GB です。空きを作るか、設定で別のフォルダを選んでください。',
    en: 'The GPU pack needs {needed} GB, and "{folder}" has {free} GB left. Free some space, or choose another folder in Settings.',
  },
  'gpu-pack/unpack': {
    ja: '「{file}」を展開できません（{reason}）。ディスクの空きと、tar と xz が入っているかを確認して、もう一度試してください。',
    en: '"{file}" cannot be unpacked ({reason}). Check the free space, and that tar and xz are installed, and try again.',
  },
  'gpu-pack/changed': {
    ja: 'GPU パックのファイル「{file}」が、ダウンロードしたものと違います。「設定」で GPU パックをもう一度ダウンロードしてください。それまでは WebGPU か CPU で計算します。',
    en: 'The file "{file}" of the GPU pack is not the one that was downloaded. Download the GPU pack again in Settings. Until then WebGPU or the CPU computes.',
  },
  'gpu-pack/folder-used': {
    ja: '「{folder}」にはほかのファイルが入っているため、GPU パックを置けません。別のフォルダを選んでください。',
    en: '"{folder}" holds other files, so the GPU pack cannot be put there. Choose another folder.',
  },
  'gpu-pack/folder-open': {
    ja: '「{folder}」はほかのアカウントも書き込めるフォルダなので、GPU パックを置けません。「設定」で、自分だけが書き込めるフォルダを選んでください。',
    en: 'Other accounts may write to "{folder}", so the GPU pack cannot be kept there. In Settings, choose a folder that only you can write to.',
  },
  'gpu-pack/archive': {
    ja: '「{file}」に必要なライブラリ（{missing}）が入っていません。スタジオを新しい版に更新してください。',
    en: '"{file}" lacks a library that is needed ({missing}). Update the studio.',
  },
  'file/not-picked': {
    ja: 'ファイル「{file}」は選択されていません。ファイルを選び直してください。',
    en: 'The file "{file}" was not picked. Choose the file again.',
  },
  'folder/not-picked': {
    ja: 'フォルダ「{folder}」は選択されていません。フォルダを選び直してください。',
    en: 'The folder "{folder}" was not picked. Choose the folder again.',
  },
  'dataset/not-found': {
    ja: 'データセット「{id}」が見つかりません。一覧から選び直してください。',
    en: 'The dataset "{id}" was not found. Choose one from the list.',
  },
  'dataset/locked': {
    ja: '「{file}」はほかのプログラムが開いています。もう 1 つのスタジオやコマンドを終了してから、やり直してください。',
    en: '"{file}" is open in another program. Close the other studio or command and try again.',
  },
  'dataset/foreign': {
    ja: '「{file}」はこのスタジオが作った表ではないため開けません（{problem}）。CSV や Parquet に書き出してから読み込んでください。',
    en: '"{file}" was not made by this studio and cannot be opened ({problem}). Export it as CSV or Parquet and import that.',
  },
  'dataset/newer': {
    ja: '「{file}」は新しい版のスタジオで作られています。スタジオを更新してから開いてください。',
    en: '"{file}" was made by a newer version of the studio. Update the studio to open it.',
  },
  'dataset/damaged': {
    ja: '「{file}」は壊れていて開けません。バックアップがあれば戻すか、ごみ箱に移してください。',
    en: '"{file}" is damaged and cannot be opened. Restore it from a backup, or move it to the trash.',
  },
  'library/closed': {
    ja: 'ライブラリは閉じられたか、ほかのスタジオに引き継がれました。もう一度実行してください。',
    en: 'The library was closed or handed over to another studio. Try again.',
  },
  'library/gone': {
    ja: 'ライブラリのフォルダ「{folder}」が見つかりません。フォルダを元の場所に戻すか、設定で別のフォルダを選んでください。',
    en: 'The library folder "{folder}" was not found. Put it back, or choose another folder in Settings.',
  },
  'library/locked': {
    ja: 'このライブラリは {since} から「{host}」の{program}が使っているため、変更できません。{program}で操作するか、引き継いでください。',
    en: 'This library cannot be changed: {program} on "{host}" has been using it since {since}. Work there, or take it over.',
  },
  'library/not-released': {
    ja: '「{host}」の{program}がライブラリを手放しませんでした。{program}を終了してから、もう一度引き継いでください。',
    en: '{program} on "{host}" did not release the library. Close it, then take over again.',
  },
  'library/read-only': {
    ja: 'このライブラリは読み取り専用で開いています。変更するには、デスクトップ版かブラウザー版のスタジオで開いてください。',
    en: 'This library is open for reading only. Open it in the desktop or browser studio to change it.',
  },
  'library/switching': {
    ja: 'ライブラリを切り替えているため、今は変更できません。少し待ってから、もう一度試してください。',
    en: 'The library is changing hands, so it cannot be changed right now. Wait a moment and try again.',
  },
  'trash/not-found': {
    ja: 'ごみ箱に「{id}」がありません。一覧を読み直してください。',
    en: '"{id}" is not in the trash. Read the list again.',
  },
  'trash/occupied': {
    ja: '「{id}」は元の場所に同じものがあるため、戻せません。',
    en: '"{id}" cannot be restored: it is already in its place.',
  },
  'dataset/not-a-table': {
    ja: '「{file}」は表として読めません（{found} のファイルです）。Excel、CSV、JSON、Parquet などの表のファイルを選んでください。',
    en: '"{file}" cannot be read as a table (it is a {found} file). Choose a table such as Excel, CSV, JSON or Parquet.',
  },
  'dataset/json-no-table': {
    ja: '「{file}」に行の一覧が見つかりません。オブジェクトの配列、または 1 行に 1 つのオブジェクトを書いた JSON を選んでください。',
    en: '"{file}" holds no list of rows. Choose JSON with a list of objects, or one object a line.',
  },
  'dataset/json-invalid': {
    ja: '「{file}」の {line} 行目は JSON として読めません。その行の引用符、カンマ、かっこを確認してください。',
    en: 'Line {line} of "{file}" is not valid JSON. Check its quotes, commas and brackets.',
  },
  'dataset/workbook-password': {
    ja: '「{file}」はパスワードで保護されています。Excel でパスワードを外して保存し直してから読み込んでください。',
    en: '"{file}" is protected by a password. Remove it in Excel, save, and import again.',
  },
  'dataset/workbook-damaged': {
    ja: '「{file}」は壊れているか、対応していない形式です。Excel などで開いて保存し直してから読み込んでください。',
    en: '"{file}" is damaged or of an unknown kind. Open it in Excel or another program, save it again, and import that.',
  },
  'dataset/workbook-too-great': {
    ja: '「{file}」の表は、セルのくり返しや範囲が大きすぎるため読み込めません。必要な行だけを新しいファイルにコピーし、保存してから読み込んでください。',
    en: 'The repeated cells or ranges in "{file}" are too large to be read. Copy the rows you need into a new file, save it and import that.',
  },
  'dataset/zip-damaged': {
    ja: '「{file}」の中の「{entry}」を取り出せません。ZIP を展開してから、中のファイルを読み込んでください。',
    en: '"{entry}" cannot be taken out of "{file}". Unpack the ZIP and import the file inside.',
  },
  'dataset/zip-too-large': {
    ja: '「{file}」の中の「{entry}」は、展開すると {limit} GB を超えます。ZIP を展開し、ファイルを分けて読み込んでください。',
    en: '"{entry}" in "{file}" grows to more than {limit} GB. Unpack the ZIP, split the file and import the parts.',
  },
  'dataset/row-too-long': {
    ja: '「{file}」の {line} 行目から始まる行が長すぎます（{limit} 文字まで）。引用符が閉じているか、区切り文字と改行を確かめてください。',
    en: 'The row that begins in line {line} of "{file}" is too long (at most {limit} characters). Check that its quotes are closed, its delimiters and its line breaks.',
  },
  'dataset/json-too-large': {
    ja: '「{file}」は {size} GB あり、1 つの一覧になった JSON は {limit} GB まで読み込めます。1 行に 1 つのオブジェクトを書いた JSONL にしてください。',
    en: '"{file}" has {size} GB, and JSON that is one list can be read up to {limit} GB. Make it JSONL, one object a line.',
  },
  'dataset/import-cancelled': {
    ja: '「{file}」の読み込みを中止しました。もう一度読み込むと、最初から始まります。',
    en: 'The import of "{file}" was cancelled. Importing it again begins anew.',
  },
  'dataset/zip-no-table': {
    ja: '「{file}」の中に表のファイルがありません。CSV、Excel、JSON などを含む ZIP を選んでください。',
    en: 'There is no table in "{file}". Choose a ZIP that holds CSV, Excel, JSON or the like.',
  },
  'dataset/zip-broken': {
    ja: '「{file}」は途中で切れているか、壊れています。ファイルを入手し直してから読み込んでください。',
    en: '"{file}" is cut off or damaged. Get the file again and import that.',
  },
  'dataset/zip-password': {
    ja: '「{file}」の中の「{entry}」はパスワードで保護されています。ZIP を展開してから、中のファイルを読み込んでください。',
    en: '"{entry}" in "{file}" is protected by a password. Unpack the ZIP and import the file inside.',
  },
  'dataset/arrow-damaged': {
    ja: '「{file}」は Arrow のファイルですが、途中で切れているか、壊れています。ファイルを入手し直してから読み込んでください。',
    en: '"{file}" is an Arrow file that is cut off or damaged. Get the file again and import that.',
  },
  'dataset/too-large': {
    ja: '「{file}」は {size} GB あり、一度に読み込めるのは {limit} GB までです。ファイルを分けて、続けて追加してください。',
    en: '"{file}" has {size} GB, and at most {limit} GB can be read at once. Split the file and append the parts one by one.',
  },
  'dataset/parquet-damaged': {
    ja: '「{file}」を Parquet として読めません（{reason}）。ファイルを入手し直してください。',
    en: '"{file}" cannot be read as Parquet ({reason}). Get the file again.',
  },
  'dataset/not-in-cp932': {
    ja: '{row} 行目「{column}」の文字「{character}」は Shift_JIS で書けません。UTF-8 の CSV か Excel 形式で書き出してください。',
    en: 'Row {row}, "{column}": Shift_JIS has no character "{character}". Export as CSV in UTF-8 or as an Excel file.',
  },
  'dataset/too-long-for-xlsx': {
    ja: 'Excel 形式で書き出せるのは {limit} 行までですが、{rows} 行あります。CSV か Parquet で書き出してください。',
    en: 'An Excel file holds {limit} rows at most, and there are {rows}. Export as CSV or Parquet.',
  },
  'dataset/cell-too-long-for-xlsx': {
    ja: '{row} 行目の「{column}」は {characters} 文字あり、Excel の 1 つのセルに入る {limit} 文字を超えています。CSV か Parquet で書き出してください。',
    en: '"{column}" in row {row} has {characters} characters, and a cell of Excel holds {limit} at most. Export as CSV or Parquet.',
  },
  'dataset/too-long-for-numbers': {
    ja: 'Numbers 形式で書き出せるのは {limit} 行までですが、{rows} 行あります。Excel 形式か CSV で書き出してください（Numbers でも開けます）。',
    en: 'At most {limit} rows can be exported for Numbers, and there are {rows}. Export as Excel or CSV, which Numbers opens too.',
  },
  'dataset/file-empty': {
    ja: '「{file}」は空です。1 行目に列の名前、2 行目からデータを書いてください。',
    en: '"{file}" is empty. Write the column names in line 1 and the data from line 2 on.',
  },
  'dataset/quote-open': {
    ja: '「{file}」の {line} 行目で始まる引用符（"）が閉じていません。引用符を閉じてから読み込んでください。',
    en: 'In "{file}", the quotation mark (") that begins in line {line} is never closed. Close it and import again.',
  },
  'dataset/too-many-columns': {
    ja: '「{file}」には {found} 列あります。{limit} 列までにしてください。',
    en: '"{file}" has {found} columns. Use at most {limit}.',
  },
  'dataset/column-not-found': {
    ja: '列「{column}」がありません。表を開き直してください。',
    en: 'There is no column "{column}". Open the table again.',
  },
  'dataset/regex-invalid': {
    ja: '正規表現「{pattern}」が正しくありません（{problem}）。かっこの対応を確認してください。先読みと後方参照は使えません。',
    en: 'The regular expression "{pattern}" is not valid ({problem}). Check its brackets; look-around and back references cannot be used.',
  },
  'dataset/regex-group': {
    ja: '置き換える文字の「{group}」に当たるかっこがありません（正規表現のかっこは {count} 組です）。番号を確認してください。',
    en: 'The replacement names "{group}", but the regular expression has {count} groups in brackets. Check the number.',
  },
  'dataset/range-too-large': {
    ja: '選んだ範囲は {found} セルです。一度に扱えるのは {limit} セルまでなので、範囲を小さくしてください。',
    en: 'The selected range has {found} cells. At most {limit} can be handled at once: choose a smaller range.',
  },
  'dataset/view-order': {
    ja: '絞り込みや並べ替えの表示中は、行を挿入したり動かしたりできません。表示の条件を解除してから、やり直してください。',
    en: 'Rows cannot be inserted or moved while a filter or a sorted view is shown. Clear it and try again.',
  },
  'dataset/join-duplicates': {
    ja: '結合するデータセットの列「{column}」に「{value}」が {count} 行あります。1 行だけにするか、「最初の行を使う」を選んでください。',
    en: 'The column "{column}" of the dataset to join has "{value}" in {count} rows. Keep one of them, or choose to use the first.',
  },
  'dataset/shares-too-large': {
    ja: '分割の割合の合計が {total}% です。100% 以下にしてください。',
    en: 'The shares of the split add up to {total}%. Make it 100% or less.',
  },
  'dataset/no-columns': {
    ja: '列が 1 つもないため、「{file}」に書き出せません。列を追加してから、もう一度書き出してください。',
    en: 'There is no column to write to "{file}". Add one, then export again.',
  },
  'dataset/part-empty': {
    ja: '「{name}」に入る行がありません（全体は {rows} 行）。割合を大きくするか、行を追加してください。',
    en: 'No row would go into "{name}" (there are {rows} rows). Use a larger share, or add rows.',
  },
  'dataset/too-many-parts': {
    ja: '列「{column}」には {found} 種類の値があります。{limit} 種類までの列を選んでください。',
    en: 'The column "{column}" has {found} different values. Choose a column with at most {limit}.',
  },
  'dataset/columns-missing': {
    ja: 'データセット「{dataset}」に質問と回答の列がありません（今の列：{found}）。列の見出しのメニューで「質問」と「回答」を選んでください。',
    en: 'The dataset "{dataset}" has no question and answer columns (it has: {found}). Choose "prompt" and "answer" in the menus of the column headers.',
  },
} as const satisfies Record<string, { ja: string; en: string }>
