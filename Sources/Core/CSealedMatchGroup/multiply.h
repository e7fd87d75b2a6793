// Multiples by fixed windows of four bits, with signed digits: the same additions and doublings whatever the scalar. A
// table is read as a whole for each digit.
#pragma once

// P, 2P ... 8P.
typedef struct {
    summand of[8];
} table;

OUTLINE void table_of(table *t, const point *p) {
    point q;
    t->of[0] = summand_of(p);
    q = *p;
    double_point(&q, 1);
    t->of[1] = summand_of(&q);
    for (int i = 2; i < 8; i++) {
        add_point(&q, p, &t->of[i - 1], true);
        t->of[i] = summand_of(&q);
    }
}
INLINE summand signed_summand(vec sign, const summand *p) {
    const summand n = opposite(p);
    const summand r = {choose(sign, n.plus, p->plus), choose(sign, n.minus, p->minus), choose(sign, n.T, p->T), p->Z};
    return r;
}
// digit * P
INLINE summand chosen(const table *t, vec digit) {
    const vec sign = negative(digit), size = magnitude(digit, sign), none = equal(size, splat(0)) & 1;
    // The identity is (1, 1, 0, 2).
    summand r = {zero(), zero(), zero(), zero()};
    r.plus.v[0] = none;
    r.minus.v[0] = none;
    r.Z.v[0] = none + none;
    for (int i = 0; i < 8; i++) {
        const vec mask = equal(size, splat(i + 1));
        const summand *p = &t->of[i];
        UNROLLED for (int k = 0; k < LIMBS; k++) {
            r.plus.v[k] = collect(r.plus.v[k], mask, p->plus.v[k]);
            r.minus.v[k] = collect(r.minus.v[k], mask, p->minus.v[k]);
            r.T.v[k] = collect(r.T.v[k], mask, p->T.v[k]);
            r.Z.v[k] = collect(r.Z.v[k], mask, p->Z.v[k]);
        }
    }
    return signed_summand(sign, &r);
}
OUTLINE void add_chosen(point *r, const table *t, const int8_t digit[LANES], bool with_T) {
    const summand s = chosen(t, widened(digit));
    add_point(r, r, &s, with_T);
}

// digit * P from the table of a base, which all lanes share. Row c, i has limb i of coordinate c of eight multiples.
OUTLINE void add_base(point *r, const group_base *base, const int8_t digit[LANES]) {
    const vec d = widened(digit), sign = negative(d), size = magnitude(d, sign), none = equal(size, splat(0));
    fe51 c[3];
#if LANES == 8
    // Of digit 0: row 7, masked.
    UNROLLED for (int k = 0; k < 3; k++) {
        UNROLLED for (int i = 0; i < 5; i++) c[k].v[i] = permuted(base->limbs[k][i], size - 1) & ~hidden(none);
    }
#else
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < 5; i++) c[k].v[i] = splat(0);
    }
    for (int j = 0; j < 8; j++) {
        const vec mask = equal(size, splat(j + 1));
        for (int k = 0; k < 3; k++) {
            for (int i = 0; i < 5; i++) c[k].v[i] = collect(c[k].v[i], mask, in_all_lanes(base->limbs[k][i][j]));
        }
    }
#endif
    c[0].v[0] |= none & 1;
    c[1].v[0] |= none & 1;
    const summand p = {from51(c[0]), from51(c[1]), from51(c[2]), zero()}, s = signed_summand(sign, &p);
    const completed sum = summed(r, &s, true);
    complete(r, &sum, true);
}
// Tables of p, which is the same in all lanes.
OUTLINE void base_of(group_base *base, const point *p) {
    table t;
    table_of(&t, p);
    for (int j = 0; j < 8; j++) {
        // From 1/2Z.
        fe half;
        invert(&half, &t.of[j].Z);
        const fe inverse = add(half, half);
        const fe affine[3] = {mul(t.of[j].plus, inverse), mul(t.of[j].minus, inverse), mul(t.of[j].T, inverse)};
        for (int k = 0; k < 3; k++) {
            const fe51 a = canonical(affine[k]);
            for (int i = 0; i < 5; i++) base->limbs[k][i][j] = first_lane(a.v[i]);
        }
    }
}

// r = a * p, and b times the base on top where there is one. Without T.
OUTLINE void multiple(point *r, const digits *a, const point *p, const digits *b, const group_base *base) {
    table t;
    table_of(&t, p);
    *r = identity();
    for (int i = DIGITS - 1; i >= 0; i--) {
        if (i < DIGITS - 1) double_point(r, 4);
        if (base != NULL) add_base(r, base, b->of[i]);
        add_chosen(r, &t, a->of[i], false);
    }
}
