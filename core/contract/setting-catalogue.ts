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
    kind: 'choice', default: 'template', group: 'dataset', advanced: true,
    choices: [
      { value: 'template', label: { ja: 'モデルのチャット形式', en: "The model's chat template" } },
      { value: 'h2o', label: { ja: 'H2O 互換の区切り', en: 'H2O markers' } },
    ],
    label: { ja: '文のつなぎ方', en: 'Sample format' },
    help: { ja: '質問と回答を 1 つの文にまとめる形式です。通常はモデルのチャット形式のままにします。', en: "How a question and its answer are joined. Normally leave it at the model's own chat template." },
  },
  'dataset.text_prompt_start': {
    kind: 'text', default: '<|prompt|>', maxCharacters: 200, required: false, group: 'dataset', advanced: true, shownWhen: { 'dataset.sample_format': ['h2o'] },
    label: { ja: '質問の前に付ける文字', en: 'Text before the prompt' },
    help: { ja: '質問の直前に入れる区切りです。書いた文字がそのまま使われます。', en: 'The marker placed right before the question, taken literally.' },
  },
  'dataset.text_answer_separator': {
    kind: 'text', default: '<|answer|>', maxCharacters: 200, required: false, group: 'dataset', advanced: true, shownWhen: { 'dataset.sample_format': ['h2o'] },
    label: { ja: '質問と回答の区切り', en: 'Text before the answer' },
    help: { ja: '質問と回答の間に入れる区切りです。書いた文字がそのまま使われます。', en: 'The marker placed between question and answer, taken literally.' },
  },
  'dataset.mask_prompt_labels': {
    kind: 'boolean', default: true, group: 'dataset',
    label: { ja: '回答だけを採点する', en: 'Loss on the answer only' },
    help: { ja: 'オンにすると、質問の文ではなく回答の文だけを学習の対象にします。通常はオンのままにします。', en: 'When on, only the answer counts for learning, not the question. Normally leave it on.' },
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
  'training.lora_r': {
    kind: 'integer', default: 16, min: 1, max: 256, step: 1, group: 'training',
    label: { ja: 'LoRA の大きさ（r）', en: 'LoRA r' },
    help: { ja: '学習で足す部分の大きさです。大きいほど多くを覚えられますが、遅くなります。', en: 'The size of the part that is added and trained. Larger can learn more but is slower.' },
  },
  'training.lora_alpha': {
    kind: 'integer', default: 32, min: 1, max: 256, step: 1, group: 'training',
    label: { ja: 'LoRA の強さ（alpha）', en: 'LoRA alpha' },
    help: { ja: '足した部分をどれだけ強く効かせるかです。r の 2 倍が目安です。', en: 'How strongly the added part acts. Twice r is a good start.' },
  },
  'training.lora_dropout': {
    kind: 'number', default: 0.05, min: 0, max: 0.5, step: 0.01, group: 'training',
    label: { ja: 'LoRA のドロップアウト', en: 'LoRA dropout' },
    help: { ja: '学習中に一部をわざと休ませ、丸暗記を防ぎます。', en: 'Randomly rests a part during training so that the model does not just memorise.' },
  },
  'training.lora_target_modules': {
    kind: 'text', default: 'all-linear', maxCharacters: 1000, required: false, group: 'training', advanced: true,
    label: { ja: 'LoRA を足す層', en: 'LoRA target modules' },
    help: { ja: '「all-linear」はすべての線形層、空欄は PEFT の既定です。「q_proj, v_proj」のように名前でも指定できます。', en: '"all-linear" is every linear layer, empty is PEFT\'s default; names such as "q_proj, v_proj" also work.' },
  },
  'training.evaluation_epochs': {
    kind: 'number', default: 10, min: 0.1, max: 1000, step: 0.1, unit: times, group: 'training', advanced: true,
    label: { ja: '検証の間隔', en: 'Evaluate every' },
    help: { ja: '何エポックごとに検証の損失と回答例を確認するかです。', en: 'After how many epochs the validation loss and sample answers are computed.' },
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
  'prediction.repetition_penalty': {
    kind: 'number', default: 1, min: 1, max: 10, step: 0.025, group: 'prediction',
    label: { ja: 'くり返しの抑制', en: 'Repetition penalty' },
    help: { ja: '1 より大きくすると、同じ言葉のくり返しを避けます。', en: 'Above 1, words already used become less likely.' },
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
      { value: 'cuda', label: { ja: 'NVIDIA GPU(CUDA)', en: 'NVIDIA GPU (CUDA)' } },
      { value: 'directml', label: { ja: 'GPU(DirectML)', en: 'GPU (DirectML)' } },
      { value: 'coreml', label: { ja: 'Apple(Core ML)', en: 'Apple (Core ML)' } },
      { value: 'webgpu', label: { ja: 'GPU(WebGPU)', en: 'GPU (WebGPU)' } },
    ],
    label: { ja: '計算に使う装置', en: 'Device' },
    help: { ja: '通常は自動のままにします。使えない装置を選ぶと、開始前に理由をお知らせします。', en: 'Normally automatic. If a chosen device cannot be used, you are told why before the start.' },
  },
  'environment.precision': {
    kind: 'choice', default: 'float32', group: 'environment', advanced: true,
    choices: [{ value: 'float32', label: { ja: 'float32（標準の精度）', en: 'float32 (full precision)' } }],
    label: { ja: '計算の精度', en: 'Precision' },
    help: { ja: '計算に使う数の細かさです。現在は float32 で計算します。', en: 'The number format used for computing; at present float32.' },
  },
  'environment.seed': {
    kind: 'integer', default: 1, min: 0, max: 2147483647, step: 1, group: 'environment', advanced: true,
    label: { ja: '乱数の種', en: 'Seed' },
    help: { ja: '同じ値なら、同じデータから同じ結果になります。', en: 'The same value gives the same result from the same data.' },
  },
} as const satisfies Record<string, SettingDefinition>
