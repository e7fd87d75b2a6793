// ristretto255 (RFC 9496) on the twisted Edwards curve -x^2 + y^2 = 1 + d x^2 y^2, a point a lane, in extended
// coordinates: x = X/Z, y = Y/Z, xy = T/Z (Hisil, Wong, Carter, Dawson: Twisted Edwards Curves Revisited, 2008).
// The formulas are complete: no input is an exception.
#pragma once

// Coordinates are tight.
typedef struct {
    fe X, Y, Z, T;
} point;
// A summand: Y + X, Y - X, 2dT, 2Z.
typedef struct {
    fe plus, minus, T, Z;
} summand;
// X = EF, Y = GH, Z = FG, T = EH.
typedef struct {
    fe E, F, G, H;
} completed;

INLINE point identity(void) {
    const point r = {zero(), one(), one(), zero()};
    return r;
}
INLINE summand summand_of(const point *p) {
    const summand r = {add(p->Y, p->X), sub(p->Y, p->X), mul_constant(p->T, TWICE_D), add(p->Z, p->Z)};
    return r;
}
INLINE summand opposite(const summand *p) {
    // 2p - T is a factor, though not tight; the other two change places.
    const summand r = {p->minus, p->plus, minus(zero(), p->T), p->Z};
    return r;
}
INLINE point choose_point(vec mask, const point *a, const point *b) {
    const point r = {choose(mask, a->X, b->X), choose(mask, a->Y, b->Y), choose(mask, a->Z, b->Z),
                     choose(mask, a->T, b->T)};
    return r;
}

// 2P, by `dbl-2008-hwcd` with a = -1 and all signs turned: E = 2XY, F = 2Z^2 - G, G = Y^2 - X^2, H = X^2 + Y^2.
INLINE completed doubled(const point *p) {
    const fe XX = square(&p->X), YY = square(&p->Y), ZZ = square(&p->Z), XY = product_in_formula(&p->X, &p->Y);
    const completed r = {carry(plus(XY, XY)), carry(plus(plus(ZZ, ZZ), minus_wide(XX, YY))), carry(minus_wide(YY, XX)),
                         carry(plus(XX, YY))};
    return r;
}
// P + Q, by `add-2008-hwcd-3`. 2Z of an affine summand is 2.
INLINE completed summed(const point *p, const summand *q, bool is_affine) {
    const fe p_minus = sub(p->Y, p->X), p_plus = add(p->Y, p->X);
    const fe A = product_in_formula(&p_minus, &q->minus), B = product_in_formula(&p_plus, &q->plus);
    const fe C = product_in_formula(&p->T, &q->T);
    const fe D2 = is_affine ? plus(p->Z, p->Z) : product_in_formula(&p->Z, &q->Z);
    const completed r = {carry(minus_wide(B, A)), carry(minus_wide(D2, C)), carry(plus(D2, C)), carry(plus(A, B))};
    return r;
}
// T is for sums: what only is doubled, or encoded, does without.
INLINE void complete(point *r, const completed *c, bool with_T) {
    mul_in_formula(&r->X, &c->E, &c->F);
    mul_in_formula(&r->Y, &c->G, &c->H);
    mul_in_formula(&r->Z, &c->F, &c->G);
    if (with_T) mul_in_formula(&r->T, &c->E, &c->H);
}

// p = 2^times p
OUTLINE void double_point(point *p, int times) {
    for (int i = 1; i <= times; i++) {
        const completed c = doubled(p);
        complete(p, &c, i == times);
    }
}
// r = p + q
OUTLINE void add_point(point *r, const point *p, const summand *q, bool with_T) {
    const completed c = summed(p, q, false);
    complete(r, &c, with_T);
}

INLINE fe51 limbs_of(const vec words[4]) {
    fe51 r;
    r.v[0] = words[0] & MASK51;
    r.v[1] = (words[0] >> 51 | words[1] << 13) & MASK51;
    r.v[2] = (words[1] >> 38 | words[2] << 26) & MASK51;
    r.v[3] = (words[2] >> 25 | words[3] << 39) & MASK51;
    // With bit 255.
    r.v[4] = words[3] >> 12;
    return r;
}
// |x| in canonical form; zero bytes where `keep` is zero.
INLINE void store_absolute(uint8_t *out, fe x, vec keep, size_t used) {
    const fe51 a = canonical(absolute(x));
    const vec words[4] = {
        (a.v[0] | a.v[1] << 51) & keep,
        (a.v[1] >> 13 | a.v[2] << 38) & keep,
        (a.v[2] >> 26 | a.v[3] << 25) & keep,
        (a.v[3] >> 39 | a.v[4] << 12) & keep,
    };
    store(out, words, used);
}

// A nonnegative number below p, in canonical form: its limbs, and 0 in `refused` unless it is p or more (also for bit
// 255) or negative.
INLINE fe load_nonnegative(vec *refused, const uint8_t *in, size_t stride, size_t used) {
    vec words[4];
    load(words, in, stride, used);
    fe51 x = limbs_of(words);
    *refused = reaches_p(x) | (x.v[0] & 1);
    x.v[4] &= MASK51;
    return from51(x);
}
// Decode (RFC 9496, 4.3.1), before its root and after it, with the RFC's names.
typedef struct {
    fe s, u1, u2, v, v_u2_sqr;
    vec refused;
} decoding;
INLINE void before_root(decoding *d, const uint8_t *in, size_t stride, size_t used) {
    d->s = load_nonnegative(&d->refused, in, stride, used);
    const fe ss = squared(d->s);
    d->u1 = sub(one(), ss);
    d->u2 = add(one(), ss);
    const fe u2_sqr = squared(d->u2);
    d->v = sub(negated(mul_constant(squared(d->u1), D)), u2_sqr);
    d->v_u2_sqr = mul(d->v, u2_sqr);
}
INLINE vec after_root(point *p, const decoding *d, const fe *invsqrt, vec was_square) {
    const fe den_x = mul(*invsqrt, d->u2), den_y = mul(mul(*invsqrt, den_x), d->v);
    p->X = absolute(mul(add(d->s, d->s), den_x));
    p->Y = mul(d->u1, den_y);
    p->Z = one();
    p->T = mul(p->X, p->Y);
    return equal(d->refused, splat(0)) & was_square & ~is_negative(p->T) & ~is_zero(p->Y);
}
// All ones where the encoding is an element's; elsewhere p is on no account of use, though its limbs are in bounds.
OUTLINE vec decode_and_root(point *p, fe *invsqrt, const uint8_t *in, size_t stride, size_t used) {
    decoding d;
    before_root(&d, in, stride, used);
    const fe unit = one();
    const vec was_square = sqrt_ratio(invsqrt, &unit, &d.v_u2_sqr);
    return after_root(p, &d, invsqrt, was_square);
}
INLINE vec decode(point *p, const uint8_t *in, size_t stride, size_t used) {
    fe invsqrt;
    return decode_and_root(p, &invsqrt, in, stride, used);
}
// The same with the roots, of 32 bytes each. All ones where the root is the encoding's, too: to see that takes one
// square, and no power. With no roots (NULL) they are found.
OUTLINE vec decode_by_root(point *p, const uint8_t *in, const uint8_t *roots, size_t used) {
    decoding d;
    vec refused;
    before_root(&d, in, 32, used);
    const fe invsqrt = load_nonnegative(&refused, roots, 32, used);
    d.refused |= refused;
    return after_root(p, &d, &invsqrt, is_zero(minus(mul(d.v_u2_sqr, squared(invsqrt)), one())));
}
INLINE vec decode_either(point *p, const uint8_t *in, const uint8_t *roots, size_t used) {
    return roots == NULL ? decode(p, in, 32, used) : decode_by_root(p, in, roots, used);
}
// Encode (RFC 9496, 4.3.2); zero bytes where `keep` is zero.
OUTLINE void encode(uint8_t *out, const point *p, vec keep, size_t used) {
    const fe u1 = mul(add(p->Z, p->Y), sub(p->Z, p->Y)), u2 = mul(p->X, p->Y);
    const fe unit = one(), u1_u2_sqr = mul(u1, squared(u2));
    fe root;
    sqrt_ratio(&root, &unit, &u1_u2_sqr);
    const fe den1 = mul(root, u1), den2 = mul(root, u2), z_inv = mul(mul(den1, den2), p->T);
    const vec rotate = is_negative(mul(p->T, z_inv));
    const fe x = choose(rotate, mul_constant(p->Y, SQRT_M1), p->X);
    fe y = choose(rotate, mul_constant(p->X, SQRT_M1), p->Y);
    const fe den_inv = choose(rotate, mul_constant(den1, INVSQRT_A_MINUS_D), den2);
    y = choose(is_negative(mul(x, z_inv)), negated(y), y);
    store_absolute(out, mul(den_inv, sub(p->Z, y)), keep, used);
}
// MAP (RFC 9496, 4.3.4) of 32 bytes, bit 255 ignored.
OUTLINE void map_to_point(point *r, const uint8_t *in, size_t stride, size_t used) {
    vec words[4];
    load(words, in, stride, used);
    fe51 t51 = limbs_of(words);
    t51.v[4] &= MASK51;
    // `q` is the r of the RFC.
    const fe t = from51(t51), q = mul_constant(squared(t), SQRT_M1);
    const fe u = mul_constant(add(q, one()), ONE_MINUS_D_SQ);
    const fe v = mul(sub(negated(one()), mul_constant(q, D)), add(q, constant(D)));
    fe s;
    const vec was_square = sqrt_ratio(&s, &u, &v);
    s = choose(was_square, s, negated(absolute(mul(s, t))));
    const fe c = choose(was_square, negated(one()), q);
    const fe N = sub(mul_constant(mul(c, sub(q, one())), D_MINUS_ONE_SQ), v);
    const fe ss = squared(s), w0 = mul(add(s, s), v), w1 = mul_constant(N, SQRT_AD_MINUS_ONE);
    const fe w2 = sub(one(), ss), w3 = add(one(), ss);
    r->X = mul(w0, w3);
    r->Y = mul(w2, w1);
    r->Z = mul(w1, w3);
    r->T = mul(w0, w2);
}
// One-way map (RFC 9496, 4.3.4) of 64 bytes a lane.
INLINE void map_uniform(point *r, const uint8_t *uniform, size_t used) {
    point first, second;
    map_to_point(&first, uniform, 64, used);
    map_to_point(&second, uniform + 32, 64, used);
    const summand s = summand_of(&second);
    add_point(r, &first, &s, true);
}
