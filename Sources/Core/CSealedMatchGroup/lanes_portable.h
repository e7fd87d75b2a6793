// One lane: a 64-bit word. Every machine has it.
#pragma once
#include "common.h"

#define LANES 1
// Batches of at most so many elements go to the portable field, which is faster for them.
#define FEW 0
// Bytes of stack that `forget` overwrites: above the depth of each operation, which the tests look at.
#ifndef STACK
#ifdef __OPTIMIZE__
#define STACK (16 << 10)
#else
#define STACK (40 << 10)
#endif
#endif

typedef uint64_t vec;
// A limb of one lane.
typedef uint64_t limb;
// A product of two words.
typedef unsigned __int128 wide;

INLINE vec hidden(vec x) {
    HIDE("+r", x);
    return x;
}
INLINE vec splat(uint64_t x) { return x; }
// Masks: all ones, or zero.
INLINE vec equal(vec a, vec b) {
    vec x = a ^ b;
    return hidden(((x | (0 - x)) >> 63) - 1);
}
// All ones of 1, zero of 0.
INLINE vec mask_of(vec bit) { return splat(0) - bit; }
INLINE vec negative(vec a) { return hidden((vec)((int64_t)a >> 63)); }
INLINE vec blend(vec mask, vec a, vec b) { return b ^ (hidden(mask) & (a ^ b)); }
// One of several, of which masks choose at most one.
INLINE vec collect(vec sum, vec mask, vec a) { return sum | (hidden(mask) & a); }
// |a|, `sign` being negative(a).
INLINE vec magnitude(vec a, vec sign) { return (a ^ sign) - sign; }

// A limb of a base.
INLINE vec in_all_lanes(uint64_t limb) { return splat(limb); }
INLINE uint64_t first_lane(vec x) { return x; }
INLINE vec widened(const int8_t bytes[LANES]) { return (vec)(int64_t)bytes[0]; }
INLINE vec lanes_from(const uint64_t words[LANES]) { return words[0]; }
INLINE void lanes_to(uint64_t words[LANES], vec x) { words[0] = x; }
// The upper half of the lanes, moved down by `by`: there is no other lane.
INLINE vec lanes_down(vec x, int by) { return (void)by, x; }
