// Eight lanes, for processors with AVX-512 IFMA.
#pragma once
#define LANES 8
#ifndef TARGET
#define TARGET "avx512f,avx512dq,avx512vl,avx512ifma"
#endif
#define REGISTER "v"
// As in lanes_portable.h.
#define FEW 1
#ifndef STACK
#ifdef __OPTIMIZE__
#define STACK (96 << 10)
#else
#define STACK (384 << 10)
#endif
#endif
#include "lanes_vector.h"

// sum + the lower (upper) 52 bits of the product of a and b, of which only 52 bits each are looked at.
INLINE vec add_low52(vec sum, vec a, vec b) { return (vec)_mm512_madd52lo_epu64((__m512i)sum, (__m512i)a, (__m512i)b); }
INLINE vec add_high52(vec sum, vec a, vec b) {
    return (vec)_mm512_madd52hi_epu64((__m512i)sum, (__m512i)a, (__m512i)b);
}
// row[index], in each lane; of the index the lowest three bits count. vpermq reads no memory that depends on it.
INLINE vec permuted(const uint64_t row[8], vec index) {
    return (vec)_mm512_permutexvar_epi64((__m512i)index, _mm512_loadu_si512(row));
}
