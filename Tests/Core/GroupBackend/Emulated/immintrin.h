// The instructions of the IFMA field in plain C, for processors without them: found in place of the compiler's header.
// What they do is Intel's, Software Developer's Manual, vol. 2: VPMADD52LUQ, VPMADD52HUQ, VPERMQ.
#pragma once
#include <stdint.h>
#include <string.h>

typedef uint64_t __m512i __attribute__((vector_size(64), aligned(64)));

static inline __m512i _mm512_loadu_si512(const void *from) {
    __m512i x;
    memcpy(&x, from, sizeof x);
    return x;
}
static inline __m512i _mm512_madd52lo_epu64(__m512i sum, __m512i a, __m512i b) {
    const uint64_t mask = (1ULL << 52) - 1;
    return sum + (((a & mask) * (b & mask)) & mask);
}
static inline __m512i _mm512_madd52hi_epu64(__m512i sum, __m512i a, __m512i b) {
    const uint64_t mask = (1ULL << 52) - 1;
    for (int i = 0; i < 8; i++) sum[i] += (uint64_t)((unsigned __int128)(a[i] & mask) * (b[i] & mask) >> 52);
    return sum;
}
// With no address that depends on the index, as the instruction has none.
static inline __m512i _mm512_permutexvar_epi64(__m512i index, __m512i a) {
    __m512i r = {0};
    for (uint64_t i = 0; i < 8; i++) r |= (__m512i)((index & 7) == i) & a[i];
    return r;
}
