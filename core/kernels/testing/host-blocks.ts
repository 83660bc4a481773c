/**
 * Runs the blocks of a kernel on the processor as a GPU would: each thread is a fiber that goes on until it has to wait
 * for the others of its block or warp. What tensor-cores.ts says in PTX is computed from what the 32 fibers of a warp
 * have put side by side.
 */
export const hostBlocks = `
struct uint4 { unsigned x, y, z, w; };
static inline int min(int a, int b) { return a < b ? a : b; }
struct Fiber { ucontext_t context; std::vector<char> stack; bool done; };
static std::vector<Fiber> fibers;
static ucontext_t scheduler;
static int current;
/** Fibers that wait at a barrier: of the block (0), of each warp (1 …), and how often it was passed. */
static int waiting[33], passed[33];
static void barrier(int which, int size) {
  const int before = passed[which];
  if (++waiting[which] == size) { waiting[which] = 0; passed[which]++; }
  while (passed[which] == before) swapcontext(&fibers[current].context, &scheduler);
}
static void blockBarrier() { barrier(0, blockDim.x); }
static void warpBarrier() { barrier(1 + threadIdx.x / 32, 32); }
static int countOf(bool x) {
  static int count;
  if (threadIdx.x == 0) count = 0;
  blockBarrier();
  count += x;
  blockBarrier();
  const int result = count;
  blockBarrier();
  return result;
}
#define __syncthreads blockBarrier
#define __syncthreads_count countOf
static inline bool __syncthreads_and(bool x) { return countOf(x) == blockDim.x; }
/** What the lanes of each warp have said. */
static float laneFloats[32][32];
static const void* lanePlaces[32][32];
static unsigned laneWords[32][32][6];
static inline float __shfl_xor_sync(unsigned, float x, int mask) {
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  laneFloats[warp][lane] = x;
  warpBarrier();
  const float y = laneFloats[warp][lane ^ mask];
  warpBarrier();
  return y;
}
static inline void loadEither(unsigned (&r)[4], const void* row, bool turned) {
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  lanePlaces[warp][lane] = row;
  warpBarrier();
  for (int m = 0; m < 4; m++) {
    unsigned short pair[2];
    for (int i = 0; i < 2; i++) {
      const int down = turned ? (lane % 4) * 2 + i : lane / 4, right = turned ? lane / 4 : (lane % 4) * 2 + i;
      pair[i] = ((const unsigned short*)lanePlaces[warp][8 * m + down])[right];
    }
    r[m] = pair[0] | ((unsigned)pair[1] << 16);
  }
  warpBarrier();
}
static inline void loadMatrices(unsigned (&r)[4], const void* row) { loadEither(r, row, false); }
static inline void loadTurnedMatrices(unsigned (&r)[4], const void* row) { loadEither(r, row, true); }
template <typename E> static float elementOf(unsigned word, int which) { E e; e.bits = (unsigned short)(word >> (16 * which)); return widen(e); }
template <typename E> static void multiply(float (&d)[4], const unsigned (&a)[4], unsigned b0, unsigned b1, E) {
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  for (int i = 0; i < 4; i++) laneWords[warp][lane][i] = a[i];
  laneWords[warp][lane][4] = b0;
  laneWords[warp][lane][5] = b1;
  warpBarrier();
  for (int i = 0; i < 4; i++) {
    const int row = lane / 4, lower = i / 2, column = (lane % 4) * 2 + i % 2;
    for (int k = 0; k < 16; k++) {
      const int right = k / 8, from = k % 8 / 2;
      d[i] += elementOf<E>(laneWords[warp][row * 4 + from][lower + 2 * right], k % 2) * elementOf<E>(laneWords[warp][column * 4 + from][4 + right], k % 2);
    }
  }
  warpBarrier();
}
template <typename E> static unsigned pairOf(float x, float y, E) { E a, b; narrow(x, a); narrow(y, b); return a.bits | ((unsigned)b.bits << 16); }
static inline float powerOf2(float x) { return exp2f(x); }
static inline void copyAhead(void* to, const void* from, bool exists) { if (exists) memcpy(to, from, 16); else memset(to, 0, 16); }
static inline void endCopies() {}
template <int N> static void awaitCopies() {}
static uint4 memory[16384];
static void (*threadBody)();
static void beginFiber() { threadBody(); fibers[current].done = true; swapcontext(&fibers[current].context, &scheduler); }
static void runBlocks(int x, int y, int threads, void (*body)()) {
  threadBody = body;
  blockDim = {threads, 1, 1};
  gridDim = {x, y, 1};
  if ((int)fibers.size() < threads) fibers.resize(threads);
  for (blockIdx.y = 0; blockIdx.y < y; blockIdx.y++)
    for (blockIdx.x = 0; blockIdx.x < x; blockIdx.x++) {
      for (int i = 0; i < threads; i++) {
        Fiber& fiber = fibers[i];
        fiber.stack.resize(1 << 17);
        fiber.done = false;
        getcontext(&fiber.context);
        fiber.context.uc_stack.ss_sp = fiber.stack.data();
        fiber.context.uc_stack.ss_size = fiber.stack.size();
        makecontext(&fiber.context, beginFiber, 0);
      }
      for (bool running = true; running;) {
        running = false;
        for (current = 0; current < threads; current++) {
          if (fibers[current].done) continue;
          running = true;
          threadIdx = {current, 0, 0};
          swapcontext(&scheduler, &fibers[current].context);
        }
      }
    }
}
`
