// 64-bit words in the lanes of a vector register. Included after LANES, TARGET and REGISTER (the asm constraint of such
// a register) are defined; the operators are clang's, lane by lane.
#pragma once
#include "common.h"
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target(TARGET))), apply_to = function)

typedef uint64_t vec __attribute__((vector_size(8 * LANES), aligned(8 * LANES)));
typedef int64_t signed_vec __attribute__((vector_size(8 * LANES), aligned(8 * LANES)));
// A limb of one lane.
typedef uint64_t limb;
typedef int8_t byte_vec __attribute__((vector_size(LANES), aligned(1)));

INLINE vec hidden(vec x) {
    HIDE("+" REGISTER, x);
    return x;
}
INLINE vec splat(uint64_t x) { return (vec){} + x; }
// Masks: all ones, or zero.
INLINE vec equal(vec a, vec b) { return (vec)(a == b); }
// All ones of 1, zero of 0.
INLINE vec mask_of(vec bit) { return splat(0) - bit; }
INLINE vec negative(vec a) { return (vec)((signed_vec)a >> 63); }
INLINE vec blend(vec mask, vec a, vec b) { return b ^ (hidden(mask) & (a ^ b)); }
// One of several, of which masks choose at most one.
INLINE vec collect(vec sum, vec mask, vec a) { return sum | (hidden(mask) & a); }
// |a|, `sign` being negative(a).
INLINE vec magnitude(vec a, vec sign) { return (a ^ sign) - sign; }

// A limb of a base.
INLINE vec in_all_lanes(uint64_t limb) { return splat(limb); }
INLINE uint64_t first_lane(vec x) { return x[0]; }
INLINE vec widened(const int8_t bytes[LANES]) {
    byte_vec x;
    memcpy(&x, bytes, sizeof x);
    return (vec) __builtin_convertvector(x, signed_vec);
}
INLINE vec lanes_from(const uint64_t words[LANES]) {
    vec x;
    memcpy(&x, words, sizeof x);
    return x;
}
INLINE void lanes_to(uint64_t words[LANES], vec x) { memcpy(words, &x, sizeof x); }
// Lane i gets what is in lane i + by (of the last ones: anything).
INLINE vec lanes_down(vec x, int by) {
    uint64_t words[2 * LANES];
    lanes_to(words, x);
    lanes_to(words + LANES, x);
    return lanes_from(words + by);
}
