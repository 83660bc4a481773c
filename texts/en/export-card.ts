/** The README.md of an exported model; the code of its use follows. */
export const exportCard = {
  made: '{base}, trained on {rows} rows of the dataset “{dataset}” (step {step}) with Terakoya Studio.',
  licence: 'The base model’s licence is {licence}. Check its terms before you use the model or pass it on.',
  whole: 'Every weight of the model was trained, without LoRA.',
  use: {
    peft: 'This is a LoRA adapter. It is used on top of the base model.',
    merged: 'What was learnt is merged into the base model: nothing else is needed.',
    mlx: 'Laid out for MLX. It runs on a Mac with Apple silicon.',
  },
} as const
