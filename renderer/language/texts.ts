export { errorSentence, formatNumber, logSentence } from '../../texts/sentences.ts'
