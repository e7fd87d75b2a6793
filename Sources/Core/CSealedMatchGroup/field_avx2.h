// GF(p), p = 2^255 - 19, in radix 2^25.5: ten limbs, of 26 and 25 bits by turns, for multipliers of 32 bits.
//
// Limbs (Docs/Backend.md, "Bounds"): tight < 2^26 + 2^18 and 2^25 + 2^18,
// factors < 2^32 with all that they are multiplied by, wide (a product before its carry) < 2^61.
#pragma once
// The proof has lanes of its own.
#ifndef LANES
#include "lanes_avx2.h"
#endif

#define LIMBS 10
// 2 kB of code a product, and 32 kB of cache.
#define CALLS_PRODUCTS
typedef struct {
    vec v[LIMBS];
} fe;
typedef struct {
    vec v[5];
} fe51;

#define MASK26 ((1ULL << 26) - 1)
#define MASK25 ((1ULL << 25) - 1)
// Limb i of p; of 2p, which no tight limb exceeds; of 2^36 p, which no wide limb does.
#define PRIME(i) ((i) == 0 ? MASK26 - 18 : (i) & 1 ? MASK25 : MASK26)
#define ABOVE_TIGHT(i) (PRIME(i) << 1)
#define ABOVE_WIDE(i) (PRIME(i) << 36)

// Two rounds of all limbs at once: more operations than one chain from limb to limb, and a third of its latency.
INLINE fe carry(fe z) {
    for (int round = 0; round < 2; round++) {
        vec c[10];
        for (int i = 0; i < 10; i++) {
            c[i] = z.v[i] >> (i & 1 ? 25 : 26);
            z.v[i] &= splat(i & 1 ? MASK25 : MASK26);
        }
        z.v[0] += c[9] + (c[9] << 1) + (c[9] << 4);
        for (int i = 1; i < 10; i++) z.v[i] += c[i - 1];
    }
    return z;
}
// A product as a factor.
INLINE fe narrow(fe z) { return carry(z); }

// Limbs i and j meet in limb i + j; twice where both are odd (25.5 is rounded up twice), 19 times from limb 10 on.
// Row by row, ten sums in registers and the second factor in memory: 16 registers hold no more, and clang needs
// telling.
INLINE fe product(const fe *a, const fe *b) {
    vec t[20];
    fe r;
    UNROLLED for (int j = 0; j < 10; j++) {
        t[10 + j] = b->v[j];
        t[j] = product32(b->v[j], splat(19));
    }
    HIDE("+m", t);
    UNROLLED for (int i = 0; i < 10; i++) {
        const vec x = a->v[i], twice = x + x;
        UNROLLED for (int k = 0; k < 10; k++) {
            const vec term = product32(i & 1 && !(k & 1) ? twice : x, t[10 + k - i]);
            r.v[k] = i > 0 ? r.v[k] + term : term;
        }
        keep_together(r.v);
    }
    return r;
}
// Each pair i <= j once.
INLINE fe square(const fe *a) {
    vec twice[10], times19[10];
    fe r;
    UNROLLED for (int i = 0; i < 10; i++) {
        twice[i] = a->v[i] + a->v[i];
        // Twice that where i is odd.
        times19[i] = product32(i & 1 ? twice[i] : a->v[i], splat(19));
    }
    UNROLLED for (int k = 0; k < 10; k++) {
        vec sum = splat(0);
        UNROLLED for (int i = 0; i < 10; i++) {
            UNROLLED for (int j = i; j < 10; j++) {
                const bool both_odd = i & 1 && j & 1;
                const vec mixed = i < j ? twice[i] : a->v[i];
                if (i + j == k) sum += product32(mixed, both_odd ? twice[j] : a->v[j]);
                if (i + j != k + 10) continue;
                // An odd j has its 2 in times19 already: right for two odd ones, and for an even i it is the mixed 2.
                sum += product32(j & 1 && !both_odd ? a->v[i] : mixed, times19[j]);
            }
        }
        r.v[k] = sum;
    }
    return r;
}

INLINE fe51 to51(fe a) {
    fe51 r;
    for (int i = 0; i < 5; i++) r.v[i] = a.v[2 * i] + (a.v[2 * i + 1] << 26);
    return r;
}
INLINE fe from51(fe51 a) {
    fe r;
    for (int i = 0; i < 5; i++) {
        r.v[2 * i] = a.v[i] & MASK26;
        r.v[2 * i + 1] = a.v[i] >> 26;
    }
    return r;
}
