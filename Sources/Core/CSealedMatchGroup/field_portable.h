// GF(p), p = 2^255 - 19, in radix 2^51: five limbs of a lane of 64 bits, products of 128 bits.
//
// Limbs (Docs/Backend.md, "Bounds"): tight < 2^51 + 2^14. A product is carried on the way, and so it is tight at once.
#pragma once
// The proof has lanes of its own.
#ifndef LANES
#include "lanes_portable.h"
#endif

#define LIMBS 5
typedef struct {
    vec v[LIMBS];
} fe;
typedef fe fe51;

// Limb i of 2p, which no tight limb exceeds; and what no limb of a product exceeds: here the same.
#define ABOVE_TIGHT(i) ((MASK51 - ((i) == 0 ? 18 : 0)) << 1)
#define ABOVE_WIDE(i) ABOVE_TIGHT(i)

INLINE fe carry(fe z) {
    fe r;
    r.v[0] = (z.v[0] & MASK51) + 19 * (z.v[4] >> 51);
    for (int i = 1; i < 5; i++) r.v[i] = (z.v[i] & MASK51) + (z.v[i - 1] >> 51);
    return r;
}
// A product as a factor.
INLINE fe narrow(fe z) { return z; }

INLINE fe reduced(wide z0, wide z1, wide z2, wide z3, wide z4) {
    z1 += (vec)(z0 >> 51);
    z2 += (vec)(z1 >> 51);
    z3 += (vec)(z2 >> 51);
    z4 += (vec)(z3 >> 51);
    const vec low = (vec)(z0 & MASK51) + 19 * (vec)(z4 >> 51);
    fe r;
    r.v[0] = low & MASK51;
    r.v[1] = (vec)(z1 & MASK51) + (low >> 51);
    r.v[2] = (vec)(z2 & MASK51);
    r.v[3] = (vec)(z3 & MASK51);
    r.v[4] = (vec)(z4 & MASK51);
    return r;
}
INLINE fe product(const fe *a, const fe *b) {
    const vec a0 = a->v[0], a1 = a->v[1], a2 = a->v[2], a3 = a->v[3], a4 = a->v[4];
    const vec b0 = b->v[0], b1 = b->v[1], b2 = b->v[2], b3 = b->v[3], b4 = b->v[4];
    // 2^255 = 19.
    const vec c1 = 19 * b1, c2 = 19 * b2, c3 = 19 * b3, c4 = 19 * b4;
    return reduced((wide)a0 * b0 + (wide)a1 * c4 + (wide)a2 * c3 + (wide)a3 * c2 + (wide)a4 * c1,
                   (wide)a0 * b1 + (wide)a1 * b0 + (wide)a2 * c4 + (wide)a3 * c3 + (wide)a4 * c2,
                   (wide)a0 * b2 + (wide)a1 * b1 + (wide)a2 * b0 + (wide)a3 * c4 + (wide)a4 * c3,
                   (wide)a0 * b3 + (wide)a1 * b2 + (wide)a2 * b1 + (wide)a3 * b0 + (wide)a4 * c4,
                   (wide)a0 * b4 + (wide)a1 * b3 + (wide)a2 * b2 + (wide)a3 * b1 + (wide)a4 * b0);
}
INLINE fe square(const fe *a) {
    const vec a0 = a->v[0], a1 = a->v[1], a2 = a->v[2], a3 = a->v[3], a4 = a->v[4];
    const vec twice0 = 2 * a0, twice1 = 2 * a1, c2 = 38 * a2, c3 = 19 * a3, c4 = 19 * a4, twice_c4 = 38 * a4;
    return reduced(
        (wide)a0 * a0 + (wide)a1 * twice_c4 + (wide)a3 * c2, (wide)twice0 * a1 + (wide)a2 * twice_c4 + (wide)a3 * c3,
        (wide)twice0 * a2 + (wide)a1 * a1 + (wide)a3 * twice_c4, (wide)twice0 * a3 + (wide)twice1 * a2 + (wide)a4 * c4,
        (wide)twice0 * a4 + (wide)twice1 * a3 + (wide)a2 * a2);
}

INLINE fe51 to51(fe a) { return a; }
INLINE fe from51(fe51 a) { return a; }
