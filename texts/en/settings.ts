import type { LocaleOf } from '../locale.ts'
import type { settings as ja, units as jaUnits } from '../ja/settings.ts'
import { devices } from './devices.ts'

export const settings: LocaleOf<typeof ja> = {
  'general.experiment_name': {
    label: 'Experiment name',
    help: 'The name shown in lists and in the chat. Left empty, one is made from the date and time.',
  },
  'dataset.id': {
    label: 'Dataset',
    help: 'The table of questions and answers to teach. It needs a question column and an answer column.',
  },
  'general.llm_backbone': {
    label: 'Base model',
    help: 'The model that learning starts from. It is never changed: only a small adapter is trained.',
  },
  'dataset.validation_size': {
    label: 'Validation size',
    help: 'The share of rows kept out of training to check progress, rounded up. 0 trains on every row.',
  },
  'dataset.sample_format': {
    label: 'Sample format',
    help: "How a question and its answer are joined. Automatic takes the model's own chat template, or H2O's markers where it has none.",
    options: { auto: 'Automatic (recommended)', template: "The model's chat template", h2o: 'H2O markers' },
  },
  'dataset.prompt_column_separator': {
    label: 'Between prompt columns',
    help: 'What stands between several prompt columns. Empty cells are skipped.',
    options: { 'blank-line': 'Blank line', 'line-break': 'Line break', 'two-spaces': 'Two spaces' },
  },
  'dataset.text_system_start': {
    label: 'Text before the system text',
    help: 'The marker placed right before the system text, taken literally.',
  },
  'dataset.text_prompt_start': {
    label: 'Text before the prompt',
    help: 'The marker placed right before the question, taken literally.',
  },
  'dataset.text_answer_separator': {
    label: 'Text before the answer',
    help: 'The marker placed between question and answer, taken literally.',
  },
  'dataset.add_eos_token_to_system': {
    label: 'End mark after the system text',
    help: "Puts the model's end mark right after the system text.",
  },
  'dataset.add_eos_token_to_prompt': {
    label: 'End mark after the prompt',
    help: "Puts the model's end mark after the question, before the separator.",
  },
  'dataset.add_eos_token_to_answer': {
    label: 'End mark after the answer',
    help: "Puts the model's end mark after the answer. Off, the model does not learn to finish.",
  },
  'dataset.limit_chained_samples': {
    label: 'Whole conversations only',
    help: 'Of conversations made of several rows, beginnings are no samples of their own. Only acts with a parent column.',
  },
  'dataset.mask_prompt_labels': {
    label: 'Loss on the answer only',
    help: 'When on, only the answer counts for learning, not the question. Normally leave it on.',
  },
  'dataset.only_last_answer': {
    label: 'Loss on the last answer only',
    help: 'Of several answers in a conversation only the last counts for learning.',
  },
  'tokenizer.max_length_prompt': { label: 'Maximum prompt length', help: 'Longer questions lose their beginning.' },
  'tokenizer.max_length_answer': {
    label: 'Maximum answer length',
    help: 'Longer answers lose their end; the end mark always stays.',
  },
  'tokenizer.max_length': {
    label: 'Maximum length',
    help: 'The limit for question and answer together. Longer needs more memory and time.',
  },
  'tokenizer.padding_quantile': {
    label: 'Padding quantile',
    help: 'In each batch, rows longer than this quantile of its lengths lose their beginning. 0 and 1 cut nothing.',
  },
  'architecture.backbone_dtype': {
    label: 'Base weights',
    help: 'How the base model lies in memory. Smaller forms fit larger models, at a little precision.',
    options: {
      'as-stored': 'As stored (standard)',
      float16: 'float16 (half the size)',
      bfloat16: 'bfloat16 (half the size)',
      int8: 'int8 (a quarter of the size)',
      int4: 'int4 (an eighth of the size)',
    },
  },
  'architecture.gradient_checkpointing': {
    label: 'Gradient checkpointing',
    help: 'Saves memory by computing intermediate results again; slower, with the same result.',
  },
  'architecture.intermediate_dropout': {
    label: 'Intermediate dropout',
    help: "The share of the model's inner values rested while training. At 0 the model's own configuration decides.",
  },
  'augmentation.neftune_noise_alpha': {
    label: 'NEFTune noise',
    help: 'The strength of noise added to the input while training, which can help with rephrased questions. 0 is off.',
  },
  'training.epochs': {
    label: 'Epochs',
    help: 'How often the whole dataset is repeated. About 50 teaches a single fact.',
  },
  'training.batch_size': {
    label: 'Batch size',
    help: 'How many rows are learnt together in one update. Larger is steadier but needs more memory.',
  },
  'training.optimizer': {
    label: 'Optimizer',
    help: 'How the weights are updated. Normally leave it at AdamW.',
    options: {
      AdamW: 'AdamW (standard)',
      AdamW8bit: 'AdamW 8 bit (less memory)',
      SGD: 'SGD (momentum 0.9)',
      Lion: 'Lion (less memory, lower rate)',
    },
  },
  'training.learning_rate': {
    label: 'Learning rate',
    help: 'How large each update is. Too large ruins what the model knew, too small learns nothing.',
  },
  'training.schedule': {
    label: 'Schedule',
    help: 'How the learning rate changes over the run. Normally leave it at cosine.',
    options: { cosine: 'Cosine', linear: 'Linear', constant: 'Constant' },
  },
  'training.warmup_epochs': {
    label: 'Warm-up epochs',
    help: 'Over how many epochs the learning rate rises from 0 at the start.',
  },
  'training.min_learning_rate_ratio': {
    label: 'Minimum learning rate ratio',
    help: 'How low the learning rate falls by the end, as a share of the learning rate.',
  },
  'training.weight_decay': {
    label: 'Weight decay',
    help: 'Shrinks the weights a little at each update against overfitting. Normally 0.',
  },
  'training.gradient_clip': { label: 'Gradient clip', help: 'A limit against sudden large updates. 0 is no limit.' },
  'training.label_smoothing': {
    label: 'Label smoothing',
    help: 'Spreads this share of the target evenly over all tokens, against overconfidence. The validation loss stays without it.',
  },
  'training.grad_accumulation': {
    label: 'Gradient accumulation',
    help: 'How many batches are collected before one update: a larger batch without more memory.',
  },
  'training.lora': {
    label: 'Use LoRA',
    help: 'When off, every weight of the model is trained: far more memory and disk.',
  },
  'training.lora_r': {
    label: 'LoRA r',
    help: 'The size of the part that is added and trained. Larger can learn more but is slower.',
  },
  'training.lora_alpha': { label: 'LoRA alpha', help: 'How strongly the added part acts. Twice r is a good start.' },
  'training.lora_dropout': {
    label: 'LoRA dropout',
    help: 'Randomly rests a part during training so that the model does not just memorise.',
  },
  'training.lora_target_modules': {
    label: 'LoRA target modules',
    help: '"all-linear" is every linear layer, empty is PEFT\'s default; names such as "q_proj, v_proj" also work.',
  },
  'augmentation.token_mask_probability': {
    label: 'Token mask probability',
    help: 'Randomly hides some tokens during training against memorising. Normally 0.',
  },
  'training.use_rslora': {
    label: 'rsLoRA',
    help: 'Scales LoRA by alpha/√r instead of alpha/r: steadier for a large r.',
  },
  'training.use_dora': {
    label: 'DoRA',
    help: 'Trains size and direction of the weights apart: a little slower, sometimes better.',
  },
  'training.lora_unfreeze_layers': {
    label: 'Layers trained as a whole',
    help: 'Trains the chosen layers themselves beside LoRA. For data with many new words or characters.',
    options: { '': 'None', embed: 'Embeddings', head: 'Output layer', 'embed, head': 'Embeddings and output layer' },
  },
  'training.start_from': {
    label: 'Start from an experiment',
    help: "Begins with another experiment's result. It needs the same base model and LoRA settings.",
  },
  'training.save_checkpoint': {
    label: 'Checkpoint',
    help: 'Which result the chat and exports use. "Every evaluation" also keeps all earlier ones.',
    options: { last: 'The last', best: 'The best in validation', each_evaluation_epoch: 'One of every evaluation' },
  },
  'training.evaluate_before_training': {
    label: 'Evaluate before training',
    help: 'Also evaluates the untrained model, to compare with.',
  },
  'training.train_validation_data': {
    label: 'Train on validation data',
    help: 'Validation rows are learnt too. For small datasets; the validation then flatters.',
  },
  'training.evaluation_epochs': {
    label: 'Evaluate every',
    help: 'After how many epochs the validation loss and sample answers are computed.',
  },
  'prediction.metric': {
    label: 'Metric',
    help: 'What validation computes. BLEU, chrF and exact match answer every validation row and compare.',
    options: {
      loss: 'Validation loss',
      Perplexity: 'Perplexity',
      BLEU: 'BLEU',
      chrF: 'chrF',
      ExactMatch: 'Exact match',
    },
  },
  'prediction.bleu_tokenizer': {
    label: 'BLEU tokenizer',
    help: 'How sentences are cut for BLEU. For Japanese, characters.',
    options: {
      char: 'Characters (for Japanese)',
      '13a': '13a (for English, as H2O)',
      zh: 'zh (for Chinese)',
      intl: 'intl (international)',
      none: 'Split at blanks',
    },
  },
  'prediction.batch_size_inference': {
    label: 'Inference batch size',
    help: 'How many rows are answered together in validation. 0 is the training batch size.',
  },
  'prediction.do_sample': { label: 'Sampling', help: 'Off always gives the most likely answer; on lets it vary.' },
  'prediction.temperature': { label: 'Temperature', help: 'Higher picks more surprising words, lower is safer.' },
  'prediction.top_k': {
    label: 'Top-k',
    help: 'From how many of the likeliest words the next one is chosen. 0 is no limit.',
  },
  'prediction.top_p': {
    label: 'Top-p',
    help: 'Chooses among the likeliest words whose probabilities add up to this. 1 is no limit.',
  },
  'prediction.min_p': {
    label: 'Min-p',
    help: 'How likely a word must be, relative to the likeliest, to stay a candidate. 0 is no limit.',
  },
  'prediction.num_beams': {
    label: 'Beams',
    help: 'How many answers are grown side by side to pick the likeliest. 1 is normal; more is slower.',
  },
  'prediction.length_penalty': {
    label: 'Length penalty',
    help: 'With two or more beams, larger prefers longer answers, smaller prefers shorter ones.',
  },
  'prediction.repetition_penalty': {
    label: 'Repetition penalty',
    help: 'Above 1, words already used become less likely.',
  },
  'prediction.stop_tokens': {
    label: 'Stop words',
    help: 'The answer ends before any of these. Separate several by commas.',
  },
  'prediction.min_length_inference': { label: 'Minimum answer length', help: 'Answers go on for at least this long.' },
  'prediction.max_length_inference': { label: 'Maximum answer length', help: 'Answers are cut off at this length.' },
  'prediction.seed': { label: 'Sampling seed', help: 'The same value gives the same answer. -1 changes every time.' },
  'environment.device': {
    label: 'Device',
    help: 'Normally automatic. If a chosen device cannot be used on this computer, the reason is shown here.',
    options: { auto: 'Automatic (recommended)', ...devices.names },
  },
  'environment.precision': {
    label: 'Precision',
    help: 'The number format used for computing. Automatic means float16 on an NVIDIA GPU; elsewhere float32, which is both fastest and most exact on a CPU.',
    options: {
      auto: 'Automatic (recommended)',
      float32: 'float32 (full precision)',
      float16: 'float16 (fast on GPUs)',
      bfloat16: 'bfloat16 (fast on recent GPUs)',
    },
  },
  'environment.seed': { label: 'Seed', help: 'The same value gives the same result from the same data.' },
}

export const units: LocaleOf<typeof jaUnits> = { tokens: 'tokens', epochs: 'epochs', rows: 'rows' }
