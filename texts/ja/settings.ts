import { devices } from './devices.ts'

/** Label, help (at most two sentences: what it does and when to change it) and names of the options of every setting. */
export const settings = {
  'general.experiment_name': {
    label: '実験の名前',
    help: '一覧やチャットで見分けるための名前です。空のままなら日時から付けます。',
  },
  'dataset.id': { label: 'データセット', help: 'モデルに教える質問と回答の表です。質問の列と回答の列が必要です。' },
  'general.llm_backbone': {
    label: 'ベースモデル',
    help: '学習の出発点になるモデルです。元のモデルは書き換えず、差分（アダプター）だけを学習します。',
  },
  'dataset.validation_size': {
    label: '検証データの割合',
    help: '学習に使わず、覚え具合の確認に使う行の割合です（端数は切り上げ）。0 にすると全行を学習に使います。',
  },
  'dataset.sample_format': {
    label: '文のつなぎ方',
    help: '質問と回答を 1 つの文にまとめる形式です。自動では、モデルにチャット形式があればそれを、なければ H2O 互換の区切りを使います。',
    options: { auto: '自動（おすすめ）', template: 'モデルのチャット形式', h2o: 'H2O 互換の区切り' },
  },
  'dataset.prompt_column_separator': {
    label: '質問の列のつなぎ方',
    help: '質問の列がいくつかあるとき、その間に入れるものです。空のセルは飛ばします。',
    options: { 'blank-line': '空行', 'line-break': '改行', 'two-spaces': '空白 2 つ' },
  },
  'dataset.text_system_start': {
    label: 'システム文の前に付ける文字',
    help: 'システム文の直前に入れる区切りです。書いた文字がそのまま使われます。',
  },
  'dataset.text_prompt_start': {
    label: '質問の前に付ける文字',
    help: '質問の直前に入れる区切りです。書いた文字がそのまま使われます。',
  },
  'dataset.text_answer_separator': {
    label: '質問と回答の区切り',
    help: '質問と回答の間に入れる区切りです。書いた文字がそのまま使われます。',
  },
  'dataset.add_eos_token_to_system': {
    label: 'システム文に終わりの印を付ける',
    help: 'システム文の直後に、モデルの終わりの印を入れます。',
  },
  'dataset.add_eos_token_to_prompt': {
    label: '質問に終わりの印を付ける',
    help: '質問の直後、回答との区切りの前に、モデルの終わりの印を入れます。',
  },
  'dataset.add_eos_token_to_answer': {
    label: '回答に終わりの印を付ける',
    help: '回答の直後に、モデルの終わりの印を入れます。オフにすると、モデルは答え終わることを学びません。',
  },
  'dataset.limit_chained_samples': {
    label: '会話全体だけを学習する',
    help: '行をつないだ会話で、途中までの会話を別のサンプルにしません。「親の行」の列があるときだけ働きます。',
  },
  'dataset.mask_prompt_labels': {
    label: '回答だけを採点する',
    help: 'オンにすると、質問の文ではなく回答の文だけを学習の対象にします。通常はオンのままにします。',
  },
  'dataset.only_last_answer': {
    label: '最後の回答だけを採点する',
    help: '会話に回答がいくつもあるとき、最後の回答だけを学習の対象にします。',
  },
  'tokenizer.max_length_prompt': {
    label: '質問の最大の長さ',
    help: '質問がこれより長いと、前のほうを切り落とします。',
  },
  'tokenizer.max_length_answer': {
    label: '回答の最大の長さ',
    help: '回答がこれより長いと、後ろのほうを切り落とします。終わりの印は必ず残ります。',
  },
  'tokenizer.max_length': {
    label: '全体の最大の長さ',
    help: '質問と回答を合わせた長さの上限です。長いほどメモリと時間が必要になります。',
  },
  'tokenizer.padding_quantile': {
    label: '長い行の切り詰め（分位）',
    help: 'バッチの中で、この割合の位置にある長さより長い行の先頭を切り落とします。0 と 1 では切り落としません。',
  },
  'architecture.backbone_dtype': {
    label: 'ベースモデルの重みの持ち方',
    help: 'ベースモデルをメモリに置くときの形です。小さくするほど大きなモデルが入りますが、精度は少し落ちます。',
    options: {
      'as-stored': '元のまま（標準）',
      float16: 'float16（半分の大きさ）',
      bfloat16: 'bfloat16（半分の大きさ）',
      int8: 'int8（4 分の 1 の大きさ）',
      int4: 'int4（8 分の 1 の大きさ）',
    },
  },
  'architecture.gradient_checkpointing': {
    label: '勾配チェックポイント',
    help: '途中の計算結果を捨てて後で計算し直し、メモリを節約します。そのぶん遅くなりますが、結果は変わりません。',
  },
  'architecture.intermediate_dropout': {
    label: '中間層のドロップアウト',
    help: '学習中にモデルの中間層の一部を休ませる割合です。0 のときはモデルの設定ファイルの値を使います。',
  },
  'augmentation.neftune_noise_alpha': {
    label: 'NEFTune のノイズ',
    help: '学習中に入力へ加えるノイズの強さで、言い回しを変えた質問に強くなることがあります。0 は使いません。',
  },
  'training.epochs': {
    label: '学習回数（エポック）',
    help: 'データセット全体を何回くり返して学習するかです。1 つの事実を覚えさせるなら 50 回ほどが目安です。',
  },
  'training.batch_size': {
    label: 'バッチサイズ',
    help: '1 回の更新でまとめて学習する行数です。大きいほど安定しますが、メモリを多く使います。',
  },
  'training.optimizer': {
    label: '最適化の方法',
    help: '重みを更新する計算の方法です。通常は AdamW のままにします。',
    options: {
      AdamW: 'AdamW（標準）',
      AdamW8bit: 'AdamW 8 bit（省メモリ）',
      SGD: 'SGD（モーメンタム 0.9）',
      Lion: 'Lion（省メモリ、学習率は小さめに）',
    },
  },
  'training.learning_rate': {
    label: '学習率',
    help: '1 回の更新でどれだけ大きく変えるかです。大きすぎると元の知識が壊れ、小さすぎると覚えません。',
  },
  'training.schedule': {
    label: '学習率の変え方',
    help: '学習が進むにつれて学習率をどう変えるかです。通常はコサインのままにします。',
    options: { cosine: 'コサイン（ゆるやかに下げる）', linear: '直線（一定の割合で下げる）', constant: '一定' },
  },
  'training.warmup_epochs': {
    label: 'ウォームアップ',
    help: '最初の何エポックで学習率を 0 から少しずつ上げるかです。',
  },
  'training.min_learning_rate_ratio': {
    label: '学習率の下限（比）',
    help: '学習の終わりに学習率をどこまで下げるかを、学習率に対する比で決めます。',
  },
  'training.weight_decay': {
    label: '重み減衰',
    help: '更新のたびに重みを少し小さくし、覚えすぎを抑えます。通常は 0 のままにします。',
  },
  'training.gradient_clip': {
    label: '勾配クリップ',
    help: '急に大きな更新が起きるのを抑える上限です。0 は上限なしです。',
  },
  'training.label_smoothing': {
    label: 'ラベルスムージング',
    help: '正解の確率のうちこの割合を全トークンに均等に分け、自信の持ちすぎを抑えます。検証の損失には使いません。',
  },
  'training.grad_accumulation': {
    label: '勾配の累積',
    help: '何バッチ分をためてから 1 回更新するかです。メモリを増やさずにバッチを大きくできます。',
  },
  'training.lora': {
    label: 'LoRA を使う',
    help: 'オフにすると、モデルのすべての重みを学習します。メモリと保存容量が大きく増えます。',
  },
  'training.lora_r': {
    label: 'LoRA の大きさ（r）',
    help: '学習で足す部分の大きさです。大きいほど多くを覚えられますが、遅くなります。',
  },
  'training.lora_alpha': {
    label: 'LoRA の強さ（alpha）',
    help: '足した部分をどれだけ強く効かせるかです。r の 2 倍が目安です。',
  },
  'training.lora_dropout': { label: 'LoRA のドロップアウト', help: '学習中に一部をわざと休ませ、丸暗記を防ぎます。' },
  'training.lora_target_modules': {
    label: 'LoRA を足す層',
    help: '「all-linear」はすべての線形層、空欄は PEFT の既定です。「q_proj, v_proj」のように名前でも指定できます。',
  },
  'augmentation.token_mask_probability': {
    label: 'トークンを隠す割合',
    help: '学習中に一部のトークンをわざと隠し、丸暗記を防ぎます。通常は 0 のままにします。',
  },
  'training.use_rslora': {
    label: 'rsLoRA',
    help: 'LoRA の強さを alpha÷r ではなく alpha÷√r にします。r が大きいときに安定します。',
  },
  'training.use_dora': {
    label: 'DoRA',
    help: '重みの大きさと向きを分けて学習します。少し遅くなりますが、覚えがよくなることがあります。',
  },
  'training.lora_unfreeze_layers': {
    label: 'そのまま学習する層',
    help: 'LoRA に加えて、選んだ層の重みそのものを学習します。新しい言葉や文字が多いときに使います。',
    options: { '': 'なし', embed: '入力の埋め込み', head: '出力層', 'embed, head': '埋め込みと出力層' },
  },
  'training.start_from': {
    label: '続きから学習する実験',
    help: '以前の実験で学習した結果から始めます。同じベースモデルと同じ LoRA の設定が必要です。',
  },
  'training.save_checkpoint': {
    label: '使う学習結果',
    help: 'チャットや書き出しに使う学習結果です。「検証のたびに残す」では途中の結果もすべて保存します。',
    options: { last: '最後の結果', best: '検証でいちばん良かった結果', each_evaluation_epoch: '検証のたびに残す' },
  },
  'training.evaluate_before_training': {
    label: '学習の前にも検証する',
    help: '学習を始める前のモデルも検証し、学習の効果を比べられるようにします。',
  },
  'training.train_validation_data': {
    label: '検証データも学習に使う',
    help: '検証に使う行も学習させます。データが少ないときに使いますが、検証の値は甘くなります。',
  },
  'training.evaluation_epochs': { label: '検証の間隔', help: '何エポックごとに検証の損失と回答例を確認するかです。' },
  'prediction.metric': {
    label: '評価の方法',
    help: '検証で計算する値です。BLEU・chrF・完全一致では、検証のすべての行に回答させて正解と比べます。',
    options: { loss: '検証の損失', Perplexity: 'パープレキシティ', BLEU: 'BLEU', chrF: 'chrF', ExactMatch: '完全一致' },
  },
  'prediction.bleu_tokenizer': {
    label: 'BLEU の区切り方',
    help: 'BLEU を計算するときの文の区切り方です。日本語では 1 文字ずつにします。',
    options: {
      char: '1 文字ずつ（日本語向け）',
      '13a': '13a（英語向け・H2O と同じ）',
      zh: 'zh（中国語向け）',
      intl: 'intl（多言語）',
      none: '空白で区切る',
    },
  },
  'prediction.batch_size_inference': {
    label: '検証のバッチサイズ',
    help: '検証で一度に回答させる行数です。0 は学習のバッチサイズと同じです。',
  },
  'prediction.do_sample': {
    label: '回答に変化をつける',
    help: 'オフなら毎回同じ、最も確からしい回答になります。オンにすると毎回少し変わります。',
  },
  'prediction.temperature': { label: '温度', help: '高いほど意外な言葉を選び、低いほど手堅くなります。' },
  'prediction.top_k': {
    label: 'top-k',
    help: '次の言葉を、確からしい順に何個までの候補から選ぶかです。0 は制限なしです。',
  },
  'prediction.top_p': {
    label: 'top-p',
    help: '確からしさの合計がこの値になるまでの候補から選びます。1 は制限なしです。',
  },
  'prediction.min_p': {
    label: 'min-p',
    help: 'いちばん確からしい言葉の何割以上の確率があれば候補に残すかです。0 は制限なしです。',
  },
  'prediction.num_beams': {
    label: 'ビームの数',
    help: '何通りの回答を同時に伸ばして、最も確からしいものを選ぶかです。1 は通常の生成で、増やすほど遅くなります。',
  },
  'prediction.length_penalty': {
    label: '長さの重み',
    help: 'ビームの数が 2 以上のとき、大きいほど長い回答、小さいほど短い回答を選びます。',
  },
  'prediction.repetition_penalty': {
    label: 'くり返しの抑制',
    help: '1 より大きくすると、同じ言葉のくり返しを避けます。',
  },
  'prediction.stop_tokens': {
    label: '生成を止める言葉',
    help: 'この言葉が出たら回答を終えます。複数あるときは半角のカンマで区切ります。',
  },
  'prediction.min_length_inference': { label: '回答の最小の長さ', help: '少なくともこの長さまで回答を続けます。' },
  'prediction.max_length_inference': { label: '回答の最大の長さ', help: '回答をこの長さで打ち切ります。' },
  'prediction.seed': { label: '回答の乱数の種', help: '同じ値なら同じ回答になります。-1 は毎回変わります。' },
  'environment.device': {
    label: '計算に使う装置',
    help: '通常は自動のままにします。このパソコンで使えない装置を選ぶと、ここに理由を表示します。',
    options: { auto: '自動（おすすめ）', ...devices.names },
  },
  'environment.precision': {
    label: '計算の精度',
    help: '計算に使う数の細かさです。自動では、NVIDIA GPU なら float16、ほかでは CPU でいちばん速く正確な float32 になります。',
    options: {
      auto: '自動（おすすめ）',
      float32: 'float32（標準の精度）',
      float16: 'float16（GPU で速い）',
      bfloat16: 'bfloat16（新しい GPU で速い）',
    },
  },
  'environment.seed': { label: '乱数の種', help: '同じ値なら、同じデータから同じ結果になります。' },
} as const

/** What the numbers of settings count. */
export const units = { tokens: 'トークン', epochs: '回', rows: '行' } as const
