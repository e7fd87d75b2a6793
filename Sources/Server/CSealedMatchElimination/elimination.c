#include "CSealedMatchElimination.h"

#include <string.h>

#define Q 0x7fffffffu
// A vector of the AVX2 code, in words.
#define LANES 8
// Products of two residues whose sum is below 2^64.
#define TERMS 4

// Any 64-bit sum modulo q: 2^31 = 1.
static inline uint32_t reduced(uint64_t sum) {
    sum = (sum & Q) + (sum >> 31);
    sum = (sum & Q) + (sum >> 31);
    return sum >= Q ? (uint32_t)(sum - Q) : (uint32_t)sum;
}

// row + factors[0] * pivots[0] + ... in the columns from..to, for two rows; `count` is a multiple of TERMS.
static void add_plain(uint32_t *const row[2], const uint32_t factors[2][ELIMINATION_MAXIMUM_PIVOTS],
                      const uint32_t *pivots[ELIMINATION_MAXIMUM_PIVOTS], size_t count, size_t from, size_t to) {
    for (int which = 0; which < 2; which++) {
        uint32_t *restrict target = row[which];
        if (target == NULL) continue;
        for (size_t p = 0; p < count; p += TERMS) {
            const uint64_t f0 = factors[which][p], f1 = factors[which][p + 1];
            const uint64_t f2 = factors[which][p + 2], f3 = factors[which][p + 3];
            const uint32_t *restrict a = pivots[p], *restrict b = pivots[p + 1];
            const uint32_t *restrict c = pivots[p + 2], *restrict d = pivots[p + 3];
            for (size_t i = from; i < to; i++) {
                uint64_t sum = f0 * a[i] + f1 * b[i] + f2 * c[i] + f3 * d[i];
                target[i] = reduced((sum & Q) + (sum >> 31) + target[i]);
            }
        }
    }
}

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

bool elimination_has_avx2(void) { return __builtin_cpu_supports("avx2"); }

AVX2 static inline __m256i folded(__m256i sum, __m256i q) {
    return _mm256_add_epi64(_mm256_and_si256(sum, q), _mm256_srli_epi64(sum, 31));
}

// Sums in the even and the odd lanes, added to the words of a vector, modulo q.
AVX2 static inline __m256i added(__m256i words, __m256i even, __m256i odd) {
    const __m256i q = _mm256_set1_epi64x(Q);
    even = folded(_mm256_add_epi64(folded(even, q), _mm256_and_si256(words, q)), q);
    odd = folded(_mm256_add_epi64(folded(odd, q), _mm256_srli_epi64(words, 32)), q);
    // Below 2^31 + 2^4 now: once more by subtraction, where it does not wrap around.
    const __m256i joined = _mm256_or_si256(even, _mm256_slli_epi64(odd, 32));
    return _mm256_min_epu32(joined, _mm256_sub_epi32(joined, _mm256_set1_epi32(Q)));
}

// The same; `from` and `to` are multiples of LANES.
AVX2 static void add_avx2(uint32_t *const row[2], const uint32_t factors[2][ELIMINATION_MAXIMUM_PIVOTS],
                          const uint32_t *pivots[ELIMINATION_MAXIMUM_PIVOTS], size_t count, size_t from, size_t to) {
    for (size_t p = 0; p < count; p += TERMS) {
        __m256i f[TERMS], g[TERMS];
        for (int h = 0; h < TERMS; h++) {
            f[h] = _mm256_set1_epi64x(factors[0][p + h]);
            g[h] = _mm256_set1_epi64x(factors[1][p + h]);
        }
        for (size_t i = from; i < to; i += LANES) {
            __m256i even0 = _mm256_setzero_si256(), odd0 = even0, even1 = even0, odd1 = even0;
            for (int h = 0; h < TERMS; h++) {
                const __m256i even = _mm256_load_si256((const __m256i *)(pivots[p + h] + i));
                const __m256i odd = _mm256_srli_epi64(even, 32);
                even0 = _mm256_add_epi64(even0, _mm256_mul_epu32(f[h], even));
                odd0 = _mm256_add_epi64(odd0, _mm256_mul_epu32(f[h], odd));
                even1 = _mm256_add_epi64(even1, _mm256_mul_epu32(g[h], even));
                odd1 = _mm256_add_epi64(odd1, _mm256_mul_epu32(g[h], odd));
            }
            __m256i *one = (__m256i *)(row[0] + i);
            _mm256_store_si256(one, added(_mm256_load_si256(one), even0, odd0));
            if (row[1] == NULL) continue;
            __m256i *other = (__m256i *)(row[1] + i);
            _mm256_store_si256(other, added(_mm256_load_si256(other), even1, odd1));
        }
    }
}
#else
bool elimination_has_avx2(void) { return false; }

static void add_avx2(uint32_t *const row[2], const uint32_t factors[2][ELIMINATION_MAXIMUM_PIVOTS],
                     const uint32_t *pivots[ELIMINATION_MAXIMUM_PIVOTS], size_t count, size_t from, size_t to) {
    add_plain(row, factors, pivots, count, from, to);
}
#endif

// Takes the pivots off a row in their own columns, one after another, and gives minus the multiples.
static void reduce_panel(uint32_t *panel, const uint32_t *pivots[ELIMINATION_MAXIMUM_PIVOTS], size_t count,
                         size_t first, uint32_t factors[ELIMINATION_MAXIMUM_PIVOTS]) {
    for (size_t p = 0; p < count; p++) {
        factors[p] = panel[p] == 0 ? 0 : Q - panel[p];
        for (size_t i = p + 1; i < count; i++)
            panel[i] = reduced((uint64_t)factors[p] * pivots[p][first + i] + panel[i]);
    }
}

void elimination_reduce(uint32_t *words, size_t stride, const uint32_t *pivots, size_t pivot_count,
                        const uint32_t *rows, size_t row_count, size_t first, bool avx2) {
    // Filled up to a multiple of TERMS with a row that is taken zero times.
    const uint32_t *pivot[ELIMINATION_MAXIMUM_PIVOTS];
    for (size_t p = 0; p < ELIMINATION_MAXIMUM_PIVOTS; p++) pivot[p] = words + pivots[p < pivot_count ? p : 0] * stride;
    const size_t count = (pivot_count + TERMS - 1) / TERMS * TERMS;
    const size_t end = first + pivot_count;
    const size_t start = end / LANES * LANES;
    for (size_t r = 0; r < row_count; r += 2) {
        uint32_t *row[2] = {words + rows[r] * stride, r + 1 < row_count ? words + rows[r + 1] * stride : NULL};
        uint32_t factors[2][ELIMINATION_MAXIMUM_PIVOTS] = {{0}};
        uint32_t kept[2][LANES];
        for (int which = 0; which < 2 && row[which] != NULL; which++) {
            reduce_panel(row[which] + first, pivot, pivot_count, first, factors[which]);
            memcpy(kept[which], row[which] + start, (end - start) * sizeof(uint32_t));
        }
        (avx2 ? add_avx2 : add_plain)(row, factors, pivot, count, start, stride);
        for (int which = 0; which < 2 && row[which] != NULL; which++)
            memcpy(row[which] + start, kept[which], (end - start) * sizeof(uint32_t));
    }
}
