export { loadTokenizer } from './load.ts'
export type { DecodeOptions, EncodeOptions, SpecialIds, Tokenizer } from './tokenizer.ts'
export type { ChatTemplate, TemplateMessage } from './chat-template.ts'
export { SentencePiece, type StreamDecoder } from './sentencepiece.ts'
