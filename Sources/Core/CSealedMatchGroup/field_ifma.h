// GF(p), p = 2^255 - 19, in radix 2^51: five limbs, for multipliers of 52 bits. Radix 2^52 would leave them no slack:
// they drop what is above without a word.
//
// Limbs (Docs/Backend.md, "Bounds"): tight < 2^51 + 2^17, factors < 2^52,
// wide (a product before its carry) < 2^60.
#pragma once
// The proof has lanes of its own.
#ifndef LANES
#include "lanes_ifma.h"
#endif

#define LIMBS 5
typedef struct {
    vec v[LIMBS];
} fe;
typedef fe fe51;

// Limb i of 2p, which no tight limb exceeds; of 2^9 p, which no wide limb does.
#define ABOVE_TIGHT(i) ((MASK51 - ((i) == 0 ? 18 : 0)) << 1)
#define ABOVE_WIDE(i) ((MASK51 - ((i) == 0 ? 18 : 0)) << 9)

INLINE fe carry(fe z) {
    fe r;
    r.v[0] = add_low52(z.v[0] & MASK51, z.v[4] >> 51, splat(19));
    for (int i = 1; i < 5; i++) r.v[i] = (z.v[i] & MASK51) + (z.v[i - 1] >> 51);
    return r;
}
// A product as a factor.
INLINE fe narrow(fe z) { return carry(z); }

// z[k] has weight 2^51k. The upper 52 bits of a product of limbs i and j have weight 2^(51(i + j) + 52): twice that of
// z[i + j + 1]. They come first, and are doubled.
INLINE fe product(const fe *a, const fe *b) {
    vec z[10];
    for (int k = 0; k < 10; k++) z[k] = splat(0);
    UNROLLED for (int i = 0; i < 5; i++) {
        UNROLLED for (int j = 0; j < 5; j++) z[i + j + 1] = add_high52(z[i + j + 1], a->v[i], b->v[j]);
    }
    UNROLLED for (int k = 1; k < 10; k++) z[k] += z[k];
    UNROLLED for (int i = 0; i < 5; i++) {
        UNROLLED for (int j = 0; j < 5; j++) z[i + j] = add_low52(z[i + j], a->v[i], b->v[j]);
    }
    fe r;
    UNROLLED for (int k = 0; k < 5; k++) r.v[k] = z[k] + 19 * z[k + 5];
    return r;
}
// The same with each mixed product once, doubled.
INLINE fe square(const fe *a) {
    vec z[10];
    for (int k = 0; k < 10; k++) z[k] = splat(0);
    UNROLLED for (int i = 0; i < 5; i++) {
        UNROLLED for (int j = i + 1; j < 5; j++) z[i + j + 1] = add_high52(z[i + j + 1], a->v[i], a->v[j]);
    }
    UNROLLED for (int k = 2; k < 9; k++) z[k] += z[k];
    UNROLLED for (int i = 0; i < 5; i++) {
        z[2 * i + 1] = add_high52(z[2 * i + 1], a->v[i], a->v[i]);
        UNROLLED for (int j = i + 1; j < 5; j++) z[i + j] = add_low52(z[i + j], a->v[i], a->v[j]);
    }
    UNROLLED for (int k = 1; k < 10; k++) z[k] += z[k];
    UNROLLED for (int i = 0; i < 5; i++) z[2 * i] = add_low52(z[2 * i], a->v[i], a->v[i]);
    fe r;
    UNROLLED for (int k = 0; k < 5; k++) r.v[k] = z[k] + 19 * z[k + 5];
    return r;
}

INLINE fe51 to51(fe a) { return a; }
INLINE fe from51(fe51 a) { return a; }
