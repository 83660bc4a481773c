// Every optimizer, one line each, exported under the name that the setting `training.optimizer` has for it (H2O LLM
// Studio's names where it has the optimizer).
export { adadelta as Adadelta } from './adadelta.ts'
export { adam as Adam } from './adam.ts'
export { adamw as AdamW } from './adamw.ts'
export { adamw8bit as AdamW8bit } from './adamw-8bit.ts'
export { lion as Lion } from './lion.ts'
export { rmsprop as RMSprop } from './rmsprop.ts'
export { sgd as SGD } from './sgd.ts'
