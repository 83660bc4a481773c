import { InternalError } from '../contract/errors.ts'

/** OrtErrorCode of the C API. */
export const ortErrorCodes = [
  'OK',
  'FAIL',
  'INVALID_ARGUMENT',
  'NO_SUCHFILE',
  'NO_MODEL',
  'ENGINE_ERROR',
  'RUNTIME_EXCEPTION',
  'INVALID_PROTOBUF',
  'MODEL_LOADED',
  'NOT_IMPLEMENTED',
  'INVALID_GRAPH',
  'EP_FAIL',
  'MODEL_LOAD_CANCELED',
  'MODEL_REQUIRES_COMPILATION',
  'NOT_FOUND',
] as const
export type OrtErrorCode = (typeof ortErrorCodes)[number]

/** ONNX Runtime refused a call: which function, its error code and its own words. */
export class OrtError extends InternalError {
  readonly call: string
  readonly code: OrtErrorCode
  /** ONNX Runtime's text without the function's name. */
  readonly detail: string
  constructor(call: string, codeNumber: number, detail: string) {
    const code = ortErrorCodes[codeNumber] ?? 'FAIL'
    super(`ONNX Runtime ${call}: ${code}: ${detail}`)
    this.name = 'OrtError'
    this.call = call
    this.code = code
    this.detail = detail
  }
}
