/**
 * Attention without stored probabilities (FlashAttention-2, Dao 2023), forward and backward, in tiles of 64 queries by
 * 64 keys, four warps a block, 16 rows a warp. q, k, v, out and their gradients are rows of tokens, `stride` elements
 * from one to the next, heads side by side. `logSums` and `delta` are [tokens, HEADS].
 */
export const attentionLibrary = `
#define LOG2_E 1.44269504f
/** No score that is seen is so low: that of what is hidden, times any scale. */
#define LOWEST -1e20f
/**
 * Heads are filled with zeros up to whole steps; a row in shared memory takes LINE elements, such that eight of them
 * lie in different banks.
 */
template <int D> struct Tile { static constexpr int STEPS = (D + 15) / 16, WIDE = STEPS * 16, LINE = WIDE + 8, PARTS = WIDE / 8; };

template <int D, typename E> __device__ __forceinline__ void copyTile(E* to, const E* from, long long stride, int count) {
  for (int i = threadIdx.x; i < 64 * Tile<D>::PARTS; i += 128) {
    const int row = i / Tile<D>::PARTS, column = i % Tile<D>::PARTS * 8;
    const bool exists = row < count && column < D;
    copyAhead(to + row * Tile<D>::LINE + column, from + (exists ? row * stride + column : 0), exists);
  }
}
template <typename C> __device__ __forceinline__ bool isVisible(int segment, int position, int keySegment, int keyPosition) {
  return segment == keySegment && position >= keyPosition && (C::WINDOW == 0 || position < keyPosition + C::WINDOW);
}
template <typename C> __device__ __forceinline__ bool isDropped(int row, int column) { return C::DROPS && (int)((unsigned)row * (unsigned)column) < C::THRESHOLD; }
template <typename J> __device__ __forceinline__ float overQuad(float x) {
  x = J::join(x, __shfl_xor_sync(0xffffffffu, x, 1));
  return J::join(x, __shfl_xor_sync(0xffffffffu, x, 2));
}
/** sums [16, 64] += a bᵀ for 16 rows of one tile and the 64 of another. */
template <int D, typename E> __device__ __forceinline__ void multiplyRows(float (&sums)[8][4], const E* a, const E* b, int lane) {
  #pragma unroll
  for (int step = 0; step < Tile<D>::STEPS; step++) {
    unsigned x[4];
    loadMatrices(x, a + (lane & 15) * Tile<D>::LINE + step * 16 + (lane >> 4) * 8);
    #pragma unroll
    for (int n = 0; n < 4; n++) {
      unsigned y[4];
      loadMatrices(y, b + (n * 16 + (lane & 7) + ((lane >> 4) & 1) * 8) * Tile<D>::LINE + step * 16 + ((lane >> 3) & 1) * 8);
      multiply(sums[2 * n], x, y[0], y[1], E());
      multiply(sums[2 * n + 1], x, y[2], y[3], E());
    }
  }
}
/** sums [16, D] += p b for p [16, 64] in registers and a tile b. */
template <int D, typename E> __device__ __forceinline__ void multiplyColumns(float (&sums)[Tile<D>::PARTS][4], const float (&p)[8][4], const E* b, int lane) {
  #pragma unroll
  for (int k = 0; k < 4; k++) {
    const unsigned x[4] = {pairOf(p[2 * k][0], p[2 * k][1], E()), pairOf(p[2 * k][2], p[2 * k][3], E()), pairOf(p[2 * k + 1][0], p[2 * k + 1][1], E()), pairOf(p[2 * k + 1][2], p[2 * k + 1][3], E())};
    #pragma unroll
    for (int n = 0; n < Tile<D>::STEPS; n++) {
      unsigned y[4];
      loadTurnedMatrices(y, b + (k * 16 + (lane & 15)) * Tile<D>::LINE + n * 16 + (lane >> 4) * 8);
      multiply(sums[2 * n], x, y[0], y[1], E());
      multiply(sums[2 * n + 1], x, y[2], y[3], E());
    }
  }
}
template <int D, typename E> __device__ __forceinline__ void storeRows(E* to, long long stride, const float (&sums)[Tile<D>::PARTS][4], float upper, float lower, int row, int count, int lane) {
  #pragma unroll
  for (int n = 0; n < D / 8; n++) {
    const int column = n * 8 + (lane & 3) * 2;
    if (row < count) *(unsigned*)(to + row * stride + column) = pairOf(sums[n][0] * upper, sums[n][1] * upper, E());
    if (row + 8 < count) *(unsigned*)(to + (row + 8) * stride + column) = pairOf(sums[n][2] * lower, sums[n][3] * lower, E());
  }
}

/**
 * What is known when a kernel is written. WINDOW 0: none; THRESHOLD: see dropout-mask.ts; STAGES 2: the next tile is
 * copied while one is computed with.
 */
template <int SIZE, int H, int K, int W, bool DROP, int LIMIT, int S> struct AttentionPlan {
  static constexpr int D = SIZE, HEADS = H, KEY_HEADS = K, WINDOW = W, THRESHOLD = LIMIT, STAGES = S;
  static constexpr bool DROPS = DROP;
};
template <typename E> struct AttentionInputs {
  const E *q, *k, *v;
  const long long* positions;
  const int *segments, *randomRows, *randomColumns;
  int T, qStride, kStride, outStride;
  /** What scores are multiplied by, and 1/(1-p). */
  float scale, dropScale;
};

/** What a thread knows of its two rows. */
struct OwnRows { int segment[2], position[2], random[2]; };

/** What all threads have to know of a tile's 64 tokens. */
struct Tokens { int segments[64], positions[64], random[64]; float logSums[64], delta[64]; };

/**
 * A tile that is computed with: where it begins, the segment of this thread's token, whether every pair of tokens is
 * visible.
 */
struct Step { int begin, segment; bool whole; };

/**
 * The first tile from \`begin\` on of which something is visible; all threads wait for each other. \`alike\`: all own
 * rows are of one \`segment\`. \`edge\`: the tile that has later tokens too.
 */
template <typename C> __device__ __forceinline__ Step nextStep(const int* segments, int begin, int end, int T, bool alike, int segment, int edge) {
  for (;; begin += 64) {
    const int token = begin + (int)threadIdx.x;
    const bool isToken = begin < end && threadIdx.x < 64 && token < T;
    const int own = isToken ? segments[token] : -2;
    const int same = __syncthreads_count(isToken && own == segment);
    if (begin >= end || !alike || same > 0) return {begin, own, C::WINDOW == 0 && alike && same == 64 && begin != edge};
  }
}

/** Scores of what is not seen become so low that nothing is left of them. TURNED: rows are keys, columns queries. */
template <typename C, bool TURNED> __device__ __forceinline__ void hideRest(float (&scores)[8][4], const OwnRows& own, const Tokens& others, int lane) {
  #pragma unroll
  for (int j = 0; j < 8; j++) {
    #pragma unroll
    for (int e = 0; e < 4; e++) {
      const int column = j * 8 + (lane & 3) * 2 + (e & 1), i = e >> 1;
      const int segment = others.segments[column], position = others.positions[column];
      if (!(TURNED ? isVisible<C>(segment, position, own.segment[i], own.position[i]) : isVisible<C>(own.segment[i], own.position[i], segment, position))) scores[j][e] = -1e30f;
    }
  }
}

template <typename C, typename E> __device__ __forceinline__ void attentionForward(const AttentionInputs<E> in, E* out, float* logSums, E* shared) {
  constexpr int D = C::D, LINE = Tile<D>::LINE, STEPS = Tile<D>::STEPS, S = C::STAGES;
  Tokens* tokens = (Tokens*)(shared + 2 * S * 64 * LINE);
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, row = warp * 16 + (lane >> 2), T = in.T;
  const int head = blockIdx.y % C::HEADS, batch = blockIdx.y / C::HEADS, keyHead = head / (C::HEADS / C::KEY_HEADS);
  // The longest first.
  const int first = (gridDim.x - 1 - blockIdx.x) * 64;
  const long long sequence = (long long)batch * T;
  const int* segments = in.segments + sequence;
  copyTile<D>(shared, in.q + (sequence + first) * in.qStride + head * D, in.qStride, T - first);
  endCopies();
  OwnRows own;
  #pragma unroll
  for (int i = 0; i < 2; i++) {
    const int t = min(first + row + 8 * i, T - 1);
    own.segment[i] = segments[t];
    own.position[i] = (int)in.positions[sequence + t];
    own.random[i] = C::DROPS ? in.randomRows[((long long)batch * C::HEADS + head) * T + t] : 0;
  }
  const int segment = segments[first];
  awaitCopies<0>();
  const bool alike = __syncthreads_and(own.segment[0] == segment && own.segment[1] == segment);
  unsigned x[STEPS][4];
  #pragma unroll
  for (int step = 0; step < STEPS; step++) loadMatrices(x[step], shared + (warp * 16 + (lane & 15)) * LINE + step * 16 + (lane >> 4) * 8);
  const auto find = [&](int begin) { return nextStep<C>(segments, begin, first + 64, T, alike, segment, first); };
  const auto copy = [&](const Step& step, int stage) {
    if (step.begin > first) return;
    E* to = shared + 2 * stage * 64 * LINE;
    copyTile<D>(to, in.k + (sequence + step.begin) * in.kStride + keyHead * D, in.kStride, T - step.begin);
    copyTile<D>(to + 64 * LINE, in.v + (sequence + step.begin) * in.kStride + keyHead * D, in.kStride, T - step.begin);
    if (threadIdx.x >= 64) return;
    const int key = step.begin + threadIdx.x;
    tokens[stage].segments[threadIdx.x] = step.segment;
    tokens[stage].positions[threadIdx.x] = key < T ? (int)in.positions[sequence + key] : 0;
    if (C::DROPS) tokens[stage].random[threadIdx.x] = key < T ? in.randomColumns[key] : 0;
  };
  float o[Tile<D>::PARTS][4] = {}, most[2] = {-1e30f, -1e30f}, sum[2] = {0.f, 0.f};
  Step now = find(0);
  copy(now, 0);
  endCopies();
  for (int stage = 0; now.begin <= first; stage ^= S - 1) {
    const Step next = find(now.begin + 64);
    if (S == 2) {
      copy(next, stage ^ 1);
      endCopies();
    }
    awaitCopies<S - 1>();
    __syncthreads();
    const E *K = shared + 2 * stage * 64 * LINE, *V = K + 64 * LINE;
    const Tokens& keys = tokens[stage];
    float s[8][4] = {};
    #pragma unroll
    for (int step = 0; step < STEPS; step++) {
      #pragma unroll
      for (int n = 0; n < 4; n++) {
        unsigned y[4];
        loadMatrices(y, K + (n * 16 + (lane & 7) + ((lane >> 4) & 1) * 8) * LINE + step * 16 + ((lane >> 3) & 1) * 8);
        multiply(s[2 * n], x[step], y[0], y[1], E());
        multiply(s[2 * n + 1], x[step], y[2], y[3], E());
      }
    }
    if (!now.whole) hideRest<C, false>(s, own, keys, lane);
    float top[2] = {most[0], most[1]};
    #pragma unroll
    for (int j = 0; j < 8; j++) {
      #pragma unroll
      for (int e = 0; e < 4; e++) {
        s[j][e] *= in.scale * LOG2_E;
        top[e >> 1] = fmaxf(top[e >> 1], s[j][e]);
      }
    }
    #pragma unroll
    for (int i = 0; i < 2; i++) {
      top[i] = overQuad<Max>(top[i]);
      const float shrink = powerOf2(most[i] - top[i]);
      most[i] = top[i];
      sum[i] *= shrink;
      #pragma unroll
      for (int n = 0; n < Tile<D>::PARTS; n++) { o[n][2 * i] *= shrink; o[n][2 * i + 1] *= shrink; }
    }
    #pragma unroll
    for (int j = 0; j < 8; j++) {
      #pragma unroll
      for (int e = 0; e < 4; e++) {
        const int column = j * 8 + (lane & 3) * 2 + (e & 1), i = e >> 1;
        const float p = s[j][e] <= LOWEST ? 0.f : powerOf2(s[j][e] - most[i]);
        sum[i] += p;
        s[j][e] = isDropped<C>(own.random[i], C::DROPS ? keys.random[column] : 0) ? 0.f : p;
      }
    }
    multiplyColumns<D, E>(o, s, V, lane);
    if (S == 1) {
      __syncthreads();
      copy(next, 0);
      endCopies();
    }
    now = next;
  }
  #pragma unroll
  for (int i = 0; i < 2; i++) {
    sum[i] = overQuad<Sum>(sum[i]);
    if ((lane & 3) == 0 && first + row + 8 * i < T) logSums[(sequence + first + row + 8 * i) * C::HEADS + head] = most[i] + log2f(sum[i]);
  }
  storeRows<D, E>(out + (sequence + first) * in.outStride + head * D, in.outStride, o, in.dropScale / sum[0], in.dropScale / sum[1], row, T - first, lane);
}

template <typename C, typename E, bool ofKeys> __device__ __forceinline__ void attentionGradient(const AttentionInputs<E>& in, const float* logSums, const float* delta, const E* d, E* dq, E* dk, E* dv, E* shared) {
  constexpr int D = C::D, LINE = Tile<D>::LINE, GROUPS = C::HEADS / C::KEY_HEADS, S = C::STAGES;
  // Two tiles of this block's own rows (keys and values, or queries and gradients), and two of the others for each
  // stage.
  E* others = shared + 2 * 64 * LINE;
  Tokens* tokens = (Tokens*)(others + 2 * S * 64 * LINE);
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, row = warp * 16 + (lane >> 2), T = in.T, tiles = (T + 63) / 64;
  if (ofKeys && blockIdx.y >= gridDim.y / GROUPS) return;
  const int first = (ofKeys ? blockIdx.x : 2 * tiles - 1 - blockIdx.x) * 64;
  const int batch = blockIdx.y / (ofKeys ? C::KEY_HEADS : C::HEADS), keyHead = ofKeys ? blockIdx.y % C::KEY_HEADS : blockIdx.y % C::HEADS / GROUPS;
  const int firstHead = ofKeys ? keyHead * GROUPS : blockIdx.y % C::HEADS, lastHead = firstHead + (ofKeys ? GROUPS : 1) - 1;
  const long long sequence = (long long)batch * T;
  const int* segments = in.segments + sequence;
  const auto copyKeys = [&](E* to, int begin) {
    copyTile<D>(to, in.k + (sequence + begin) * in.kStride + keyHead * D, in.kStride, T - begin);
    copyTile<D>(to + 64 * LINE, in.v + (sequence + begin) * in.kStride + keyHead * D, in.kStride, T - begin);
  };
  const auto copyQueries = [&](E* to, int begin, int head) {
    copyTile<D>(to, in.q + (sequence + begin) * in.qStride + head * D, in.qStride, T - begin);
    copyTile<D>(to + 64 * LINE, d + (sequence + begin) * in.outStride + head * D, in.outStride, T - begin);
  };
  if (ofKeys) copyKeys(shared, first);
  else copyQueries(shared, first, firstHead);
  OwnRows own;
  float ownLogSum[2], ownDelta[2];
  #pragma unroll
  for (int i = 0; i < 2; i++) {
    const bool exists = first + row + 8 * i < T;
    const int t = exists ? first + row + 8 * i : T - 1;
    own.segment[i] = exists ? segments[t] : -3;
    own.position[i] = (int)in.positions[sequence + t];
    own.random[i] = !C::DROPS ? 0 : ofKeys ? in.randomColumns[t] : in.randomRows[((long long)batch * C::HEADS + firstHead) * T + t];
    ownLogSum[i] = ofKeys ? 0.f : logSums[(sequence + t) * C::HEADS + firstHead];
    ownDelta[i] = ofKeys ? 0.f : delta[(sequence + t) * C::HEADS + firstHead];
  }
  const int segment = segments[first];
  const bool alike = __syncthreads_and(own.segment[0] == segment && own.segment[1] == segment);
  const int start = ofKeys ? first : 0, end = ofKeys ? T : first + 64;
  const auto find = [&](int begin) { return nextStep<C>(segments, begin, end, T, alike, segment, first); };
  const auto copy = [&](const Step& step, int head, int stage) {
    if (step.begin >= end) return;
    E* to = others + 2 * stage * 64 * LINE;
    if (ofKeys) copyQueries(to, step.begin, head);
    else copyKeys(to, step.begin);
    if (threadIdx.x >= 64) return;
    const int token = step.begin + threadIdx.x;
    Tokens& into = tokens[stage];
    into.segments[threadIdx.x] = step.segment;
    into.positions[threadIdx.x] = token < T ? (int)in.positions[sequence + token] : 0;
    into.logSums[threadIdx.x] = ofKeys && token < T ? logSums[(sequence + token) * C::HEADS + head] : 0.f;
    into.delta[threadIdx.x] = ofKeys && token < T ? delta[(sequence + token) * C::HEADS + head] : 0.f;
    if (C::DROPS) into.random[threadIdx.x] = token >= T ? 0 : ofKeys ? in.randomRows[((long long)batch * C::HEADS + head) * T + token] : in.randomColumns[token];
  };
  float upper[Tile<D>::PARTS][4] = {}, lower[Tile<D>::PARTS][4] = {};
  int head = firstHead;
  Step now = find(start);
  copy(now, head, 0);
  endCopies();
  for (int stage = 0; now.begin < end; stage ^= S - 1) {
    int nextHead = head;
    Step next = find(now.begin + 64);
    if (next.begin >= end && head < lastHead) {
      nextHead++;
      next = find(start);
    }
    if (S == 2) {
      copy(next, nextHead, stage ^ 1);
      endCopies();
    }
    awaitCopies<S - 1>();
    __syncthreads();
    // Rows are those of this block, columns the others': keys by queries, or queries by keys.
    const E* other = others + 2 * stage * 64 * LINE;
    const Tokens& known = tokens[stage];
    float p[8][4] = {}, g[8][4] = {};
    multiplyRows<D>(p, shared + warp * 16 * LINE, other, lane);
    multiplyRows<D>(g, shared + (64 + warp * 16) * LINE, other + 64 * LINE, lane);
    if (!now.whole) hideRest<C, ofKeys>(p, own, known, lane);
    float kept[8][4];
    #pragma unroll
    for (int j = 0; j < 8; j++) {
      #pragma unroll
      for (int e = 0; e < 4; e++) {
        const int column = j * 8 + (lane & 3) * 2 + (e & 1), i = e >> 1;
        const float value = powerOf2(p[j][e] * (in.scale * LOG2_E) - (ofKeys ? known.logSums[column] : ownLogSum[i]));
        const bool drops = isDropped<C>(own.random[i], C::DROPS ? known.random[column] : 0);
        kept[j][e] = drops ? 0.f : value;
        p[j][e] = value * ((drops ? 0.f : g[j][e] * in.dropScale) - (ofKeys ? known.delta[column] : ownDelta[i]));
      }
    }
    multiplyColumns<D, E>(upper, p, other, lane);
    if (ofKeys) multiplyColumns<D, E>(lower, kept, other + 64 * LINE, lane);
    if (S == 1) {
      __syncthreads();
      copy(next, nextHead, 0);
      endCopies();
    }
    now = next;
    head = nextHead;
  }
  E* to = ofKeys ? dk + (sequence + first) * in.kStride + keyHead * D : dq + (sequence + first) * in.qStride + firstHead * D;
  storeRows<D, E>(to, ofKeys ? in.kStride : in.qStride, upper, in.scale, in.scale, row, T - first, lane);
  if (ofKeys) storeRows<D, E>(dv + (sequence + first) * in.kStride + keyHead * D, in.kStride, lower, in.dropScale, in.dropScale, row, T - first, lane);
}

/**
 * The first half of the blocks computes the gradients of keys and values, the second those of queries: each adds up in
 * registers, always in the same order.
 */
template <typename C, typename E> __device__ __forceinline__ void attentionBackward(const AttentionInputs<E> in, const float* logSums, const float* delta, const E* d, E* dq, E* dk, E* dv, E* shared) {
  if (blockIdx.x < (in.T + 63) / 64) attentionGradient<C, E, true>(in, logSums, delta, d, dq, dk, dv, shared);
  else attentionGradient<C, E, false>(in, logSums, delta, d, dq, dk, dv, shared);
}
`
