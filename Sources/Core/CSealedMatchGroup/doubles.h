// Encodings of the doubles of many points, with one inversion and no square root: double_and_compress_batch of
// curve25519-dalek, whose names these are. The inversion is Montgomery's: all factors are multiplied up, the product is
// inverted, and each inverse comes off it from the last one back to the first.
#pragma once

// Points a lane that share an inversion. It costs 265 products, a multiple about 2,400: a sixteenth is below one in a
// hundred. More sharing would be paid for in stack.
#define SHARING 16

typedef struct {
    // 2P has x = e/f and y = g/h.
    fe e, f, g, h, eg, fh;
    // The product of those before.
    fe before;
    // Zero bytes are stored where it is zero.
    vec keep;
} doubling;
typedef struct {
    doubling of[SHARING];
    // The product of all; after the inversion, the inverse of those that are left.
    fe product;
    size_t count;
} doublings;

INLINE void start(doublings *all) {
    all->product = one();
    all->count = 0;
}
OUTLINE void append(doublings *all, const point *p, vec keep) {
    doubling *d = &all->of[all->count++];
    const fe XX = squared(p->X), YY = squared(p->Y), ZZ = squared(p->Z), XY = mul(p->X, p->Y);
    d->e = add(XY, XY);
    d->f = sub(YY, XX);
    d->g = add(YY, XX);
    d->h = sub(add(ZZ, ZZ), d->f);
    d->eg = mul(d->e, d->g);
    d->fh = mul(d->f, d->h);
    d->keep = keep;
    d->before = all->product;
    // What encodes to zero (the identity's four representatives) must not make the product zero.
    const fe factor = mul(d->eg, d->fh);
    all->product = mul(all->product, choose(is_zero(factor), one(), factor));
}
OUTLINE void invert_product(doublings *all) {
    const fe product = all->product;
    invert(&all->product, &product);
}
// The last one that is left, as an affine point (Z = 1); the identity where it is encoded as zero bytes.
INLINE void last_double(point *p, const doublings *all) {
    const doubling *d = &all->of[all->count - 1];
    const vec none = is_zero(mul(d->eg, d->fh));
    const fe z_inv = mul(d->eg, mul(all->product, d->before));
    p->X = choose(none, zero(), mul(mul(d->e, d->h), z_inv));
    p->Y = choose(none, one(), mul(mul(d->g, d->f), z_inv));
    p->Z = one();
    p->T = mul(p->X, p->Y);
}
// Encodes the last one that is left, and finds the encoding's root (`decode_and_root`) unless `root` is NULL. With s =
// magic (h - g)/e and e^2 = magic^2 (h^2 - g^2) the root is x/(2s (1 + s^2)) = (magic/4) (h + g)^2/(fh). fh is the same
// where e, f, g, h are rotated.
OUTLINE void encode_last(uint8_t *out, uint8_t *root, doublings *all, size_t used) {
    const doubling *d = &all->of[--all->count];
    const fe factor = mul(d->eg, d->fh);
    const vec none = is_zero(factor);
    const fe inverse = choose(none, zero(), mul(all->product, d->before));
    all->product = mul(all->product, choose(none, one(), factor));
    const fe z_inv = mul(d->eg, inverse), t_inv = mul(d->fh, inverse);
    const vec rotate = is_negative(mul(d->eg, z_inv));
    const fe e = choose(rotate, d->g, d->e), h = choose(rotate, mul_constant(d->f, SQRT_M1), d->h);
    const fe magic = choose(rotate, constant(SQRT_M1), constant(INVSQRT_A_MINUS_D));
    fe g = choose(rotate, negated(d->e), d->g);
    g = choose(is_negative(mul(mul(h, e), z_inv)), negated(g), g);
    store_absolute(out, mul(sub(h, g), mul(magic, mul(g, t_inv))), d->keep, used);
    if (root == NULL) return;
    const fe quarter = choose(rotate, constant(QUARTER_SQRT_M1), constant(QUARTER_INVSQRT_A_MINUS_D));
    store_absolute(root, mul(mul(quarter, squared(add(h, g))), z_inv), d->keep, used);
}
