import { isOutput, type Mix } from './mix.ts'

/** Q4_0, with an output layer in Q6_K. */
export const q4_0: Mix<'Q4_0'> = {
  id: 'Q4_0',
  fileType: 2,
  typeOf: (tensor, context) => (isOutput(tensor, context) ? 'Q6_K' : 'Q4_0'),
}
