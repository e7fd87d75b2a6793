// What is the same in every field: sums, powers, square roots, canonical form. Included after a field.
#pragma once

// The proof looks at `x` here; otherwise nothing.
#ifndef PROVE_BELOW
#define PROVE_BELOW(x, limit) (void)0
#endif

// Constants in radix 2^51 (RFC 9496, 4.1, and what is made of them).
static const uint64_t ONE[5] = {1};
static const uint64_t D[5] = {0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff};
// 2d
static const uint64_t TWICE_D[5] = {0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977,
                                    0x2406d9dc56dff};
static const uint64_t SQRT_M1[5] = {0x61b274a0ea0b0, 0xd5a5fc8f189d, 0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d};
// The square root of ad - 1.
static const uint64_t SQRT_AD_MINUS_ONE[5] = {0x7f6a0497b2e1b, 0x1836f0a97afd2, 0x7d747f6be7638, 0x456079e7e6498,
                                              0x376931bf2b834};
// The inverse of the square root of a - d.
static const uint64_t INVSQRT_A_MINUS_D[5] = {0xfdaa805d40ea, 0x2eb482e57d339, 0x7610274bc58, 0x6510b613dc8ff,
                                              0x786c8905cfaff};
// A quarter of these two.
static const uint64_t QUARTER_SQRT_M1[5] = {0x386c9d283a82c, 0x35697f23c627, 0x5fbd7a72f4318, 0x3e16569a01327,
                                            0xae0c92013f07};
static const uint64_t QUARTER_INVSQRT_A_MINUS_D[5] = {0x23f6aa0175031, 0xbad20b95f4ce, 0x601d8409d2f16, 0x79442d84f723f,
                                                      0x5e1b224173ebf};
// 1 - d^2
static const uint64_t ONE_MINUS_D_SQ[5] = {0x409c1945fc176, 0x719abc6a1fc4f, 0x1c37f90b20684, 0x6bccca55eedf,
                                           0x29072a8b2b3e};
// (d - 1)^2
static const uint64_t D_MINUS_ONE_SQ[5] = {0x55aaa44ed4d20, 0x59603c3332635, 0x26d3baf4a7928, 0x120a66e6997a9,
                                           0x5968b37af66c2};

INLINE fe constant(const uint64_t limbs[5]) {
    fe51 r;
    for (int i = 0; i < 5; i++) r.v[i] = splat(limbs[i]);
    return from51(r);
}
INLINE fe zero(void) {
    fe r;
    for (int i = 0; i < LIMBS; i++) r.v[i] = splat(0);
    return r;
}
INLINE fe one(void) { return constant(ONE); }

// Sums and differences with no carry: factors at best, or to be carried. The subtrahend is wide, or tight.
INLINE fe plus(fe a, fe b) {
    for (int i = 0; i < LIMBS; i++) a.v[i] += b.v[i];
    return a;
}
INLINE fe minus_wide(fe a, fe b) {
    for (int i = 0; i < LIMBS; i++) a.v[i] += splat(ABOVE_WIDE(i)) - b.v[i];
    return a;
}
INLINE fe minus(fe a, fe b) {
    for (int i = 0; i < LIMBS; i++) a.v[i] += splat(ABOVE_TIGHT(i)) - b.v[i];
    return a;
}
INLINE fe choose(vec mask, fe a, fe b) {
    for (int i = 0; i < LIMBS; i++) a.v[i] = blend(mask, a.v[i], b.v[i]);
    return a;
}

// Of tight ones, and tight.
INLINE fe add(fe a, fe b) { return carry(plus(a, b)); }
INLINE fe sub(fe a, fe b) { return carry(minus(a, b)); }
INLINE fe negated(fe a) { return sub(zero(), a); }

// Products of factors, tight.
OUTLINE void mul_to(fe *r, const fe *a, const fe *b) { *r = narrow(product(a, b)); }
OUTLINE void square_to(fe *r, const fe *a, int times) {
    fe x = *a;
    for (int i = 0; i < times; i++) x = narrow(square(&x));
    *r = x;
}
INLINE fe mul(fe a, fe b) {
    fe r;
    mul_to(&r, &a, &b);
    return r;
}
INLINE fe squared(fe a) {
    fe r;
    square_to(&r, &a, 1);
    return r;
}
// a^(2^times)
INLINE fe squared_times(fe a, int times) {
    fe r;
    square_to(&r, &a, times);
    return r;
}
// In the formulas of points, where the time goes: in line, unless the loop is then too long for the instruction cache.
#ifdef CALLS_PRODUCTS
OUTLINE void product_to(fe *r, const fe *a, const fe *b) { *r = product(a, b); }
INLINE fe product_in_formula(const fe *a, const fe *b) {
    fe r;
    product_to(&r, a, b);
    return r;
}
INLINE void mul_in_formula(fe *r, const fe *a, const fe *b) { mul_to(r, a, b); }
#else
INLINE fe product_in_formula(const fe *a, const fe *b) { return product(a, b); }
INLINE void mul_in_formula(fe *r, const fe *a, const fe *b) { *r = narrow(product(a, b)); }
#endif
INLINE fe mul_constant(fe a, const uint64_t limbs[5]) { return mul(a, constant(limbs)); }

// Below 2p, in limbs of 51 bits, the lowest one a little more: what is above 2^255 comes back as 19 times so much.
INLINE fe51 settled(fe x) {
    fe51 a = to51(x);
    vec c = splat(0);
    for (int i = 0; i < 5; i++) {
        c += a.v[i];
        a.v[i] = c & MASK51;
        c >>= 51;
    }
    PROVE_BELOW(c, 1 << 12);
    a.v[0] += 19 * c;
    return a;
}
// 1 where a >= p, and otherwise 0, for a < 2p: whether a + 19 reaches 2^255.
INLINE vec reaches_p(fe51 a) {
    vec c = (a.v[0] + 19) >> 51;
    for (int i = 1; i < 5; i++) c = (a.v[i] + c) >> 51;
    return c;
}
// Below p.
INLINE fe51 canonical(fe x) {
    fe51 a = settled(x);
    vec c = 19 * reaches_p(a);
    for (int i = 0; i < 5; i++) {
        c += a.v[i];
        a.v[i] = c & MASK51;
        c >>= 51;
    }
    return a;
}
// RFC 9496, 4.2: negative is what is odd in canonical form.
INLINE vec is_negative(fe x) {
    const fe51 a = settled(x);
    return mask_of((a.v[0] ^ reaches_p(a)) & 1);
}
INLINE vec is_zero(fe x) {
    const fe51 a = canonical(x);
    return equal(a.v[0] | a.v[1] | a.v[2] | a.v[3] | a.v[4], splat(0));
}
INLINE fe absolute(fe x) { return choose(is_negative(x), negated(x), x); }

// x^(2^252 - 3), and x^(2^250 - 1) where there is a place for it. The chain is the one of ref10.
OUTLINE void power_22523(fe *r, const fe *x, fe *power_250) {
    fe t0 = squared(*x);
    fe t1 = mul(*x, squared_times(t0, 2)); // 9
    t0 = mul(t0, t1);                      // 11
    t0 = mul(t1, squared(t0));             // 2^5 - 1
    t0 = mul(squared_times(t0, 5), t0);    // 2^10 - 1
    t1 = mul(squared_times(t0, 10), t0);   // 2^20 - 1
    t1 = mul(squared_times(t1, 20), t1);   // 2^40 - 1
    t0 = mul(squared_times(t1, 10), t0);   // 2^50 - 1
    t1 = mul(squared_times(t0, 50), t0);   // 2^100 - 1
    t1 = mul(squared_times(t1, 100), t1);  // 2^200 - 1
    t0 = mul(squared_times(t1, 50), t0);   // 2^250 - 1
    if (power_250 != NULL) *power_250 = t0;
    *r = mul(squared_times(t0, 2), *x);
}
// x^(p - 2) = x^((2^250 - 1) 2^5 + 11): the inverse; of zero, zero.
OUTLINE void invert(fe *r, const fe *x) {
    fe ignored, power;
    power_22523(&ignored, x, &power);
    const fe x2 = squared(*x), x9 = mul(squared_times(x2, 2), *x);
    *r = mul(squared_times(power, 5), mul(x9, x2));
}
// SQRT_RATIO_M1 (RFC 9496, 4.2): a nonnegative root of u/v, or of sqrt(-1) u/v. All ones where u/v is a square.
OUTLINE vec sqrt_ratio(fe *r, const fe *u, const fe *v) {
    const fe v3 = mul(squared(*v), *v), v7 = mul(squared(v3), *v), uv7 = mul(*u, v7);
    fe root;
    power_22523(&root, &uv7, NULL);
    root = mul(mul(root, v3), *u);
    const fe check = mul(*v, squared(root));
    const vec correct = is_zero(minus(check, *u)), flipped = is_zero(plus(check, *u));
    const vec flipped_i = is_zero(plus(check, mul_constant(*u, SQRT_M1)));
    root = choose(flipped | flipped_i, mul_constant(root, SQRT_M1), root);
    *r = absolute(root);
    return correct | flipped;
}
