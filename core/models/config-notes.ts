/**
 * Entries of config.json that no family computes with: what transformers writes for every model, settings of
 * generating, and notes of tools.
 */
const NOTES = new Set([
  // The file itself
  'architectures',
  'attn_implementation',
  'auto_map',
  'cache_implementation',
  'dtype',
  'finetuning_task',
  'is_decoder',
  'model_type',
  'output_attentions',
  'output_hidden_states',
  'output_past',
  'pretraining_tp',
  'return_dict',
  'tie_last_hidden_states',
  'tokenizer_class',
  'torch_dtype',
  'torchscript',
  'transformers_version',
  'use_bfloat16',
  'use_cache',
  // Training and classifiers
  'chunk_size_feed_forward',
  'gradient_checkpointing',
  'id2label',
  'init_std',
  'initializer_range',
  'label2id',
  'num_labels',
  'problem_type',
  'task_specific_params',
  // Generating
  'assistant_confidence_threshold',
  'assistant_lookbehind',
  'bad_words_ids',
  'begin_suppress_tokens',
  'diversity_penalty',
  'do_sample',
  'early_stopping',
  'encoder_no_repeat_ngram_size',
  'encoder_repetition_penalty',
  'epsilon_cutoff',
  'eta_cutoff',
  'exponential_decay_length_penalty',
  'length_penalty',
  'max_length',
  'max_new_tokens',
  'max_seq_len',
  'max_seq_length',
  'max_sequence_length',
  'min_length',
  'min_p',
  'model_max_length',
  'no_repeat_ngram_size',
  'num_assistant_tokens',
  'num_assistant_tokens_schedule',
  'num_beam_groups',
  'num_beams',
  'num_return_sequences',
  'output_scores',
  'prefix',
  'remove_invalid_values',
  'repetition_penalty',
  'return_dict_in_generate',
  'seq_length',
  'suppress_tokens',
  'target_lookbehind',
  'temperature',
  'top_k',
  'top_p',
  'typical_p',
  // Notes of tools
  'custom_pipelines',
  'neftune_noise_alpha',
  'transformers.js_config',
])

/**
 * Private notes of transformers, notes of tools, tokens, names, places, versions, and dropout that only other families
 * have.
 */
const NOTE =
  /^_|dropout|_pdrop$|^(unsloth|mlx|vllm|wandb|dataset)_|_(token|token_ids?|token_index|version|name|path|url)$|^licen[cs]e/

/** True for an entry of config.json that changes nothing in what a model computes. */
export const isNote = (name: string): boolean => NOTES.has(name) || NOTE.test(name)
