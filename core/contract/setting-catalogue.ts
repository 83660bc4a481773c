import type { SettingDefinition } from './settings.ts'

const tokens = { ja: 'トークン', en: 'tokens' }
const times = { ja: '回', en: 'epochs' }
const rows = { ja: '行', en: 'rows' }

/**
 * Every setting of an experiment, in the order of the form. Names follow H2O LLM Studio where it has the setting.
 * The form, validation, YAML, command line and help all derive from this table.
 */
export const settingCatalogue = {
  'general.experiment_name': {
    kind: 'text', default: '', maxCharacters: 120, required: false, group: 'general',
    label: { ja: '実験の名前', en: 'Experiment name' },
    help: { ja: '一覧やチャットで見分けるための名前です。空のままなら日時から付けます。', en: 'The name shown in lists and in the chat. Left empty, one is made from the date and time.' },
  },
  'dataset.id': {
    kind: 'reference', to: 'dataset', default: '', group: 'general',
    label: { ja: 'データセット', en: 'Dataset' },
    help: { ja: 'モデルに教える質問と回答の表です。質問の列と回答の列が必要です。', en: 'The table of questions and answers to teach. It needs a question column and an answer column.' },
  },
  'general.llm_backbone': {
    kind: 'reference', to: 'model', default: 'terakoya-tiny-ja', group: 'general',
    label: { ja: 'ベースモデル', en: 'Base model' },
    help: { ja: '学習の出発点になるモデルです。元のモデルは書き換えず、差分（アダプター）だけを学習します。', en: 'The model that learning starts from. It is never changed: only a small adapter is trained.' },
  },
  'dataset.validation_size': {
    kind: 'number', default: 0.01, min: 0, max: 0.95, step: 0.01, group: 'dataset',
    label: { ja: '検証データの割合', en: 'Validation size' },
    help: { ja: '学習に使わず、覚え具合の確認に使う行の割合です（端数は切り上げ）。0 にすると全行を学習に使います。', en: 'The share of rows kept out of training to check progress, rounded up. 0 trains on every row.' },
  },
  'dataset.sample_format': {
    kind: 'choice', default: 'auto', group: 'dataset', advanced: true,
    choices: [
      { value: 'auto', label: { ja: '自動（おすすめ）', en: 'Automatic (recommended)' } },
      { value: 'template', label: { ja: 'モデルのチャット形式', en: "The model's chat template" } },
      { value: 'h2o', label: { ja: 'H2O 互換の区切り', en: 'H2O markers' } },
    ],
    label: { ja: '文のつなぎ方', en: 'Sample format' },
    help: {
      ja: '質問と回答を 1 つの文にまとめる形式です。自動では、モデルにチャット形式があればそれを、なければ H2O 互換の区切りを使います。',
      en: "How a question and its answer are joined. Automatic takes the model's own chat template, or H2O's markers where it has none.",
    },
  },
  'dataset.prompt_column_separator': {
    kind: 'choice', default: 'blank-line', group: 'dataset', advanced: true,
    choices: [
      { value: 'blank-line', label: { ja: '空行', en: 'Blank line' } },
      { value: 'line-break', label: { ja: '改行', en: 'Line break' } },
      { value: 'two-spaces', label: { ja: '空白 2 つ', en: 'Two spaces' } },
    ],
    label: { ja: '質問の列のつなぎ方', en: 'Between prompt columns' },
    help: { ja: '質問の列がいくつかあるとき、その間に入れるものです。空のセルは飛ばします。', en: 'What stands between several prompt columns. Empty cells are skipped.' },
  },
  'dataset.text_system_start': {
    kind: 'text', default: '<|system|>', maxCharacters: 200, required: false, verbatim: true, group: 'dataset', advanced: true, shownWhen: { 'dataset.sample_format': ['h2o'] },
    label: { ja: 'システム文の前に付ける文字', en: 'Text before the system text' },
    help: { ja: 'システム文の直前に入れる区切りです。書いた文字がそのまま使われます。', en: 'The marker placed right before the system text, taken literally.' },
  },
  'dataset.text_prompt_start': {
    kind: 'text', default: '<|prompt|>', maxCharacters: 200, required: false, verbatim: true, group: 'dataset', advanced: true, shownWhen: { 'dataset.sample_format': ['h2o'] },
    label: { ja: '質問の前に付ける文字', en: 'Text before the prompt' },
    help: { ja: '質問の直前に入れる区切りです。書いた文字がそのまま使われます。', en: 'The marker placed right before the question, taken literally.' },
  },
  'dataset.text_answer_separator': {
    kind: 'text', default: '<|answer|>', maxCharacters: 200, required: false, verbatim: true, group: 'dataset', advanced: true, shownWhen: { 'dataset.sample_format': ['h2o'] },
    label: { ja: '質問と回答の区切り', en: 'Text before the answer' },
    help: { ja: '質問と回答の間に入れる区切りです。書いた文字がそのまま使われます。', en: 'The marker placed between question and answer, taken literally.' },
  },
  'dataset.add_eos_token_to_system': {
    kind: 'boolean', default: true, group: 'dataset', advanced: true, shownWhen: { 'dataset.sample_format': ['h2o'] },
    label: { ja: 'システム文に終わりの印を付ける', en: 'End mark after the system text' },
    help: { ja: 'システム文の直後に、モデルの終わりの印を入れます。', en: "Puts the model's end mark right after the system text." },
  },
  'dataset.add_eos_token_to_prompt': {
    kind: 'boolean', default: true, group: 'dataset', advanced: true, shownWhen: { 'dataset.sample_format': ['h2o'] },
    label: { ja: '質問に終わりの印を付ける', en: 'End mark after the prompt' },
    help: { ja: '質問の直後、回答との区切りの前に、モデルの終わりの印を入れます。', en: "Puts the model's end mark after the question, before the separator." },
  },
  'dataset.add_eos_token_to_answer': {
    kind: 'boolean', default: true, group: 'dataset', advanced: true, shownWhen: { 'dataset.sample_format': ['h2o'] },
    label: { ja: '回答に終わりの印を付ける', en: 'End mark after the answer' },
    help: { ja: '回答の直後に、モデルの終わりの印を入れます。オフにすると、モデルは答え終わることを学びません。', en: "Puts the model's end mark after the answer. Off, the model does not learn to finish." },
  },
  'dataset.limit_chained_samples': {
    kind: 'boolean', default: false, group: 'dataset', advanced: true,
    label: { ja: '会話全体だけを学習する', en: 'Whole conversations only' },
    help: { ja: '行をつないだ会話で、途中までの会話を別のサンプルにしません。「親の行」の列があるときだけ働きます。', en: 'Of conversations made of several rows, beginnings are no samples of their own. Only acts with a parent column.' },
  },
  'dataset.mask_prompt_labels': {
    kind: 'boolean', default: true, group: 'dataset',
    label: { ja: '回答だけを採点する', en: 'Loss on the answer only' },
    help: { ja: 'オンにすると、質問の文ではなく回答の文だけを学習の対象にします。通常はオンのままにします。', en: 'When on, only the answer counts for learning, not the question. Normally leave it on.' },
  },
  'dataset.only_last_answer': {
    kind: 'boolean', default: false, group: 'dataset', advanced: true, shownWhen: { 'dataset.mask_prompt_labels': [true] },
    label: { ja: '最後の回答だけを採点する', en: 'Loss on the last answer only' },
    help: { ja: '会話に回答がいくつもあるとき、最後の回答だけを学習の対象にします。', en: 'Of several answers in a conversation only the last counts for learning.' },
  },
  'tokenizer.max_length_prompt': {
    kind: 'integer', default: 256, min: 16, max: 16384, step: 16, unit: tokens, group: 'tokenizer', advanced: true,
    label: { ja: '質問の最大の長さ', en: 'Maximum prompt length' },
    help: { ja: '質問がこれより長いと、前のほうを切り落とします。', en: 'Longer questions lose their beginning.' },
  },
  'tokenizer.max_length_answer': {
    kind: 'integer', default: 256, min: 16, max: 16384, step: 16, unit: tokens, group: 'tokenizer', advanced: true,
    label: { ja: '回答の最大の長さ', en: 'Maximum answer length' },
    help: { ja: '回答がこれより長いと、後ろのほうを切り落とします。終わりの印は必ず残ります。', en: 'Longer answers lose their end; the end mark always stays.' },
  },
  'tokenizer.max_length': {
    kind: 'integer', default: 512, min: 32, max: 16384, step: 16, unit: tokens, group: 'tokenizer',
    label: { ja: '全体の最大の長さ', en: 'Maximum length' },
    help: { ja: '質問と回答を合わせた長さの上限です。長いほどメモリと時間が必要になります。', en: 'The limit for question and answer together. Longer needs more memory and time.' },
  },
  'tokenizer.padding_quantile': {
    kind: 'number', default: 1, min: 0, max: 1, step: 0.01, group: 'tokenizer', advanced: true,
    label: { ja: '長い行の切り詰め（分位）', en: 'Padding quantile' },
    help: { ja: 'バッチの中で、この割合の位置にある長さより長い行の先頭を切り落とします。0 と 1 では切り落としません。', en: 'In each batch, rows longer than this quantile of its lengths lose their beginning. 0 and 1 cut nothing.' },
  },
  'architecture.backbone_dtype': {
    kind: 'choice', default: 'float32', group: 'architecture', advanced: true,
    choices: [
      { value: 'float32', label: { ja: '元のまま（標準）', en: 'As stored (standard)' } },
      { value: 'float16', label: { ja: 'float16（半分の大きさ）', en: 'float16 (half the size)' } },
      { value: 'bfloat16', label: { ja: 'bfloat16（半分の大きさ）', en: 'bfloat16 (half the size)' } },
      { value: 'int8', label: { ja: 'int8（4 分の 1 の大きさ）', en: 'int8 (a quarter of the size)' } },
      { value: 'int4', label: { ja: 'int4（8 分の 1 の大きさ）', en: 'int4 (an eighth of the size)' } },
    ],
    label: { ja: 'ベースモデルの重みの持ち方', en: 'Base weights' },
    help: { ja: 'ベースモデルをメモリに置くときの形です。小さくするほど大きなモデルが入りますが、精度は少し落ちます。', en: 'How the base model lies in memory. Smaller forms fit larger models, at a little precision.' },
  },
  'architecture.gradient_checkpointing': {
    kind: 'boolean', default: false, group: 'architecture', advanced: true,
    label: { ja: '勾配チェックポイント', en: 'Gradient checkpointing' },
    help: { ja: '途中の計算結果を捨てて後で計算し直し、メモリを節約します。そのぶん遅くなりますが、結果は変わりません。', en: 'Saves memory by computing intermediate results again; slower, with the same result.' },
  },
  'architecture.intermediate_dropout': {
    kind: 'number', default: 0, min: 0, max: 0.5, step: 0.05, group: 'architecture', advanced: true,
    label: { ja: '中間層のドロップアウト', en: 'Intermediate dropout' },
    help: { ja: '学習中にモデルの中間層の一部を休ませる割合です。0 のときはモデルの設定ファイルの値を使います。', en: "The share of the model's inner values rested while training. At 0 the model's own configuration decides." },
  },
  'augmentation.neftune_noise_alpha': {
    kind: 'number', default: 0, min: 0, max: 15, step: 0.05, group: 'training', advanced: true,
    label: { ja: 'NEFTune のノイズ', en: 'NEFTune noise' },
    help: { ja: '学習中に入力へ加えるノイズの強さで、言い回しを変えた質問に強くなることがあります。0 は使いません。', en: 'The strength of noise added to the input while training, which can help with rephrased questions. 0 is off.' },
  },
  'training.epochs': {
    kind: 'integer', default: 50, min: 0, max: 1000, step: 1, unit: times, group: 'training',
    label: { ja: '学習回数（エポック）', en: 'Epochs' },
    help: { ja: 'データセット全体を何回くり返して学習するかです。1 つの事実を覚えさせるなら 50 回ほどが目安です。', en: 'How often the whole dataset is repeated. About 50 teaches a single fact.' },
  },
  'training.batch_size': {
    kind: 'integer', default: 4, min: 1, max: 256, step: 1, unit: rows, group: 'training',
    label: { ja: 'バッチサイズ', en: 'Batch size' },
    help: { ja: '1 回の更新でまとめて学習する行数です。大きいほど安定しますが、メモリを多く使います。', en: 'How many rows are learnt together in one update. Larger is steadier but needs more memory.' },
  },
  'training.optimizer': {
    kind: 'choice', default: 'AdamW', group: 'training', advanced: true,
    choices: [
      { value: 'AdamW', label: { ja: 'AdamW（標準）', en: 'AdamW (standard)' } },
      { value: 'Adam', label: { ja: 'Adam', en: 'Adam' } },
      { value: 'AdamW8bit', label: { ja: 'AdamW 8 bit（省メモリ）', en: 'AdamW 8 bit (less memory)' } },
      { value: 'SGD', label: { ja: 'SGD（モーメンタム 0.9）', en: 'SGD (momentum 0.9)' } },
      { value: 'RMSprop', label: { ja: 'RMSprop', en: 'RMSprop' } },
      { value: 'Adadelta', label: { ja: 'Adadelta', en: 'Adadelta' } },
    ],
    label: { ja: '最適化の方法', en: 'Optimizer' },
    help: { ja: '重みを更新する計算の方法です。通常は AdamW のままにします。', en: 'How the weights are updated. Normally leave it at AdamW.' },
  },
  'training.learning_rate': {
    kind: 'number', default: 0.0005, min: 1e-9, max: 1, step: 0.00001, group: 'training',
    label: { ja: '学習率', en: 'Learning rate' },
    help: { ja: '1 回の更新でどれだけ大きく変えるかです。大きすぎると元の知識が壊れ、小さすぎると覚えません。', en: 'How large each update is. Too large ruins what the model knew, too small learns nothing.' },
  },
  'training.schedule': {
    kind: 'choice', default: 'cosine', group: 'training',
    choices: [
      { value: 'cosine', label: { ja: 'コサイン（ゆるやかに下げる）', en: 'Cosine' } },
      { value: 'linear', label: { ja: '直線（一定の割合で下げる）', en: 'Linear' } },
      { value: 'constant', label: { ja: '一定', en: 'Constant' } },
    ],
    label: { ja: '学習率の変え方', en: 'Schedule' },
    help: { ja: '学習が進むにつれて学習率をどう変えるかです。通常はコサインのままにします。', en: 'How the learning rate changes over the run. Normally leave it at cosine.' },
  },
  'training.warmup_epochs': {
    kind: 'number', default: 0, min: 0, max: 50, step: 0.05, unit: times, group: 'training', advanced: true,
    label: { ja: 'ウォームアップ', en: 'Warm-up epochs' },
    help: { ja: '最初の何エポックで学習率を 0 から少しずつ上げるかです。', en: 'Over how many epochs the learning rate rises from 0 at the start.' },
  },
  'training.min_learning_rate_ratio': {
    kind: 'number', default: 0, min: 0, max: 0.99, step: 0.01, group: 'training', advanced: true, shownWhen: { 'training.schedule': ['cosine', 'linear'] },
    label: { ja: '学習率の下限（比）', en: 'Minimum learning rate ratio' },
    help: { ja: '学習の終わりに学習率をどこまで下げるかを、学習率に対する比で決めます。', en: 'How low the learning rate falls by the end, as a share of the learning rate.' },
  },
  'training.weight_decay': {
    kind: 'number', default: 0, min: 0, max: 1, step: 0.001, group: 'training', advanced: true,
    label: { ja: '重み減衰', en: 'Weight decay' },
    help: { ja: '更新のたびに重みを少し小さくし、覚えすぎを抑えます。通常は 0 のままにします。', en: 'Shrinks the weights a little at each update against overfitting. Normally 0.' },
  },
  'training.gradient_clip': {
    kind: 'number', default: 1, min: 0, max: 100, step: 0.1, group: 'training', advanced: true,
    label: { ja: '勾配クリップ', en: 'Gradient clip' },
    help: { ja: '急に大きな更新が起きるのを抑える上限です。0 は上限なしです。', en: 'A limit against sudden large updates. 0 is no limit.' },
  },
  'training.grad_accumulation': {
    kind: 'integer', default: 1, min: 1, max: 64, step: 1, group: 'training', advanced: true,
    label: { ja: '勾配の累積', en: 'Gradient accumulation' },
    help: { ja: '何バッチ分をためてから 1 回更新するかです。メモリを増やさずにバッチを大きくできます。', en: 'How many batches are collected before one update: a larger batch without more memory.' },
  },
  'training.lora': {
    kind: 'boolean', default: true, group: 'training', advanced: true,
    label: { ja: 'LoRA を使う', en: 'Use LoRA' },
    help: { ja: 'オフにすると、モデルのすべての重みを学習します。メモリと保存容量が大きく増えます。', en: 'When off, every weight of the model is trained: far more memory and disk.' },
  },
  'training.lora_r': {
    kind: 'integer', default: 16, min: 1, max: 256, step: 1, group: 'training', shownWhen: { 'training.lora': [true] },
    label: { ja: 'LoRA の大きさ（r）', en: 'LoRA r' },
    help: { ja: '学習で足す部分の大きさです。大きいほど多くを覚えられますが、遅くなります。', en: 'The size of the part that is added and trained. Larger can learn more but is slower.' },
  },
  'training.lora_alpha': {
    kind: 'integer', default: 32, min: 1, max: 256, step: 1, group: 'training', shownWhen: { 'training.lora': [true] },
    label: { ja: 'LoRA の強さ（alpha）', en: 'LoRA alpha' },
    help: { ja: '足した部分をどれだけ強く効かせるかです。r の 2 倍が目安です。', en: 'How strongly the added part acts. Twice r is a good start.' },
  },
  'training.lora_dropout': {
    kind: 'number', default: 0.05, min: 0, max: 0.5, step: 0.01, group: 'training', shownWhen: { 'training.lora': [true] },
    label: { ja: 'LoRA のドロップアウト', en: 'LoRA dropout' },
    help: { ja: '学習中に一部をわざと休ませ、丸暗記を防ぎます。', en: 'Randomly rests a part during training so that the model does not just memorise.' },
  },
  'training.lora_target_modules': {
    kind: 'text', default: 'all-linear', maxCharacters: 1000, required: false, group: 'training', shownWhen: { 'training.lora': [true] }, advanced: true,
    label: { ja: 'LoRA を足す層', en: 'LoRA target modules' },
    help: { ja: '「all-linear」はすべての線形層、空欄は PEFT の既定です。「q_proj, v_proj」のように名前でも指定できます。', en: '"all-linear" is every linear layer, empty is PEFT\'s default; names such as "q_proj, v_proj" also work.' },
  },
  'augmentation.token_mask_probability': {
    kind: 'number', default: 0, min: 0, max: 0.9, step: 0.05, group: 'training', advanced: true,
    label: { ja: 'トークンを隠す割合', en: 'Token mask probability' },
    help: { ja: '学習中に一部のトークンをわざと隠し、丸暗記を防ぎます。通常は 0 のままにします。', en: 'Randomly hides some tokens during training against memorising. Normally 0.' },
  },
  'training.use_rslora': {
    kind: 'boolean', default: false, group: 'training', advanced: true, shownWhen: { 'training.lora': [true] },
    label: { ja: 'rsLoRA', en: 'rsLoRA' },
    help: { ja: 'LoRA の強さを alpha÷r ではなく alpha÷√r にします。r が大きいときに安定します。', en: 'Scales LoRA by alpha/√r instead of alpha/r: steadier for a large r.' },
  },
  'training.use_dora': {
    kind: 'boolean', default: false, group: 'training', advanced: true, shownWhen: { 'training.lora': [true] },
    label: { ja: 'DoRA', en: 'DoRA' },
    help: { ja: '重みの大きさと向きを分けて学習します。少し遅くなりますが、覚えがよくなることがあります。', en: 'Trains size and direction of the weights apart: a little slower, sometimes better.' },
  },
  'training.lora_unfreeze_layers': {
    kind: 'choice', default: '', group: 'training', advanced: true, shownWhen: { 'training.lora': [true] },
    choices: [
      { value: '', label: { ja: 'なし', en: 'None' } },
      { value: 'embed', label: { ja: '入力の埋め込み', en: 'Embeddings' } },
      { value: 'head', label: { ja: '出力層', en: 'Output layer' } },
      { value: 'embed, head', label: { ja: '埋め込みと出力層', en: 'Embeddings and output layer' } },
    ],
    label: { ja: 'そのまま学習する層', en: 'Layers trained as a whole' },
    help: { ja: 'LoRA に加えて、選んだ層の重みそのものを学習します。新しい言葉や文字が多いときに使います。', en: 'Trains the chosen layers themselves beside LoRA. For data with many new words or characters.' },
  },
  'training.start_from': {
    kind: 'reference', to: 'experiment', default: '', optional: true, group: 'training', advanced: true,
    label: { ja: '続きから学習する実験', en: 'Start from an experiment' },
    help: { ja: '以前の実験で学習した結果から始めます。同じベースモデルと同じ LoRA の設定が必要です。', en: "Begins with another experiment's result. It needs the same base model and LoRA settings." },
  },
  'training.save_checkpoint': {
    kind: 'choice', default: 'last', group: 'training', advanced: true,
    choices: [
      { value: 'last', label: { ja: '最後の結果', en: 'The last' } },
      { value: 'best', label: { ja: '検証でいちばん良かった結果', en: 'The best in validation' } },
      { value: 'each_evaluation_epoch', label: { ja: '検証のたびに残す', en: 'One of every evaluation' } },
    ],
    label: { ja: '使う学習結果', en: 'Checkpoint' },
    help: { ja: 'チャットや書き出しに使う学習結果です。「検証のたびに残す」では途中の結果もすべて保存します。', en: 'Which result the chat and exports use. "Every evaluation" also keeps all earlier ones.' },
  },
  'training.evaluate_before_training': {
    kind: 'boolean', default: false, group: 'validation', advanced: true,
    label: { ja: '学習の前にも検証する', en: 'Evaluate before training' },
    help: { ja: '学習を始める前のモデルも検証し、学習の効果を比べられるようにします。', en: 'Also evaluates the untrained model, to compare with.' },
  },
  'training.train_validation_data': {
    kind: 'boolean', default: false, group: 'validation', advanced: true,
    label: { ja: '検証データも学習に使う', en: 'Train on validation data' },
    help: { ja: '検証に使う行も学習させます。データが少ないときに使いますが、検証の値は甘くなります。', en: 'Validation rows are learnt too. For small datasets; the validation then flatters.' },
  },
  'training.evaluation_epochs': {
    kind: 'number', default: 10, min: 0.1, max: 1000, step: 0.1, unit: times, group: 'validation', advanced: true,
    label: { ja: '検証の間隔', en: 'Evaluate every' },
    help: { ja: '何エポックごとに検証の損失と回答例を確認するかです。', en: 'After how many epochs the validation loss and sample answers are computed.' },
  },
  'prediction.metric': {
    kind: 'choice', default: 'loss', group: 'validation', advanced: true,
    choices: [
      { value: 'loss', label: { ja: '検証の損失', en: 'Validation loss' } },
      { value: 'Perplexity', label: { ja: 'パープレキシティ', en: 'Perplexity' } },
      { value: 'BLEU', label: { ja: 'BLEU', en: 'BLEU' } },
      { value: 'chrF', label: { ja: 'chrF', en: 'chrF' } },
      { value: 'ExactMatch', label: { ja: '完全一致', en: 'Exact match' } },
    ],
    label: { ja: '評価の方法', en: 'Metric' },
    help: { ja: '検証で計算する値です。BLEU・chrF・完全一致では、検証のすべての行に回答させて正解と比べます。', en: 'What validation computes. BLEU, chrF and exact match answer every validation row and compare.' },
  },
  'prediction.bleu_tokenizer': {
    kind: 'choice', default: 'char', group: 'validation', advanced: true, shownWhen: { 'prediction.metric': ['BLEU'] },
    choices: [
      { value: 'char', label: { ja: '1 文字ずつ（日本語向け）', en: 'Characters (for Japanese)' } },
      { value: '13a', label: { ja: '13a（英語向け・H2O と同じ）', en: '13a (for English, as H2O)' } },
      { value: 'zh', label: { ja: 'zh（中国語向け）', en: 'zh (for Chinese)' } },
      { value: 'intl', label: { ja: 'intl（多言語）', en: 'intl (international)' } },
      { value: 'none', label: { ja: '空白で区切る', en: 'Split at blanks' } },
    ],
    label: { ja: 'BLEU の区切り方', en: 'BLEU tokenizer' },
    help: { ja: 'BLEU を計算するときの文の区切り方です。日本語では 1 文字ずつにします。', en: 'How sentences are cut for BLEU. For Japanese, characters.' },
  },
  'prediction.batch_size_inference': {
    kind: 'integer', default: 0, min: 0, max: 512, step: 1, unit: rows, group: 'validation', advanced: true,
    label: { ja: '検証のバッチサイズ', en: 'Inference batch size' },
    help: { ja: '検証で一度に回答させる行数です。0 は学習のバッチサイズと同じです。', en: 'How many rows are answered together in validation. 0 is the training batch size.' },
  },
  'prediction.do_sample': {
    kind: 'boolean', default: false, group: 'prediction',
    label: { ja: '回答に変化をつける', en: 'Sampling' },
    help: { ja: 'オフなら毎回同じ、最も確からしい回答になります。オンにすると毎回少し変わります。', en: 'Off always gives the most likely answer; on lets it vary.' },
  },
  'prediction.temperature': {
    kind: 'number', default: 0.7, min: 0, max: 10, step: 0.05, group: 'prediction', shownWhen: { 'prediction.do_sample': [true] },
    label: { ja: '温度', en: 'Temperature' },
    help: { ja: '高いほど意外な言葉を選び、低いほど手堅くなります。', en: 'Higher picks more surprising words, lower is safer.' },
  },
  'prediction.top_k': {
    kind: 'integer', default: 0, min: 0, max: 1000, step: 1, group: 'prediction', shownWhen: { 'prediction.do_sample': [true] },
    label: { ja: 'top-k', en: 'Top-k' },
    help: { ja: '次の言葉を、確からしい順に何個までの候補から選ぶかです。0 は制限なしです。', en: 'From how many of the likeliest words the next one is chosen. 0 is no limit.' },
  },
  'prediction.top_p': {
    kind: 'number', default: 1, min: 0.01, max: 1, step: 0.01, group: 'prediction', shownWhen: { 'prediction.do_sample': [true] },
    label: { ja: 'top-p', en: 'Top-p' },
    help: { ja: '確からしさの合計がこの値になるまでの候補から選びます。1 は制限なしです。', en: 'Chooses among the likeliest words whose probabilities add up to this. 1 is no limit.' },
  },
  'prediction.min_p': {
    kind: 'number', default: 0, min: 0, max: 1, step: 0.01, group: 'prediction', advanced: true, shownWhen: { 'prediction.do_sample': [true] },
    label: { ja: 'min-p', en: 'Min-p' },
    help: { ja: 'いちばん確からしい言葉の何割以上の確率があれば候補に残すかです。0 は制限なしです。', en: 'How likely a word must be, relative to the likeliest, to stay a candidate. 0 is no limit.' },
  },
  'prediction.num_beams': {
    kind: 'integer', default: 1, min: 1, max: 10, step: 1, group: 'prediction', advanced: true, shownWhen: { 'prediction.do_sample': [false] },
    label: { ja: 'ビームの数', en: 'Beams' },
    help: { ja: '何通りの回答を同時に伸ばして、最も確からしいものを選ぶかです。1 は通常の生成で、増やすほど遅くなります。', en: 'How many answers are grown side by side to pick the likeliest. 1 is normal; more is slower.' },
  },
  'prediction.length_penalty': {
    kind: 'number', default: 1, min: -5, max: 5, step: 0.1, group: 'prediction', advanced: true, shownWhen: { 'prediction.do_sample': [false] },
    label: { ja: '長さの重み', en: 'Length penalty' },
    help: { ja: 'ビームの数が 2 以上のとき、大きいほど長い回答、小さいほど短い回答を選びます。', en: 'With two or more beams, larger prefers longer answers, smaller prefers shorter ones.' },
  },
  'prediction.repetition_penalty': {
    kind: 'number', default: 1, min: 1, max: 10, step: 0.025, group: 'prediction',
    label: { ja: 'くり返しの抑制', en: 'Repetition penalty' },
    help: { ja: '1 より大きくすると、同じ言葉のくり返しを避けます。', en: 'Above 1, words already used become less likely.' },
  },
  'prediction.stop_tokens': {
    kind: 'text', default: '', maxCharacters: 1000, required: false, group: 'prediction', advanced: true,
    label: { ja: '生成を止める言葉', en: 'Stop words' },
    help: { ja: 'この言葉が出たら回答を終えます。複数あるときは半角のカンマで区切ります。', en: 'The answer ends before any of these. Separate several by commas.' },
  },
  'prediction.min_length_inference': {
    kind: 'integer', default: 0, min: 0, max: 1024, step: 1, unit: tokens, group: 'prediction', advanced: true,
    label: { ja: '回答の最小の長さ', en: 'Minimum answer length' },
    help: { ja: '少なくともこの長さまで回答を続けます。', en: 'Answers go on for at least this long.' },
  },
  'prediction.max_length_inference': {
    kind: 'integer', default: 256, min: 1, max: 4096, step: 1, unit: tokens, group: 'prediction',
    label: { ja: '回答の最大の長さ', en: 'Maximum answer length' },
    help: { ja: '回答をこの長さで打ち切ります。', en: 'Answers are cut off at this length.' },
  },
  'prediction.seed': {
    kind: 'integer', default: -1, min: -1, max: 2147483647, step: 1, group: 'prediction', advanced: true, shownWhen: { 'prediction.do_sample': [true] },
    label: { ja: '回答の乱数の種', en: 'Sampling seed' },
    help: { ja: '同じ値なら同じ回答になります。-1 は毎回変わります。', en: 'The same value gives the same answer. -1 changes every time.' },
  },
  'environment.device': {
    kind: 'choice', default: 'auto', group: 'environment',
    choices: [
      { value: 'auto', label: { ja: '自動（おすすめ）', en: 'Automatic (recommended)' } },
      { value: 'cpu', label: { ja: 'CPU', en: 'CPU' } },
      { value: 'cuda', label: { ja: 'NVIDIA GPU（CUDA）', en: 'NVIDIA GPU (CUDA)' } },
      { value: 'directml', label: { ja: 'GPU（DirectML）', en: 'GPU (DirectML)' } },
      { value: 'coreml', label: { ja: 'Apple（Core ML）', en: 'Apple (Core ML)' } },
      { value: 'webgpu', label: { ja: 'GPU（WebGPU）', en: 'GPU (WebGPU)' } },
    ],
    label: { ja: '計算に使う装置', en: 'Device' },
    help: { ja: '通常は自動のままにします。このパソコンで使えない装置を選ぶと、ここに理由を表示します。', en: 'Normally automatic. If a chosen device cannot be used on this computer, the reason is shown here.' },
  },
  'environment.precision': {
    kind: 'choice', default: 'auto', group: 'environment', advanced: true,
    choices: [
      { value: 'auto', label: { ja: '自動（おすすめ）', en: 'Automatic (recommended)' } },
      { value: 'float32', label: { ja: 'float32（標準の精度）', en: 'float32 (full precision)' } },
      { value: 'float16', label: { ja: 'float16（GPU で速い）', en: 'float16 (fast on GPUs)' } },
      { value: 'bfloat16', label: { ja: 'bfloat16（新しい GPU で速い）', en: 'bfloat16 (fast on recent GPUs)' } },
    ],
    label: { ja: '計算の精度', en: 'Precision' },
    help: { ja: '計算に使う数の細かさです。自動では、NVIDIA GPU なら float16、ほかでは CPU でいちばん速く正確な float32 になります。', en: 'The number format used for computing. Automatic means float16 on an NVIDIA GPU; elsewhere float32, which is both fastest and most exact on a CPU.' },
  },
  'environment.seed': {
    kind: 'integer', default: 1, min: 0, max: 2147483647, step: 1, group: 'environment', advanced: true,
    label: { ja: '乱数の種', en: 'Seed' },
    help: { ja: '同じ値なら、同じデータから同じ結果になります。', en: 'The same value gives the same result from the same data.' },
  },
} as const satisfies Record<string, SettingDefinition>
