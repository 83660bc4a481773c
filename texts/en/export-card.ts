/** The README.md of an exported model; the code of its use follows. */
export const exportCard = {
  made: '{base}, trained on {rows} rows of the dataset “{dataset}” (step {step}) with Terakoya Studio.',
  adopted: 'Made with Terakoya Studio from “{from}”, a LoRA adapter of {base}.',
  licence: 'The base model’s licence is {licence}. Check its terms before you use the model or pass it on.',
  data: 'Trained on data of {hub} on Hugging Face, which states no licence.',
  dataLicence: 'Trained on data of {hub} on Hugging Face, whose licence is {terms}.',
  loss: 'The last training loss was {loss}.',
  validationLoss: 'The loss on validation rows was {loss}.',
  whole: 'Every weight of the model was trained, without LoRA.',
  use: {
    peft: 'This is a LoRA adapter. It is used on top of the base model.',
    merged: 'What was learnt is merged into the base model: nothing else is needed.',
    mlx: 'Laid out for MLX. It runs on a Mac with Apple silicon.',
    gguf: 'A GGUF for llama.cpp, Ollama and LM Studio.',
    'gguf-lora': 'A LoRA for llama.cpp, used on top of the base model’s GGUF.',
  },
} as const
