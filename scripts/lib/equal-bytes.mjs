// Test files compare megabytes: vitest would look at every number by itself.
import { expect } from 'vitest'

const bytesOf = ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)

/** Arrays of one kind with the same bytes are equal; about others vitest decides, and shows what differs. */
const haveEqualBytes = (one, other) =>
  ArrayBuffer.isView(one) &&
  ArrayBuffer.isView(other) &&
  one.constructor === other.constructor &&
  Buffer.compare(bytesOf(one), bytesOf(other)) === 0
    ? true
    : undefined

expect.addEqualityTesters([haveEqualBytes])
