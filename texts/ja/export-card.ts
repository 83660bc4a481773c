/** The README.md of an exported model; the code of its use follows. */
export const exportCard = {
  made: '{base} を、データセット「{dataset}」の {rows} 行で学習したモデルです（ステップ {step}）。Terakoya Studio で作りました。',
  adopted: '{base} の LoRA アダプター「{from}」をもとに、Terakoya Studio で書き出したモデルです。',
  licence: 'ベースモデルのライセンスは {licence} です。使う前と配る前に、その条件を確かめてください。',
  data: '学習データに、Hugging Face の {hub} を使いました。ライセンスは表記されていません。',
  dataLicence: '学習データに、Hugging Face の {hub} を使いました。ライセンスは {terms} です。',
  loss: '学習の最後の損失は {loss} でした。',
  validationLoss: '検証用の行での損失は {loss} でした。',
  whole: 'LoRA ではなく、モデルのすべての重みを学習しました。',
  use: {
    peft: 'LoRA アダプターです。ベースモデルに重ねて使います。',
    merged: '学習の結果をベースモデルに統合してあり、これだけで動きます。',
    mlx: 'MLX 用に並べ替えてあります。Apple シリコンの Mac で動きます。',
    gguf: 'llama.cpp、Ollama、LM Studio で動く GGUF です。',
    'gguf-lora': 'llama.cpp で、ベースモデルの GGUF に重ねて使う LoRA です。',
  },
} as const
