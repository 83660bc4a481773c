/** Spreads a trie edge (node · 256 + byte) over the hash table. */
const hash = (edge: number): number => Math.imul(edge, 0x9e3779b1) >>> 7

export interface TrieEntries {
  readonly source: Uint8Array
  readonly starts: ArrayLike<number>
  readonly ends: ArrayLike<number>
  readonly values: ArrayLike<number>
}

/**
 * Byte strings with a number each, as a trie whose edges lie in one open-addressing hash table: quick to build and to
 * walk. The root is node 0. The arrays are public because the Viterbi loop walks them in place.
 */
export class Trie {
  readonly mask: number
  /** Edge (node · 256 + byte) in each slot, -1 where free. */
  readonly edges: Int32Array
  /** Node that the slot's edge leads to. */
  readonly targets: Int32Array
  /** Value of each node, -1 where no entry ends. */
  readonly values: Int32Array
  private nodeCount = 1

  /** Entry i is source[starts[i], ends[i]) with the value values[i]. */
  constructor({ source, starts, ends, values }: TrieEntries) {
    let byteCount = 0
    for (let i = 0; i < starts.length; i++) byteCount += ends[i]! - starts[i]!
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(256, byteCount * 2)))
    this.mask = capacity - 1
    this.edges = new Int32Array(capacity).fill(-1)
    this.targets = new Int32Array(capacity)
    this.values = new Int32Array(byteCount + 1).fill(-1)
    for (let i = 0; i < starts.length; i++) this.values[this.insert(source, starts[i]!, ends[i]!)] = values[i]!
  }

  /** Returns the node of a key, which is new where needed. */
  private insert(source: Uint8Array, start: number, end: number): number {
    let node = 0
    for (let i = start; i < end; i++) {
      const byte = source[i]!
      const slot = this.slotOf(node, byte)
      if (this.edges[slot] === -1) {
        this.edges[slot] = node * 256 + byte
        this.targets[slot] = this.nodeCount++
      }
      node = this.targets[slot]!
    }
    return node
  }

  private slotOf(node: number, byte: number): number {
    const { edges, mask } = this
    const edge = node * 256 + byte
    let slot = hash(edge) & mask
    while (edges[slot] !== -1 && edges[slot] !== edge) slot = (slot + 1) & mask
    return slot
  }

  /** The node after `byte`; -1 where no entry goes on so. */
  step(node: number, byte: number): number {
    const slot = this.slotOf(node, byte)
    return this.edges[slot] === -1 ? -1 : this.targets[slot]!
  }

  /** Value of exactly bytes[start, end); -1 for none. */
  find(bytes: Uint8Array, start: number, end: number): number {
    let node = 0
    for (let i = start; i < end; i++) {
      node = this.step(node, bytes[i]!)
      if (node < 0) return -1
    }
    return this.values[node]!
  }

  /** Length in bytes of the longest entry that begins at `start`; 0 for none. */
  longestMatch(bytes: Uint8Array, start: number): number {
    let node = 0
    let length = 0
    for (let i = start; i < bytes.length; i++) {
      node = this.step(node, bytes[i]!)
      if (node < 0) break
      if (this.values[node]! >= 0) length = i - start + 1
    }
    return length
  }
}
