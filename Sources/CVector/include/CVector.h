/* Vectors of single-precision numbers, as wide as the processor level that includes this header.
 *
 * Every function is inlined into its caller; the width follows the compiler flags of the Swift
 * module that imports the header, so one Swift source serves all levels. Nothing here knows what the
 * numbers mean. Pointers need no alignment.
 */
#ifndef CVECTOR_H
#define CVECTOR_H

#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#define CV_LANES 16
#elif defined(__AVX2__) && defined(__FMA__)
#define CV_LANES 8
#else
#define CV_LANES 4
#endif

#define CV_INLINE static inline __attribute__((always_inline, unused))

typedef float cv_float __attribute__((vector_size(4 * CV_LANES)));
typedef int32_t cv_int __attribute__((vector_size(4 * CV_LANES)));
typedef uint32_t cv_bits __attribute__((vector_size(4 * CV_LANES)));
typedef uint64_t cv_two_words __attribute__((vector_size(16)));

/* The levels of x86-64 that this processor and its operating system support:
 * 0 baseline, 1 AVX2 with FMA, 2 AVX-512 (x86-64-v4). Other architectures: 0. */
int cv_processor_level(void);

/* Whether the processor multiplies bfloat16 pairs (AVX512_BF16). */
int cv_processor_has_bfloat16_products(void);

/* MARK: Memory */

/* Asks for the cache line of an address, which need not be readable. */
CV_INLINE void cv_prefetch(const void *address) { __builtin_prefetch(address); }

/* The first `count` of sixteen bytes at an address, zeros in the others; all sixteen can be read, and
 * count is 0 to 16. */
CV_INLINE cv_two_words cv_load_first_bytes(const void *source, long count) {
  static const uint8_t masks[32] = {255, 255, 255, 255, 255, 255, 255, 255,
                                    255, 255, 255, 255, 255, 255, 255, 255};
  cv_two_words bytes, mask;
  __builtin_memcpy(&bytes, source, sizeof bytes);
  __builtin_memcpy(&mask, masks + 16 - count, sizeof mask);
  return bytes & mask;
}

CV_INLINE cv_float cv_load(const float *source) {
  cv_float value;
  __builtin_memcpy(&value, source, sizeof value);
  return value;
}

CV_INLINE void cv_store(float *target, cv_float value) { __builtin_memcpy(target, &value, sizeof value); }

/* The first `count` lanes from memory, zeros in the others; count may be any number. */
CV_INLINE cv_float cv_load_first(const float *source, long count) {
  if (count >= CV_LANES) return cv_load(source);
#if CV_LANES == 16
  return (cv_float)_mm512_maskz_loadu_ps((__mmask16)(count > 0 ? (1u << count) - 1 : 0), source);
#else
  cv_float value = {0};
  if (count > 0) __builtin_memcpy(&value, source, (unsigned long)count * sizeof(float));
  return value;
#endif
}

/* Writes the first `count` lanes; count may be any number. */
CV_INLINE void cv_store_first(float *target, cv_float value, long count) {
  if (count >= CV_LANES) {
    cv_store(target, value);
  } else if (count > 0) {
#if CV_LANES == 16
    _mm512_mask_storeu_ps(target, (__mmask16)((1u << count) - 1), (__m512)value);
#else
    __builtin_memcpy(target, &value, (unsigned long)count * sizeof(float));
#endif
  }
}

/* a where the mask is set, b elsewhere. */
CV_INLINE cv_float cv_select(cv_int mask, cv_float a, cv_float b) {
  return (cv_float)(((cv_int)a & mask) | ((cv_int)b & ~mask));
}

CV_INLINE cv_float cv_all(float value) {
  cv_float result;
  for (int lane = 0; lane < CV_LANES; ++lane) result[lane] = value;
  return result;
}

/* MARK: Arithmetic */

/* a · b + c, rounded once where the level has a fused instruction. */
CV_INLINE cv_float cv_multiply_add(cv_float a, cv_float b, cv_float c) {
#if defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

CV_INLINE cv_float cv_square_root(cv_float a) { return __builtin_elementwise_sqrt(a); }

/* The greater of two; the second where one of them is not a number. */
CV_INLINE cv_float cv_greater(cv_float a, cv_float b) { return cv_select(a > b, a, b); }

/* The lesser of two; the second where one of them is not a number. */
CV_INLINE cv_float cv_lesser(cv_float a, cv_float b) { return cv_select(a < b, a, b); }

CV_INLINE cv_float cv_magnitude(cv_float a) { return __builtin_elementwise_abs(a); }

/* The magnitude of the first, the sign of the second. */
CV_INLINE cv_float cv_with_sign(cv_float magnitude, cv_float sign) {
  const cv_int bit = ((cv_int){0}) + INT32_MIN;
  return (cv_float)(((cv_int)magnitude & ~bit) | ((cv_int)sign & bit));
}

/* value · 2^n, where n stands in the low bits of shifted = n + 1.5 · 2^23. */
CV_INLINE cv_float cv_scale_by_power(cv_float value, cv_float shifted) {
  return (cv_float)((cv_int)value + ((cv_int)shifted << 23));
}

CV_INLINE cv_int cv_lane_numbers(void) {
  cv_int result;
  for (int lane = 0; lane < CV_LANES; ++lane) result[lane] = lane;
  return result;
}

/* The first `count` lanes of one vector, the others of another; count may be any number. */
CV_INLINE cv_float cv_first(cv_float value, long count, cv_float rest) {
  int32_t bound = count < 0 ? 0 : count > CV_LANES ? CV_LANES : (int32_t)count;
  return cv_select(cv_lane_numbers() < bound, value, rest);
}

/* a where test > 0, b elsewhere. */
CV_INLINE cv_float cv_where_positive(cv_float test, cv_float a, cv_float b) {
  return cv_select(test > 0, a, b);
}

/* MARK: Masks */

/* The lanes whose random word reaches a bound, zero elsewhere: the lanes are the columns from `column`
 * on of a row with the key (first, second). The words are those of Swift's DropoutMask. */
CV_INLINE cv_float cv_keep(cv_float value, uint32_t column, uint32_t first, uint32_t second,
                           uint32_t bound) {
  cv_bits x = (cv_bits)cv_lane_numbers() + (column + first);
  x = (x ^ (x >> 16)) * 0x21F0AAADu;
  x = ((x ^ (x >> 15)) + second) * 0x735A2D97u;
  x ^= x >> 15;
  return (cv_float)((cv_bits)value & (cv_bits)(x >= bound));
}

/* MARK: Pairs of bfloat16 numbers
 *
 * A word of 32 bits holds two bfloat16 numbers: the first in its low half, the second in its high
 * half. Words travel as lanes of single precision, of which only the bits count. With AVX512_BF16
 * one instruction does the work; elsewhere ordinary ones give the same bits, as long as no sum falls
 * below the least normal number.
 */

#if CV_LANES == 16 && defined(__AVX512BF16__)
#define CV_BFLOAT16 1
#endif

/* The bits of each number rounded to bfloat16 in the high half: ties to even, subnormal numbers to
 * zero, what is not a number stays none. The low half holds rubbish. */
CV_INLINE cv_bits cv_round_to_bfloat16(cv_float a) {
  cv_bits bits = (cv_bits)a;
  cv_bits rounded = bits + 0x7FFF + ((bits >> 16) & 1);
  cv_bits quiet = bits | 0x400000;
  cv_bits is_number = (cv_bits)(a == a);
  cv_bits result = (rounded & is_number) | (quiet & ~is_number);
  cv_bits is_subnormal = (cv_bits)((bits & 0x7F800000) == 0);
  return (result & ~is_subnormal) | (bits & 0x80000000 & is_subnormal);
}

/* Lane j pairs first[j] with second[j]. */
CV_INLINE cv_float cv_pair(cv_float first, cv_float second) {
#ifdef CV_BFLOAT16
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8,
                                         23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  __m512i halves = (__m512i)_mm512_cvtne2ps_pbh((__m512)second, (__m512)first);
  return (cv_float)_mm512_permutexvar_epi16(order, halves);
#else
  return (cv_float)((cv_round_to_bfloat16(first) >> 16) |
                    (cv_round_to_bfloat16(second) & 0xFFFF0000));
#endif
}

/* Pairs neighbors: lane j holds numbers 2 j and 2 j + 1 of two vectors side by side. */
CV_INLINE cv_float cv_pair_neighbors(cv_float low, cv_float high) {
#ifdef CV_BFLOAT16
  return (cv_float)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low);
#elif CV_LANES == 16
  return cv_pair(
      __builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30),
      __builtin_shufflevector(low, high, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31));
#elif CV_LANES == 8
  return cv_pair(__builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14),
                 __builtin_shufflevector(low, high, 1, 3, 5, 7, 9, 11, 13, 15));
#else
  return cv_pair(__builtin_shufflevector(low, high, 0, 2, 4, 6),
                 __builtin_shufflevector(low, high, 1, 3, 5, 7));
#endif
}

/* sum + a₂ b₂ + a₁ b₁: the second numbers first, the products exact, each sum rounded once. */
CV_INLINE cv_float cv_multiply_add_pairs(cv_float a, cv_float b, cv_float sum) {
#ifdef CV_BFLOAT16
  return (cv_float)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
#else
  cv_float second = cv_multiply_add((cv_float)((cv_bits)a & 0xFFFF0000),
                                    (cv_float)((cv_bits)b & 0xFFFF0000), sum);
  return cv_multiply_add((cv_float)((cv_bits)a << 16), (cv_float)((cv_bits)b << 16), second);
#endif
}

/* MARK: Reductions, pairwise */

CV_INLINE float cv_sum(cv_float a) {
#if CV_LANES == 16
  cv_float b = a + __builtin_shufflevector(a, a, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
  cv_float c = b + __builtin_shufflevector(b, b, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3);
  return (c[0] + c[2]) + (c[1] + c[3]);
#elif CV_LANES == 8
  cv_float b = a + __builtin_shufflevector(a, a, 4, 5, 6, 7, 0, 1, 2, 3);
  return (b[0] + b[2]) + (b[1] + b[3]);
#else
  return (a[0] + a[2]) + (a[1] + a[3]);
#endif
}

CV_INLINE float cv_greatest(cv_float a) {
#if CV_LANES == 16
  a = cv_greater(
      a, __builtin_shufflevector(a, a, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  a = cv_greater(a, __builtin_shufflevector(a, a, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3));
#elif CV_LANES == 8
  a = cv_greater(a, __builtin_shufflevector(a, a, 4, 5, 6, 7, 0, 1, 2, 3));
#endif
  float x = a[0] > a[2] ? a[0] : a[2];
  float y = a[1] > a[3] ? a[1] : a[3];
  return x > y ? x : y;
}

CV_INLINE float cv_logarithm(float a) { return __builtin_logf(a); }

/* MARK: Transposition */

/* Transposes a square of CV_LANES × CV_LANES numbers: target[j][i] = source[i][j]. */
CV_INLINE void cv_transpose(const float *source, long source_stride, float *target,
                            long target_stride) {
  cv_float row[CV_LANES];
#pragma clang loop unroll(full)
  for (int i = 0; i < CV_LANES; ++i) row[i] = cv_load(source + i * source_stride);
  /* Stage s exchanges the off-diagonal blocks of s × s numbers. */
#define CV_LOW(lane, s) ((lane) & (s) ? CV_LANES + (lane) - (s) : (lane))
#define CV_HIGH(lane, s) ((lane) & (s) ? CV_LANES + (lane) : (lane) + (s))
#define CV_LIST4(f, s) f(0, s), f(1, s), f(2, s), f(3, s)
#define CV_LIST8(f, s) CV_LIST4(f, s), f(4, s), f(5, s), f(6, s), f(7, s)
#define CV_LIST16(f, s)                                                                        \
  CV_LIST8(f, s), f(8, s), f(9, s), f(10, s), f(11, s), f(12, s), f(13, s), f(14, s), f(15, s)
#if CV_LANES == 16
#define CV_LIST CV_LIST16
#elif CV_LANES == 8
#define CV_LIST CV_LIST8
#else
#define CV_LIST CV_LIST4
#endif
#define CV_STAGE(s)                                                                            \
  _Pragma("clang loop unroll(full)") for (int i = 0; i < CV_LANES; ++i) if (!(i & (s))) {      \
    cv_float a = row[i], b = row[i + (s)];                                                     \
    row[i] = __builtin_shufflevector(a, b, CV_LIST(CV_LOW, s));                                \
    row[i + (s)] = __builtin_shufflevector(a, b, CV_LIST(CV_HIGH, s));                         \
  }
  CV_STAGE(1)
  CV_STAGE(2)
#if CV_LANES >= 8
  CV_STAGE(4)
#endif
#if CV_LANES >= 16
  CV_STAGE(8)
#endif
#pragma clang loop unroll(full)
  for (int i = 0; i < CV_LANES; ++i) cv_store(target + i * target_stride, row[i]);
#undef CV_LOW
#undef CV_HIGH
#undef CV_LIST4
#undef CV_LIST8
#undef CV_LIST16
#undef CV_LIST
#undef CV_STAGE
}

/* MARK: Waiting */

/* Tells the processor that a thread spins. */
CV_INLINE void cv_pause(void) {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif
