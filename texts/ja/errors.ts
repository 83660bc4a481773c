/** One sentence for every error: what happened, where, what to do. `{name}` is filled from the error's facts. Adding an
 * error code is adding a line here and in every other language. */
export const errors = {
  internal: '内部エラーが起きました（{message}）。操作をやり直してください。続く場合はログを添えて報告してください。',
  'call-unknown': '不明な呼び出し「{call}」です。',
  'call-invalid': 'スタジオの中の呼び出し「{call}」の入力「{path}」が正しくありません。操作をやり直してください。',
  'call-refused': '「{call}」はスタジオの画面からだけ呼び出せます。',
  'link/not-allowed':
    'スタジオからは「{address}」を開けません。必要なときは、アドレスをブラウザーに貼り付けてください。',
  'preferences/unwritable':
    '環境設定のフォルダ「{folder}」に書き込めません。フォルダの権限と空き容量を確認してください。',
  'library/not-folder':
    'ライブラリに指定した「{folder}」はフォルダではありません。フォルダのパスを確かめて、指定し直してください。',
  'library/not-made':
    'ライブラリのフォルダ「{folder}」がなく、作ることもできません。パスと、上のフォルダの権限を確かめてください。',
  'library/unwritable':
    'ライブラリのフォルダ「{folder}」に書き込めません。フォルダの権限と空き容量を確認するか、別のフォルダを選んでください。',
  'disk-full':
    'ディスクの空き容量が足りないため「{file}」を保存できません。空きを作ってから、もう一度保存してください。',
  'file/not-found': 'ファイル「{file}」が見つかりません。',
  'file/unreadable':
    'ファイル「{file}」を開けません（{reason}）。ほかのソフトで開いていないか、権限があるか確認してください。',
  'file/not-regular':
    '「{file}」は通常のファイルではないため読みません。同じ名前のフォルダや特殊なファイルを取り除き、入れ直してください。',
  'file/lfs-pointer':
    '「{file}」は Git LFS の目印だけで、中身がまだありません。「git lfs pull」で取り寄せるか、ダウンロードし直してください。',
  'file/too-large':
    'ファイル「{file}」が大きすぎます（{foundMB} MB、上限 {maxMB} MB）。正しいファイルか確認して、入れ直してください。',
  'file/too-deep':
    'ファイル「{file}」は入れ子が深すぎるため読みません（上限 {max} 段）。正しいファイルか確認して、入れ直してください。',
  'setting/unknown': '「{setting}」という設定はありません。設定の名前を確認してください。',
  'setting/required': '「{setting}」を入力してください。',
  'setting/not-chosen': '「{setting}」を選んでください。',
  'setting/type': '「{setting}」の値「{found}」は使えません（{expected}が必要です）。',
  'setting/range': '「{setting}」の値 {found} は範囲外です。{min} から {max} の間で入力してください。',
  'setting/choice': '「{setting}」の値「{found}」は選べません。{expected} のどれかにしてください。',
  'settings-file/not-a-table':
    '設定ファイル「{file}」の形が正しくありません。「training:」の下に「epochs: 50」のように書いてください。',
  'settings-file/not-a-group': '設定ファイル「{file}」の「{group}」の下には「名前: 値」の行を書いてください。',
  'settings-file/syntax':
    '設定ファイル「{file}」の {line} 行目を YAML として読めません。字下げ、引用符、コロンを確認してください。',
  'experiment/not-found': '実験「{id}」が見つかりません。',
  'experiment/damaged':
    '実験のファイル「{file}」が壊れているか、この版では読めません。バックアップがあれば元に戻し、なければこの実験を削除してください。',
  'experiment/incomplete':
    '実験のファイル「{file}」がありません。バックアップがあれば元に戻し、なければこの実験を削除してください。',
  'experiment/closing': 'ライブラリを閉じているため、学習を始められません。もう一度開いてから始めてください。',
  'experiment/no-dataset': '「{name}」の学習に使った表は残っていません。以前の版で行った学習です。',
  'experiment/busy': '「{name}」の学習が進行中です。終わるのを待つか、停止してから始めてください。',
  'experiment/no-checkpoint':
    '「{name}」にはステップ {step} のチェックポイントがありません。残っているチェックポイントから選んでください。',
  'experiment/not-resumable': '「{name}」は終わっているため、再開できません。',
  'experiment/untrained': '「{name}」にはまだ学習結果がありません。学習が進んでからチャットで選んでください。',
  'export/no-adapter':
    '「{name}」はモデル全体を学習したため、アダプターがありません。「統合したモデル」で書き出してください。',
  'export/no-space':
    '「{folder}」のディスクの空きは {free} GB です。書き出しには約 {needed} GB が必要です。空きを作るか、別の場所を選んでください。',
  'export/folder-unwritable': '「{folder}」に書き込めません。フォルダの権限を確かめるか、別の場所を選んでください。',
  'export/stopped': '中止しました。Hugging Face には何も公開されていません。',
  'export/not-published':
    'この形式は公開できません。「LoRA アダプター」「統合したモデル」「GGUF」「MLX のモデル」のどれかで書き出してください。',
  'export/interrupted': '送っている途中でアプリが終了しました。もう一度公開すると、続きから送ります。',
  'export/not-found': 'この書き出しはもうありません。もう一度書き出してください。',
  'export/no-lm-studio':
    'LM Studio のモデルのフォルダが見つかりません。LM Studio を一度開いてから、もう一度お試しください。',
  'ollama/not-running': 'Ollama が動いていません（{host}）。Ollama を起動してから、もう一度お試しください。',
  'ollama/too-old': 'Ollama {found} は古いため登録できません。{needed} 以降に更新してください。',
  'ollama/name-taken': 'Ollama には「{name}」がもうあります。別の名前にするか、置き換えてください。',
  'ollama/no-space': 'Ollama のディスクの空きが足りません。空きを作ってから、もう一度登録してください。',
  'ollama/refused': 'Ollama に断られました（{found}）。Ollama を更新するか、別の形式で書き出してください。',
  'ollama/lost':
    'Ollama（{host}）の応答が途中で切れました。Ollama とディスクの空きを確かめて、もう一度登録してください。',
  'export/option': '「{form}」の書き出しでは「{option}」に「{found}」を選べません。{expected} のどれかにしてください。',
  'export/mlx-unsupported':
    'mlx-lm では {found} のモデルを動かせません。「統合したモデル」で書き出し、Python で使ってください。',
  'export/damaged':
    '書き出した「{file}」を読み直したところ、元と一致しませんでした。ディスクに異常がないか確かめ、別の場所に書き出してください。',
  'device/no-fp16':
    '装置「{device}」は fp16 の重みを扱えません。「ベースモデルの重みの持ち方」を bfloat16 か int8 にするか、計算する装置に CPU を選んでください。',
  'device/unavailable':
    '装置「{device}」は今は使えません。{why}「計算に使う装置」を「自動」にすると、使える装置で計算します。',
  'model/not-found': 'モデル「{model}」が見つかりません。「モデル」の部屋にあるものを選んでください。',
  'plan/dataset-problems':
    '「{dataset}」に、学習の妨げになりそうな所が {count} か所あります。データセットの「確認」で直せます。',
  'plan/few-rows': '学習データは {rows} 行です。1 つの事実なら十分ですが、幅広く教えるなら 1,000 行以上が目安です。',
  'plan/batch-larger-than-data': '学習データが {rows} 行のため、バッチサイズ {batchSize} は {rows} として扱います。',
  'plan/beyond-context':
    '最大の長さ {maxLength} は、このモデルが読める {context} トークンを超えています。{context} トークンで切ります。',
  'plan/precision':
    '「計算の精度」の {precision} は、装置「{device}」では使えません。「自動」か float32 を選んでください。',
  'plan/system-merged':
    'このモデルのチャット形式にはシステムの欄がありません。システムの列の文は、最初の質問の前に置いて学習します。',
  'plan/memory':
    'このパソコンのメモリに入りきらない見込みです。「バッチサイズ」か「全体の最大の長さ」を小さくしてください。「ベースモデルの重みの持ち方」を int4 にしても、メモリは少なくてすみます。',
  'plan/gpu-memory':
    'この GPU のメモリに入りきらないバッチは小さく分けて計算するため、時間がかかります。「勾配チェックポイント」をオンにするか、「ベースモデルの重みの持ち方」を int4 にすると、少ないメモリですみます。',
  'engine/unavailable': '計算エンジンが止まりました。もう一度試すと自動で起動し直します。',
  'cli/usage': '「{problem}」の使い方が正しくありません。「terakoya help」で使い方を確認してください。',
  'cli/unknown-source': '「{name}」という実験もモデルもありません。名前を確認してください。',
  'cli/library-locked':
    'このライブラリは {since} から「{host}」の{program}が使っています。それを終了するか、そちらで操作するか、--library で別のフォルダを指定してください。',
  'cli/same-file': '「{file}」は読み込むファイルと同じです。別の名前で書き出してください。',
  'cli/columns-missing':
    '「{file}」に質問と回答の列がありません（今の列：{found}）。見出しを「質問」と「回答」、または「prompt」と「answer」にしてください。',
  'cli/unknown-ending':
    '「{file}」の拡張子からは形式が分かりません。{known} のどれかにするか、--format で指定してください。',
  'cli/unwritable': '「{file}」に書き込めません。フォルダーがあるか、書き込む権限があるか確認してください。',
  'runtime/library-missing':
    '計算ライブラリ（ONNX Runtime）が見つかりません（{file}、{platform}）。アプリを入れ直してください。',
  'runtime/library-unloadable': '計算ライブラリ「{file}」を読み込めません。アプリを入れ直してください。',
  'runtime/kernels-failed':
    'GPU 用の計算プログラムを作れませんでした。NVIDIA のドライバーを更新するか、計算する装置に CPU を選んでください。',
  'runtime/out-of-memory':
    '装置「{device}」のメモリが足りません。ほかのアプリを閉じるか、最大の長さを短くしてください。学習では「勾配チェックポイント」をオンに、「ベースモデルの重みの持ち方」を int4 にすると、少ないメモリですみます。',
  'runtime/weights-unreadable': 'フォルダ「{folder}」のモデルの重みを読めません。モデルを入れ直してください。',
  'checkpoint/config-missing':
    'モデルの設定ファイル「{file}」がありません。config.json のあるモデルのフォルダを選んでください。',
  'checkpoint/json-invalid':
    'ファイル「{file}」の中身が壊れています（JSON として読めません）。モデルを入れ直してください。',
  'checkpoint/weights-missing':
    'フォルダ「{folder}」にモデルの重み（model.safetensors または pytorch_model.bin）がありません。モデルを入れ直してください。',
  'checkpoint/shard-missing':
    'フォルダ「{folder}」に、分けて保存されたモデルの重みの一部「{file}」がありません。すべてのファイルをもう一度ダウンロードしてください。',
  'checkpoint/torch-legacy':
    'ファイル「{file}」は PyTorch の古い保存形式のため読めません。safetensors に変換するか、model.safetensors のあるモデルを選んでください。',
  'checkpoint/torch-refused':
    'ファイル「{file}」には重み以外のもの（{found}）が含まれているため、安全のため読み込みません。model.safetensors のあるモデルを選んでください。',
  'checkpoint/torch-unsupported':
    'ファイル「{file}」の保存のしかた（{found}）には対応していません。safetensors に変換するか、model.safetensors のあるモデルを選んでください。',
  'checkpoint/torch-damaged':
    'ファイル「{file}」は途中で切れているか壊れていて、PyTorch の重みとして読めません。もう一度ダウンロードするかコピーしてください。',
  'checkpoint/truncated':
    'ファイル「{file}」が途中で切れています（{expected} バイトのはずが {found} バイトです）。もう一度ダウンロードするかコピーしてください。',
  'checkpoint/excess':
    'ファイル「{file}」が長すぎます（{expected} バイトのはずが {found} バイトです）。もう一度ダウンロードするかコピーしてください。',
  'checkpoint/header-invalid':
    'ファイル「{file}」は safetensors として読めません（先頭の目次が壊れています）。もう一度ダウンロードするかコピーしてください。',
  'checkpoint/header-too-long':
    'ファイル「{file}」の先頭の目次が長すぎます（{found} バイト、上限 {max} バイト）。入手元を確認して、別のモデルを選んでください。',
  'checkpoint/too-many':
    'ファイル「{file}」の項目が多すぎます（{found}、上限 {max}）。入手元を確認して、別のモデルを選んでください。',
  'checkpoint/offsets-invalid':
    'ファイル「{file}」の目次が壊れています（テンソル「{tensor}」は {expected} のはずが {found} です）。もう一度ダウンロードするかコピーしてください。',
  'checkpoint/dtype-unknown':
    'ファイル「{file}」のテンソル「{tensor}」の数の形式「{found}」には対応していません。fp32・fp16・bf16 のモデルを選んでください。',
  'checkpoint/tensor-missing': '「{file}」に必要なテンソル「{tensor}」がありません。モデルを入れ直してください。',
  'checkpoint/tensor-shape':
    '「{file}」のテンソル「{tensor}」の大きさが合いません（{expected} のはずが {found} です）。config.json と重みが同じモデルのものか確認してください。',
  'adapter/unsupported':
    'アダプター「{file}」の「{setting}：{found}」には対応していません。通常の LoRA のアダプターを選んでください。',
  'adapter/not-adapter': '「{model}」は LoRA アダプターではありません。モデルの一覧からアダプターを選んでください。',
  'adapter/base-missing':
    'アダプター「{adapter}」のベースモデル「{base}」がここにありません。先にベースモデルを追加してください。',
  'adapter/other-base':
    'このアダプターは、選んだモデルのものではありません（「{module}」の形が合いません）。学習に使われたベースモデルを選んでください。',
  'adapter/tensor-unknown':
    'アダプター「{file}」に、LoRA ではないテンソル「{tensor}」があります。通常の LoRA のアダプターを選んでください。',
  'tokenizer/missing':
    'フォルダ「{folder}」にトークナイザー（tokenizer.json など）がありません。モデルを入れ直してください。',
  'tokenizer/unsupported':
    'トークナイザー「{file}」の形式「{found}」にはまだ対応していません。対応している形式は {supported} です。',
  'tokenizer/damaged':
    'トークナイザー「{file}」の中身が壊れています（{position} バイト目）。モデルを入れ直してください。',
  'tokenizer/setting':
    'トークナイザーの設定「{file}」の「{setting}」の値を扱えません。入手元を確認して、モデルを入れ直してください。',
  'tokenizer/too-many-added':
    'トークナイザーの追加トークンが多すぎます（{found} 個、上限 {max} 個）。別のモデルを選んでください。',
  'tokenizer/no-template':
    'このモデルにはチャット形式がありません。「文のつなぎ方」を「H2O 互換の区切り」にしてください。',
  'tokenizer/template-failed':
    'モデルのチャット形式で文を作れません。「文のつなぎ方」を「H2O 互換の区切り」にしてください。',
  'model/unsupported': 'このモデルの種類「{found}」にはまだ対応していません。対応している種類は {supported} です。',
  'model/config': 'モデルの config.json の「{setting}：{found}」には対応していません。別のモデルを選んでください。',
  'model/quantized':
    'このモデルの重みは量子化済み（{method}）のため使えません。量子化していない元のモデル（fp32・fp16・bf16）を選んでください。メモリは「ベースモデルの重みの持ち方」を int8 か int4 にすると減らせます。',
  'model/config-missing': 'モデルの config.json に「{setting}」がありません。モデルを入れ直してください。',
  'model/config-unknown':
    'モデルの config.json の「{setting}：{found}」は知らない設定です。計算の結果が変わるおそれがあるため、このモデルは使いません。別のモデルを選んでください。',
  'model/config-range':
    'モデルの config.json の「{setting}」の値 {found} を扱えません（1 から {max} までの整数が必要です）。対応しているモデルを選んでください。',
  'model/is-adapter':
    '「{model}」は LoRA アダプターなので、ベースモデルにはできません。元のモデル（{base}）を選んでください。',
  'model/in-use': '「{run}」の学習が「{model}」を使っています。学習が終わってから削除してください。',
  'model/not-ours': 'モデル「{model}」はライブラリのものではないため、ここでは変更できません。',
  'model/no-model-folder':
    'フォルダ「{folder}」はモデルではありません。config.json か adapter_config.json か GGUF ファイルがあるフォルダを選んでください。',
  'model/several-gguf':
    'フォルダ「{folder}」に GGUF ファイルが複数あります（{found}）。使うものだけを入れたフォルダを選ぶか、そのファイルをドロップしてください。',
  'model/no-file-manager': 'ブラウザー版ではフォルダを開けません。「{folder}」をファイルマネージャーで開いてください。',
  'model/being-read': 'モデル「{model}」のファイルを調べています。終わるまでお待ちください。',
  'model/too-slow':
    'モデル「{model}」のファイルの処理が {seconds} 秒で終わらないため中止しました。入手元を確認して、別のモデルを選んでください。',
  'model/too-large':
    'モデル「{model}」のファイルの処理に {megabytes} MB を超えるメモリが必要なため中止しました。入手元を確認して、別のモデルを選んでください。',
  'model/unreadable':
    'モデル「{model}」のファイルを処理できません。入手元を確認して、モデルを入れ直すか、別のモデルを選んでください。',
  'model/weight-missing':
    'モデルの重み「{weight}」がありません。config.json と重みが同じモデルのものか、重みのファイルがそろっているか確認してください。',
  'model/weight':
    'モデルの重み「{weight}」の形が合いません（必要 {expected}、実際 {found}）。モデルをもう一度入手してください。',
  'model/unknown-target': 'LoRA を足す層「{target}」はこのモデルにありません。使える名前は {known} です。',
  'dataset/empty':
    'データセット「{dataset}」に、質問と回答のそろった行がありません。行を追加してから学習を始めてください。',
  'training/nothing-counted':
    'ステップ {step} のバッチに、採点するトークンが 1 つもありません。回答の列と最大の長さを確認してください。',
  'training/quantized-full':
    '{dtype} の重みはそのまま学習できません。「LoRA を使う」をオンにするか、「ベースモデルの重みの持ち方」を元のままにしてください。',
  'training/diverged': 'ステップ {step} で損失が計算できなくなりました。学習率を小さくして、もう一度学習してください。',
  'checkpoint/layout':
    'チェックポイント「{folder}」は今の LoRA の設定に合いません（必要 {expected}、実際 {found}）。学習したときの設定に戻してください。',
  'chat/no-question': '質問がありません。質問を入力して、もう一度送ってください。',
  'chat/too-long':
    '質問が長すぎます。このモデルが読めるのは {limit} トークンまでです。短くして、もう一度送ってください。',
  'api/foreign':
    'このサーバーは、ウェブページや別の名前のホストからの要求を受け付けません。このパソコンのアドレスに直接つないでください。',
  'api/no-key': 'API キーがありません。「Authorization: Bearer <キー>」を付けてください。',
  'api/wrong-key': 'API キーが違います。スタジオの「設定」で作ったキーを使ってください。',
  'api/key-first': 'API キーがまだありません。先にキーを作ってください。',
  'api/no-route': '「{path}」はありません。/v1/models、/v1/chat/completions、/v1/completions を使ってください。',
  'api/method': 'この URL には {method} で送ってください。',
  'api/no-embeddings':
    'このサーバーは埋め込み（embeddings）を作れません。スタジオのモデルは文章を作るモデルです。埋め込み用のモデルを動かす別のサーバーを使ってください。',
  'api/content-type': '本文は JSON のまま、「Content-Type: application/json」で送ってください。',
  'api/too-large': '要求が大きすぎます（上限 {maxMB} MB）。会話を短くしてください。',
  'api/incomplete': '要求が途中で切れたか、HTTP として読めません。もう一度送ってください。',
  'api/bad-json': '本文を JSON のオブジェクトとして読めません。UTF-8 の JSON を送ってください。',
  'api/too-deep': '本文の JSON は入れ子が深すぎます（上限 {max} 段）。',
  'api/unknown-parameter': '「{name}」というパラメーターはありません。取り除いてください。',
  'api/unsupported': 'パラメーター「{name}」にはまだ対応していません。取り除いてください。',
  'api/tools': 'ツールの呼び出しには対応していません（{name}）。ツールなしで送ってください。',
  'api/part': '{name} の種類「{type}」は扱えません。「text」だけを送ってください。',
  'api/missing': 'パラメーター「{name}」がありません。',
  'api/value': 'パラメーター「{name}」の値が正しくありません（使える値：{expected}）。',
  'api/model-unknown': 'モデル「{model}」はありません。/v1/models で名前を確認してください。',
  'api/model-twice': '「{model}」という名前の実験は複数あります。ID（{ids}）で指定してください。',
  'api/busy': '{count} 件の要求が順番を待っています。少し待ってから、もう一度送ってください。',
  'api/port-in-use':
    'ポート {port} はほかのプログラムが使っています。そのプログラムを終えるか、別のポートにしてください。',
  'api/port-refused': 'ポート {port} は使えません。1024 以上の番号にしてください。',
  'api/no-address': 'このパソコンには「{host}」というアドレスがありません。--host を確認してください。',
  'api/key-file': 'キーのファイル「{file}」には、空白のない英数字と記号 16 文字以上のキーを 1 行で書いてください。',
  'chat/no-checkpoint':
    '「{name}」にはステップ {step} のチェックポイントがもうありません。別のチェックポイントを選んでください。',
  'chat/unknown-setting': '設定「--{name}」はありません。使える名前は {known} です。「--help」で説明を表示します。',
  'chat/setting-value': '「--{name}」の後に、「--top_k 30」のように値を書いてください。',
  'chat/setting-range': '「--{name}」は {min}〜{max} の整数で書いてください（今は {found}）。',
  'conversation/not-found': 'この会話は見つかりません。一覧から別の会話を選ぶか、新しい会話を始めてください。',
  'conversation/damaged':
    '会話のファイル「{file}」が壊れているか、この版では読めません。バックアップがあれば元に戻し、なければこの会話を削除してください。',
  'conversation/busy': 'まだ回答している途中です。終わるのを待つか、停止してから送ってください。',
  'conversation/full': 'この会話はこれ以上長くできません。新しい会話を始めてください。',
  'conversation/no-turn': 'このやりとりは会話の中に見つかりません。会話を開き直してください。',
  'web/port-in-use': 'ポート {port} はほかのプログラムが使っています。「--port 番号」で別の番号を指定してください。',
  'web/message-too-large':
    'データが大きすぎるため、一度に送れません。範囲を分けてやり直すか、ファイルとして取り込んでください。',
  'web/message-incomplete': 'データが途中で途切れたため、変更していません。もう一度試してください。',
  'web/not-running': 'ブラウザー用のスタジオが動いていません。「terakoya serve」で起動してください。',
  'web/several-hosts':
    'ブラウザー用のスタジオが複数動いています（ポート {ports}）。「terakoya link --port 番号」でどれかを指定してください。',
  'upload/too-large': '「{file}」は {limit} GB を超えるため、取り込めません。ファイルを分けてください。',
  'upload/no-space':
    'ディスクの空き容量が足りないため「{file}」を取り込めません（必要 {needed} GB、空き {free} GB）。空きを作ってから、もう一度選んでください。',
  'upload/broken': '「{file}」を最後まで受け取れませんでした。ディスクの空きを確認して、もう一度選んでください。',
  'save/refused': '「{file}」の保存を始められませんでした。ページを開き直して、もう一度試してください。',
  'folder/not-found': 'フォルダ「{folder}」は選べません。ホームフォルダの中にあるフォルダを選んでください。',
  'folder/unreadable': 'フォルダ「{folder}」の中を表示できません。権限を確認するか、別のフォルダを選んでください。',
  'folder/unwritable':
    '「{folder}」の中にはフォルダを作れません。権限と空き容量を確認するか、別の場所を選んでください。',
  'folder/exists': '「{folder}」はすでにあります。別の名前にしてください。',
  'folder/name':
    '「{folder}」はフォルダの名前にできません。記号（/ \\ : * ? " < > |）や先頭の「.」を使わない、短い名前にしてください。',
  'web/disconnected':
    'スタジオとの接続が切れました。ターミナルで動いているか確認してください。動いていれば、自動でつながり直します。',
  'hub/offline': '「{host}」に接続できません。インターネットにつながっているか確認して、もう一度試してください。',
  'hub/proxy':
    'プロキシ「{proxy}」を通して接続できません（{reason}）。システムのプロキシ設定か、環境変数 HTTPS_PROXY と HTTP_PROXY を確認してください。',
  'hub/certificate':
    '「{host}」の証明書を確認できません（{reason}）。会社や学校のネットワークでは、証明書のファイルを環境変数 NODE_EXTRA_CA_CERTS に指定してください。',
  'hub/timeout': '「{host}」から応答がありません。しばらく待ってから、もう一度試してください。',
  'hub/interrupted':
    '「{host}」との通信が途中で切れました。受け取った分は残っています。続きからダウンロードしてください。',
  'hub/gated':
    '「{dataset}」を使うには利用条件への同意が必要です。{url} で同意し、そのアカウントのトークンを設定してください。',
  'hub/token-invalid':
    'Hugging Face のトークンが正しくありません。設定ページで作り直し、「hf_」から始まる文字列をすべて貼り付けてください。',
  'hub/token-needed':
    '公開するには Hugging Face のトークンが必要です。設定で、書き込み権限（write）のあるトークンを登録してください。',
  'hub/token-read-only':
    '登録されている Hugging Face のトークンは読み取り専用です。書き込み権限（write）のあるトークンを設定で登録してください。',
  'hub/repository-exists':
    '「{repository}」はすでにあります。名前を変えるか、「同じ名前のリポジトリがあれば、そこに追加する」をオンにしてください。',
  'hub/not-yours':
    '「{repository}」に書き込む権限がありません。所有者の名前と、トークンの権限（write）を確かめてください。',
  'hub/refused': 'Hugging Face が「{repository}」への公開を断りました（{reason}）。名前と内容を確かめてください。',
  'licence/unknown': 'ベースモデルのライセンスがわかりません。配布してよいかを、モデルの配布元で確かめてください。',
  'licence/non-commercial':
    'ベースモデルのライセンスは {licence} です。商用利用は禁じられています。公開するモデルにも同じ条件が付きます。',
  'licence/no-derivatives':
    'ベースモデルのライセンスは {licence} です。手を加えたものの配布は禁じられています。公開しないでください。',
  'licence/data-unknown':
    '学習データ {dataset} にはライセンスの表記がありません。学習結果を公開してよいかを、配布元で確かめてください。',
  'licence/data-non-commercial':
    '学習データ {dataset} のライセンスは {licence} です。商用利用は禁じられています。公開するモデルにも同じ条件が付くことがあります。',
  'licence/data-no-derivatives':
    '学習データ {dataset} のライセンスは {licence} です。手を加えたものの配布は禁じられています。公開してよいかを、配布元で確かめてください。',
  'licence/data-terms':
    '学習データ {dataset} のライセンスは {licence} です。条件が付くことがあります。公開する前に確かめてください。',
  'licence/terms':
    'ベースモデルのライセンスは {licence} です。名前の付け方や規約の添付などの条件が付くことがあります。公開する前に確かめてください。',
  'hub/not-found':
    'Hugging Face に「{dataset}」が見つかりません。「作者/名前」の形で確認してください。非公開のものにはトークンが必要です。',
  'hub/file-not-found': '「{dataset}」に「{file}」がありません。ページを確認して、開き直してください。',
  'hub/disabled': '「{dataset}」は Hugging Face で公開が止められています。別のものを選んでください。',
  'hub/rate-limited': 'Hugging Face への問い合わせが多すぎます。{seconds} 秒ほど待ってから、もう一度試してください。',
  'hub/server': '「{host}」側で障害が起きています（{status}）。しばらく待ってから、もう一度試してください。',
  'hub/unexpected':
    '「{host}」から Hugging Face のものではない応答がありました（{found}）。ネットワークのログイン画面や HF_ENDPOINT の設定を確認してください。',
  'hub/checksum':
    '受け取った「{file}」の中身が元のファイルと一致しないため、破棄しました。もう一度ダウンロードしてください。',
  'hub/size-changed':
    '「{file}」の大きさが一覧と異なるため、ダウンロードをやめました。作者がファイルを更新したようです。もう一度開き直してください。',
  'net/offline': '「インターネットに接続しない」が設定でオンになっています。接続するには、設定でオフにしてください。',
  'hub/offline-mode':
    'オフラインモード（環境変数 HF_HUB_OFFLINE）のため、Hugging Face には接続しません。接続するには、設定を外して起動し直してください。',
  'hub/have-model': 'モデル「{model}」はすでにあります。モデルの一覧から選んでください。',
  'hub/not-a-table':
    '「{file}」は表のファイルではないため、ダウンロードできません。CSV、JSON、Parquet などのファイルを選んでください。',
  'hub/no-space':
    'ダウンロードに {needed} GB 必要ですが、ディスクの空きは {free} GB です。空きを作るか、設定で別のライブラリを選んでください。',
  'gpu-pack/unsupported':
    'この環境（{platform}）では GPU パックを使えません。Windows か Linux の 64 ビット版で使えます。',
  'gpu-pack/source':
    '「{host}」から GPU パックを受け取れません（{found}）。ネットワークのログイン画面やプロキシの設定を確認して、もう一度試してください。',
  'gpu-pack/npm-missing':
    'GPU パックの入手先がわかりません。npm を使えるようにするか、環境変数 TERAKOYA_GPU_PACK_SOURCE に入手先を指定してください。',
  'gpu-pack/no-space':
    'GPU パックには {needed} GB 必要ですが、「{folder}」の空きは {free} GB です。空きを作るか、設定で別のフォルダを選んでください。',
  'gpu-pack/unpack':
    '「{file}」を展開できません。ディスクの空きと、tar と xz が入っているかを確認して、もう一度試してください。',
  'gpu-pack/changed':
    'GPU パックのファイル「{file}」が、ダウンロードしたものと違います。「設定」で GPU パックをもう一度ダウンロードしてください。それまでは WebGPU か CPU で計算します。',
  'gpu-pack/folder-used':
    '「{folder}」にはほかのファイルが入っているため、GPU パックを置けません。別のフォルダを選んでください。',
  'gpu-pack/folder-open':
    '「{folder}」はほかのアカウントも書き込めるフォルダなので、GPU パックを置けません。「設定」で、自分だけが書き込めるフォルダを選んでください。',
  'gpu-pack/archive':
    '「{file}」に必要なライブラリ（{missing}）が入っていません。スタジオを新しい版に更新してください。',
  'file/not-picked': 'ファイル「{file}」は選択されていません。ファイルを選び直してください。',
  'folder/not-picked': 'フォルダ「{folder}」は選択されていません。フォルダを選び直してください。',
  'dataset/not-found': 'データセット「{id}」が見つかりません。一覧から選び直してください。',
  'dataset/locked':
    '「{file}」はほかのプログラムが開いています。もう 1 つのスタジオやコマンドを終了してから、やり直してください。',
  'dataset/foreign':
    '「{file}」はこのスタジオが作った表ではないため開けません（「{problem}」の部分が違います）。CSV や Parquet に書き出してから読み込んでください。',
  'dataset/newer': '「{file}」は新しい版のスタジオで作られています。スタジオを更新してから開いてください。',
  'dataset/damaged': '「{file}」は壊れていて開けません。バックアップがあれば戻すか、ごみ箱に移してください。',
  'library/closed': 'ライブラリは閉じられたか、ほかのスタジオに引き継がれました。もう一度実行してください。',
  'library/gone':
    'ライブラリのフォルダ「{folder}」が見つかりません。フォルダを元の場所に戻すか、設定で別のフォルダを選んでください。',
  'library/move-same': 'ライブラリはすでに「{folder}」にあります。別のフォルダを選んでください。',
  'library/move-inside':
    '「{folder}」は今のライブラリの中か外側にあるため、移せません。ライブラリと重ならないフォルダを選んでください。',
  'library/move-taken': '「{folder}」にはほかのファイルがあります。空のフォルダを選んでください。',
  'library/move-space':
    '移す先の空きが足りません。{needed} GB 必要ですが、空きは {free} GB です。空きを作るか、別の場所を選んでください。',
  'library/move-file-size':
    '移す先の形式（FAT）には 4 GB を超えるファイルを置けません（{file}）。exFAT や NTFS などのドライブを選んでください。',
  'library/move-busy': '「{name}」の処理が終わっていません。終わってから移してください。',
  'library/move-changed':
    '移している間に、ほかのソフトが「{file}」を変更しました。そのソフトを閉じて、もう一度移してください。',
  'library/move-damaged':
    '「{file}」を読み直したところ、書いた内容と違っていました。ドライブの故障かもしれません。別の場所を選んでください。',
  'library/not-left': '「{folder}」は、移したあとの古いライブラリではありません。何も削除していません。',
  'library/locked':
    'このライブラリは {since} から「{host}」の{program}が使っているため、変更できません。{program}で操作するか、引き継いでください。',
  'library/not-released':
    '「{host}」の{program}がライブラリを手放しませんでした。{program}を終了してから、もう一度引き継いでください。',
  'library/read-only':
    'このライブラリは読み取り専用で開いています。変更するには、デスクトップ版かブラウザー版のスタジオで開いてください。',
  'library/switching': 'ライブラリを切り替えているため、今は変更できません。少し待ってから、もう一度試してください。',
  'trash/not-found': 'ごみ箱に「{id}」がありません。一覧を読み直してください。',
  'trash/occupied': '「{id}」は元の場所に同じものがあるため、戻せません。',
  'dataset/not-a-table':
    '「{file}」は表として読めません（{found} のファイルです）。Excel、CSV、JSON、Parquet などの表のファイルを選んでください。',
  'dataset/json-comment':
    '「{file}」の {line} 行目にコメントがあります。JSON にコメントは書けないので、消してから読み込んでください。',
  'dataset/json-no-object':
    '「{file}」の {line} 行目は、行として読めるオブジェクト（{…}）ではありません。1 件を {"列の名前": "値"} の形で書いてください。',
  'dataset/json-too-deep':
    '「{file}」には、深く入れ子になりすぎた値があります。その値を浅くしてから読み込んでください。',
  'dataset/no-text':
    '「{file}」は表として読めません（文字のデータではありません）。Excel、CSV、JSON、Parquet などの表のファイルを選んでください。',
  'dataset/packed-damaged':
    '「{file}」を展開できません。途中で切れているか、壊れています。ファイルを入手し直してから読み込んでください。',
  'dataset/packed-memory':
    '「{file}」の展開には多くのメモリが要ります（zstd の --long）。展開してから、中のファイルを読み込んでください。',
  'dataset/packed-too-large':
    '「{file}」は、展開すると {limit} GB を超えます。展開し、ファイルを分けてから読み込んでください。',
  'dataset/json-no-table':
    '「{file}」に行の一覧が見つかりません。オブジェクトの配列、または 1 行に 1 つのオブジェクトを書いた JSON を選んでください。',
  'dataset/json-invalid':
    '「{file}」の {line} 行目は JSON として読めません。その行の引用符、カンマ、かっこを確認してください。',
  'dataset/workbook-password':
    '「{file}」はパスワードで保護されています。Excel でパスワードを外して保存し直してから読み込んでください。',
  'dataset/workbook-damaged':
    '「{file}」は壊れているか、対応していない形式です。Excel などで開いて保存し直してから読み込んでください。',
  'dataset/workbook-too-great':
    '「{file}」の表は、セルや文字のくり返し、または範囲が大きすぎるため読み込めません。必要な行だけを新しいファイルにコピーし、保存してから読み込んでください。',
  'dataset/zip-damaged':
    '「{file}」の中の「{entry}」を取り出せません。ZIP を展開してから、中のファイルを読み込んでください。',
  'dataset/zip-too-large':
    '「{file}」の中の「{entry}」は、展開すると {limit} GB を超えます。ZIP を展開し、ファイルを分けて読み込んでください。',
  'dataset/row-too-long':
    '「{file}」の {line} 行目から始まる行が長すぎます（{limit} 文字まで）。引用符が閉じているか、区切り文字と改行を確かめてください。',
  'dataset/json-too-large':
    '「{file}」は {size} GB あり、1 つの一覧になった JSON は {limit} GB まで読み込めます。1 行に 1 つのオブジェクトを書いた JSONL にしてください。',
  'dataset/import-cancelled': '「{file}」の読み込みを中止しました。もう一度読み込むと、最初から始まります。',
  'dataset/zip-no-table':
    '「{file}」の中に表のファイルがありません。CSV、Excel、JSON などを含む ZIP を選んでください。',
  'dataset/zip-broken': '「{file}」は途中で切れているか、壊れています。ファイルを入手し直してから読み込んでください。',
  'dataset/zip-password':
    '「{file}」の中の「{entry}」はパスワードで保護されています。ZIP を展開してから、中のファイルを読み込んでください。',
  'dataset/arrow-damaged':
    '「{file}」は Arrow のファイルですが、途中で切れているか、壊れています。ファイルを入手し直してから読み込んでください。',
  'dataset/arrow-big-endian':
    '「{file}」は、バイトの並びが逆（ビッグエンディアン）の Arrow のファイルなので読み込めません。リトルエンディアンか Parquet で保存し直してから読み込んでください。',
  'dataset/arrow-value':
    '「{file}」の {row} 行目「{column}」の値を読めません。その列を文字列にするか、Parquet で保存し直してから読み込んでください。',
  'dataset/too-large':
    '「{file}」は {size} GB あり、一度に読み込めるのは {limit} GB までです。ファイルを分けて、続けて追加してください。',
  'dataset/parquet-damaged':
    '「{file}」を Parquet として読めません。壊れているか、対応していない書き方です。入手し直すか、別の形式で保存し直してから読み込んでください。',
  'dataset/parquet-encrypted':
    '「{file}」は暗号化された Parquet のファイルです。暗号化せずに保存し直してから読み込んでください。',
  'dataset/parquet-memory':
    '「{file}」を読み込むにはメモリが足りません。行グループを小さくして Parquet で保存し直すか、ファイルを分けてください。',
  'dataset/parquet-unsupported':
    '「{file}」の圧縮や値の書き方には対応していません。zstd か snappy の Parquet で保存し直してから読み込んでください。',
  'dataset/not-in-cp932':
    '{row} 行目「{column}」の文字「{character}」は Shift_JIS で書けません。UTF-8 の CSV か Excel 形式で書き出してください。',
  'dataset/too-long-for-xlsx':
    'Excel 形式で書き出せるのは {limit} 行までですが、{rows} 行あります。CSV か Parquet で書き出してください。',
  'dataset/cell-too-long-for-xlsx':
    '{row} 行目の「{column}」は {characters} 文字あり、Excel の 1 つのセルに入る {limit} 文字を超えています。CSV か Parquet で書き出してください。',
  'dataset/too-long-for-numbers':
    'Numbers 形式で書き出せるのは {limit} 行までですが、{rows} 行あります。Excel 形式か CSV で書き出してください（Numbers でも開けます）。',
  'dataset/file-empty': '「{file}」は空です。1 行目に列の名前、2 行目からデータを書いてください。',
  'dataset/quote-open':
    '「{file}」の {line} 行目で始まる引用符（"）が閉じていません。引用符を閉じてから読み込んでください。',
  'dataset/too-many-columns': '「{file}」には {found} 列あります。{limit} 列までにしてください。',
  'dataset/column-not-found': '列「{column}」がありません。表を開き直してください。',
  'dataset/regex-invalid':
    '正規表現「{pattern}」が正しくありません。かっこの対応を確認してください。先読みと後方参照は使えません。',
  'dataset/regex-group':
    '置き換える文字の「{group}」に当たるかっこがありません（正規表現のかっこは {count} 組です）。番号を確認してください。',
  'dataset/range-too-large':
    '選んだ範囲は {found} セルです。一度に扱えるのは {limit} セルまでなので、範囲を小さくしてください。',
  'dataset/view-order':
    '絞り込みや並べ替えの表示中は、行を挿入したり動かしたりできません。表示の条件を解除してから、やり直してください。',
  'dataset/join-duplicates':
    '結合するデータセットの列「{column}」に「{value}」が {count} 行あります。1 行だけにするか、「最初の行を使う」を選んでください。',
  'dataset/shares-too-large': '分割の割合の合計が {total}% です。100% 以下にしてください。',
  'dataset/no-columns':
    '列が 1 つもないため、「{file}」に書き出せません。列を追加してから、もう一度書き出してください。',
  'dataset/part-empty':
    '「{name}」に入る行がありません（全体は {rows} 行）。割合を大きくするか、行を追加してください。',
  'dataset/too-many-parts': '列「{column}」には {found} 種類の値があります。{limit} 種類までの列を選んでください。',
  'dataset/columns-missing':
    'データセット「{dataset}」に質問と回答の列がありません（今の列：{found}）。列の見出しのメニューで「質問」と「回答」を選んでください。',
  'gguf/damaged':
    'ファイル「{file}」は GGUF として読めません（{position} バイト目）。もう一度ダウンロードしてください。',
  'gguf/version':
    'ファイル「{file}」の GGUF のバージョン {found} は読めません。新しい llama.cpp で作られたものを使ってください。',
  'gguf/type-unknown':
    'ファイル「{file}」の重み「{tensor}」の量子化の種類（{found}）には対応していません。F16、Q8_0、Q4_K などのファイルを選んでください。',
  'gguf/metadata':
    'ファイル「{file}」のメタデータ「{key}」がないか、正しくありません。別の GGUF を選ぶか、もう一度ダウンロードしてください。',
  'gguf/architecture':
    'この GGUF のアーキテクチャ「{found}」は取り込めません（取り込めるもの：{supported}）。量子化していない元のモデルを選んでください。',
  'gguf/tensor-unknown':
    'ファイル「{file}」には、取り込めない重み「{tensor}」があります。量子化していない元のモデルを選んでください。',
  'gguf/tokenizer':
    'この GGUF のトークナイザー（{found}）は作り直せません。元のモデルのトークナイザーのファイルをフォルダに入れてください。',
  'gguf/family':
    'モデルの種類「{found}」は GGUF に書き出せません（書き出せるもの：{supported}）。safetensors で書き出してください。',
  'gguf/config':
    'このモデルは llama.cpp では同じように計算できないため、GGUF に書き出せません（「{setting}」：{found}）。safetensors で書き出してください。',
  'gguf/weight-unknown':
    'このモデルの重み「{weight}」は llama.cpp では使えないため、GGUF に書き出せません。safetensors で書き出してください。',
  'gguf/not-finite':
    '重み「{weight}」に無限大か非数があるため、書き出せません。前のチェックポイントを選ぶか、学習をやり直してください。',
  'gguf/no-quantizer':
    '量子化の種類「{type}」には llama.cpp のライブラリが必要ですが、ありません。F16 か Q8_0 を選んでください。',
  'gguf/adapter':
    'このアダプターは「{setting}」を使っているため、GGUF の LoRA にできません。結合したモデルを書き出してください。',
  'llama-cpp/missing':
    'llama.cpp のライブラリがありません（{platform}）。スタジオを入れ直してください。F16、BF16、Q8_0 の書き出しは、確かめずに行えます。',
  'llama-cpp/unloadable':
    'llama.cpp のライブラリ「{file}」を読み込めません。スタジオを入れ直すか、ウイルス対策ソフトの除外に加えてください。',
  'llama-cpp/not-opened':
    'llama.cpp は「{file}」を開けませんでした。空きメモリを確かめて、もう一度書き出してください。',
  'llama-cpp/ended':
    '「{file}」を確かめている途中で llama.cpp が終了しました。空きメモリを確かめて、もう一度試してください。',
} as const
