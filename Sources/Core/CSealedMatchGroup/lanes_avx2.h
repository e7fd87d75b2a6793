// Four lanes, for processors with AVX2.
#pragma once
#define LANES 4
#define TARGET "avx2"
#define REGISTER "x"
// As in lanes_portable.h.
#define FEW 2
#ifndef STACK
#ifdef __OPTIMIZE__
#define STACK (96 << 10)
#else
#define STACK (384 << 10)
#endif
#endif
#include "lanes_vector.h"

// The product of the lower halves of two words.
INLINE vec product32(vec a, vec b) { return (vec)_mm256_mul_epu32((__m256i)a, (__m256i)b); }
// Ten sums that are to be in registers at the same time.
INLINE void keep_together(vec v[10]) {
#ifdef WITH_ASM
    __asm__(""
            : "+x"(v[0]), "+x"(v[1]), "+x"(v[2]), "+x"(v[3]), "+x"(v[4]), "+x"(v[5]), "+x"(v[6]), "+x"(v[7]),
              "+x"(v[8]), "+x"(v[9]));
#else
    (void)v;
#endif
}
