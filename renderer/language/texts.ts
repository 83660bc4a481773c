export { errorReason, errorSentence, formatNumber, logSentence } from '../../texts/sentences.ts'
