/**
 * What every kernel's source begins with: element types of memory, loads and stores of several elements at once, sums
 * over a block.
 */
export const prelude = `
struct half { unsigned short bits; };
struct bfloat { unsigned short bits; };

__device__ __forceinline__ float widen(float x) { return x; }
__device__ __forceinline__ float widen(half x) { float y; asm("cvt.f32.f16 %0, %1;" : "=f"(y) : "h"(x.bits)); return y; }
__device__ __forceinline__ float widen(bfloat x) { return __uint_as_float((unsigned)x.bits << 16); }
__device__ __forceinline__ int widen(int x) { return x; }
__device__ __forceinline__ long long widen(long long x) { return x; }
__device__ __forceinline__ bool widen(bool x) { return x; }

__device__ __forceinline__ void narrow(float x, float& y) { y = x; }
__device__ __forceinline__ void narrow(float x, half& y) { asm("cvt.rn.f16.f32 %0, %1;" : "=h"(y.bits) : "f"(x)); }
__device__ __forceinline__ void narrow(float x, bfloat& y) {
  unsigned bits = __float_as_uint(x);
  y.bits = (bits & 0x7fffffffu) > 0x7f800000u ? 0x7fff : (unsigned short)((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}
__device__ __forceinline__ void narrow(int x, int& y) { y = x; }
__device__ __forceinline__ void narrow(long long x, long long& y) { y = x; }
__device__ __forceinline__ void narrow(bool x, bool& y) { y = x; }

template <typename T, int V> struct alignas(sizeof(T) * V < 16 ? sizeof(T) * V : 16) Pack { T at[V]; };
template <int V, typename T> __device__ __forceinline__ Pack<T, V> load(const T* from) { return *(const Pack<T, V>*)from; }
template <int V, typename T> __device__ __forceinline__ void store(T* to, const Pack<T, V>& pack) { *(Pack<T, V>*)to = pack; }

/** Exact to 1e-7; the library's takes three times as long. */
__device__ __forceinline__ float fastTanh(float x) { return 1.f - 2.f / (__expf(2.f * x) + 1.f); }

/** Exact to 1.5e-7 (Abramowitz & Stegun 1964, 7.1.26); the library's takes twice as long. */
__device__ __forceinline__ float fastErf(float x) {
  const float a = fabsf(x), t = __fdividef(1.f, fmaf(.3275911f, a, 1.f));
  const float rest = t * fmaf(t, fmaf(t, fmaf(t, fmaf(t, 1.061405429f, -1.453152027f), 1.421413741f), -.284496736f), .254829592f);
  return copysignf(fmaf(-rest, __expf(-a * a), 1.f), x);
}

struct Sum { static __device__ __forceinline__ float zero() { return 0.f; } static __device__ __forceinline__ float join(float a, float b) { return a + b; } };
struct Max { static __device__ __forceinline__ float zero() { return -__int_as_float(0x7f800000); } static __device__ __forceinline__ float join(float a, float b) { return fmaxf(a, b); } };

/** The join of every thread's x, on all threads of the block. */
template <typename J> __device__ __forceinline__ float collect(float x, float* shared) {
  for (int step = 16; step > 0; step >>= 1) x = J::join(x, __shfl_xor_sync(0xffffffffu, x, step));
  int warps = blockDim.x >> 5;
  if (warps == 1) return x;
  __syncthreads();
  if ((threadIdx.x & 31) == 0) shared[threadIdx.x >> 5] = x;
  __syncthreads();
  float y = J::zero();
  for (int warp = 0; warp < warps; warp++) y = J::join(y, shared[warp]);
  return y;
}
`
