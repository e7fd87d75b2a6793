// Sums of multiples by buckets (Pippenger; as in Bernstein, Doumen, Lange, Oosterwijk: Faster batch forgery
// identification, 2012). FOR PUBLIC SCALARS: they choose what is added to what, and addresses.
//
// A scalar has signed digits of radix 2^w, one for each *window*. In a window each point goes to the bucket of its
// digit; a bucket's sum is its points' (for a negative digit the opposite). Then sum_d d * bucket d is two additions a
// bucket. Buckets of one length are summed in the lanes of one vector; a window is a lane in what follows.
#pragma once

// Points that are put before they are added.
#define CHUNK 512
// Bits of a digit, where there are many points; and where there are few.
#define WIDE_DIGIT 6
#define NARROW_DIGIT 4
#define MANY 64
#define BUCKETS (1 << (WIDE_DIGIT - 1))
// As many windows as a scalar of 255 bits has, in groups of lanes.
#define WINDOW_GROUPS ((256 / NARROW_DIGIT + LANES) / LANES)

// Y + X, Y - X, 2dXY of an affine point, limb by limb: what a lane is loaded with.
typedef struct {
    limb of[3][LIMBS];
} affine_point;
typedef struct {
    size_t width, windows;
    // Of each window, over all chunks.
    point sums[WINDOW_GROUPS];
    // Of multiples that were computed one by one.
    point singly;
    affine_point points[CHUNK];
} combination;

// How many bits the longest of these scalars has, in whole bytes.
static size_t bits_in_use(const uint8_t *scalars, size_t count) {
    size_t bytes = 1;
    for (size_t i = 0; i < count; i++) {
        while (bytes < 32) {
            uint8_t rest = 0;
            for (size_t k = bytes; k < 32; k++) rest |= scalars[32 * i + k];
            if (rest == 0) break;
            bytes++;
        }
    }
    return 8 * bytes;
}
static void begin_combination(combination *c, const uint8_t *scalars, size_t count) {
    c->width = count < MANY ? NARROW_DIGIT : WIDE_DIGIT;
    // One more bit for the last carry.
    c->windows = bits_in_use(scalars, count) / c->width + 1;
    c->singly = identity();
    for (size_t g = 0; g * LANES < c->windows; g++) c->sums[g] = identity();
}
// Affine points (Z = 1), as number i and on.
INLINE void put(combination *c, size_t i, const point *p, size_t used) {
    const fe coordinates[3] = {add(p->Y, p->X), sub(p->Y, p->X), mul_constant(p->T, TWICE_D)};
    for (int k = 0; k < 3; k++) {
        for (int l = 0; l < LIMBS; l++) {
            limb limbs[LANES];
            lanes_to(limbs, coordinates[k].v[l]);
            for (size_t lane = 0; lane < used; lane++) c->points[i + lane].of[k][l] = limbs[lane];
        }
    }
}

// The points of one bucket of one window, and where they stand in `entries`.
typedef struct {
    uint16_t first, count;
    uint8_t lane, size;
} bucket;
typedef struct {
    // A window's points, ordered by the size of their digits: the number, and whether it is taken off.
    uint16_t entries[LANES][CHUNK];
    bucket of[LANES * BUCKETS];
    size_t count;
} schedule;

// Digit `window`, with the carry from below, which is replaced by the one for above.
INLINE int digit(const uint8_t *scalar, size_t window, size_t width, uint8_t *carry) {
    const size_t bit = window * width;
    unsigned word = bit < 256 ? scalar[bit / 8] : 0;
    if (bit / 8 + 1 < 32) word |= (unsigned)scalar[bit / 8 + 1] << 8;
    // Bit 255 does not count.
    if (bit / 8 + 1 == 31) word &= 0x7fff;
    if (bit / 8 == 31) word &= 0x7f;
    const int value = (int)(word >> bit % 8 & ((1u << width) - 1)) + *carry;
    *carry = (uint8_t)(value >= 1 << (width - 1));
    return value - (*carry << width);
}
// Orders `count` points by the digits of the windows from `window` on, one for each lane.
static void order(schedule *s, uint8_t *carries, const uint8_t *scalars, size_t count, size_t window, size_t windows,
                  size_t width) {
    int8_t digits[CHUNK];
    bucket unordered[LANES * BUCKETS];
    uint16_t with_count[CHUNK + 2] = {0};
    size_t buckets = 0;
    for (size_t lane = 0; lane < windows; lane++) {
        uint16_t ends[BUCKETS + 2] = {0};
        for (size_t i = 0; i < count; i++) {
            const int d = digit(scalars + 32 * i, window + lane, width, &carries[i]);
            digits[i] = (int8_t)d;
            ends[d < 0 ? -d : d]++;
        }
        // Digits 0 stand first, and are in no bucket.
        for (size_t size = 0; size <= (size_t)1 << (width - 1); size++) {
            const uint16_t first = size == 0 ? 0 : ends[size - 1], in_bucket = ends[size];
            ends[size] = (uint16_t)(first + in_bucket);
            if (size == 0 || in_bucket == 0) continue;
            unordered[buckets++] = (bucket){first, in_bucket, (uint8_t)lane, (uint8_t)size};
            with_count[in_bucket]++;
        }
        for (size_t i = count; i-- > 0;) {
            const int d = digits[i];
            s->entries[lane][--ends[d < 0 ? -d : d]] = (uint16_t)(i << 1 | (d < 0));
        }
    }
    // The fullest buckets first.
    uint16_t place = 0;
    for (size_t n = count + 1; n-- > 0;) {
        const uint16_t here = with_count[n];
        with_count[n] = place;
        place = (uint16_t)(place + here);
    }
    for (size_t b = 0; b < buckets; b++) s->of[with_count[unordered[b].count]++] = unordered[b];
    s->count = buckets;
}

// The next summand of each lane's bucket; the identity where it has none.
INLINE summand next_points(const combination *c, const schedule *s, const bucket *buckets, size_t used, size_t n) {
    static const affine_point none = {{{1}, {1}, {0}}};
    const affine_point *of[LANES];
    uint64_t minus[LANES];
    for (size_t lane = 0; lane < LANES; lane++) {
        of[lane] = &none;
        minus[lane] = 0;
        if (lane >= used || n >= buckets[lane].count) continue;
        const uint16_t entry = s->entries[buckets[lane].lane][buckets[lane].first + n];
        of[lane] = &c->points[entry >> 1];
        minus[lane] = 0 - (uint64_t)(entry & 1);
    }
    summand r;
    fe *const coordinates[3] = {&r.plus, &r.minus, &r.T};
    for (int k = 0; k < 3; k++) {
        for (int l = 0; l < LIMBS; l++) {
            limb limbs[LANES];
            for (size_t lane = 0; lane < LANES; lane++) limbs[lane] = of[lane]->of[k][l];
            coordinates[k]->v[l] = lanes_from(limbs);
        }
    }
    r.Z = zero();
    return signed_summand(lanes_from(minus), &r);
}

// Adds the multiples of the `count` points that were put.
OUTLINE void add_multiples(combination *c, const uint8_t *scalars, size_t count) {
    uint8_t carries[CHUNK] = {0};
    schedule s;
    for (size_t window = 0; window < c->windows; window += LANES) {
        const size_t windows = least(LANES, c->windows - window), top = (size_t)1 << (c->width - 1);
        limb sums[BUCKETS][4][LIMBS][LANES];
        const point none = identity();
        const fe *const coordinates_of_none[4] = {&none.X, &none.Y, &none.Z, &none.T};
        order(&s, carries, scalars, count, window, windows, c->width);
        for (size_t b = 0; b < top; b++) {
            for (int k = 0; k < 4; k++) {
                for (int l = 0; l < LIMBS; l++) lanes_to(sums[b][k][l], coordinates_of_none[k]->v[l]);
            }
        }
        for (size_t b = 0; b < s.count; b += LANES) {
            const size_t used = least(LANES, s.count - b);
            point sum = identity();
            for (size_t n = 0; n < s.of[b].count; n++) {
                const summand p = next_points(c, &s, s.of + b, used, n);
                const completed r = summed(&sum, &p, true);
                complete(&sum, &r, true);
            }
            const fe *const coordinates[4] = {&sum.X, &sum.Y, &sum.Z, &sum.T};
            for (int k = 0; k < 4; k++) {
                for (int l = 0; l < LIMBS; l++) {
                    limb limbs[LANES];
                    lanes_to(limbs, coordinates[k]->v[l]);
                    for (size_t lane = 0; lane < used; lane++) {
                        sums[s.of[b + lane].size - 1][k][l][s.of[b + lane].lane] = limbs[lane];
                    }
                }
            }
        }
        // 1 * bucket 1 + 2 * bucket 2 + ...: bucket `top`, that and the one below, and so on.
        point running = identity(), *total = &c->sums[window / LANES];
        for (size_t b = top; b-- > 0;) {
            point p;
            fe *const coordinates[4] = {&p.X, &p.Y, &p.Z, &p.T};
            for (int k = 0; k < 4; k++) {
                for (int l = 0; l < LIMBS; l++) coordinates[k]->v[l] = lanes_from(sums[b][k][l]);
            }
            summand q = summand_of(&p);
            add_point(&running, &running, &q, true);
            q = summand_of(&running);
            add_point(total, total, &q, true);
        }
    }
}
// Adds a multiple of a point in each lane.
INLINE void add_multiple(combination *c, const point *p, const uint8_t *scalars, size_t used) {
    digits d;
    point r;
    digits_of(&d, scalars, 32, used);
    multiple(&r, &d, p, NULL, NULL);
    // It comes without T.
    const point with_T = {mul(r.X, r.Z), mul(r.Y, r.Z), squared(r.Z), mul(r.X, r.Y)};
    const summand s = summand_of(&with_T);
    add_point(&c->singly, &c->singly, &s, true);
}
// sum += 2^bits * the upper lanes, moved down by `by`.
INLINE void add_upper(point *sum, int by, size_t bits) {
    point upper;
    for (int i = 0; i < LIMBS; i++) {
        upper.X.v[i] = lanes_down(sum->X.v[i], by);
        upper.Y.v[i] = lanes_down(sum->Y.v[i], by);
        upper.Z.v[i] = lanes_down(sum->Z.v[i], by);
        upper.T.v[i] = lanes_down(sum->T.v[i], by);
    }
    double_point(&upper, (int)bits);
    const summand s = summand_of(&upper);
    add_point(sum, sum, &s, true);
}
// The sum of all, in the first lane. In a group of windows each lane is one digit above the one before.
static void end_combination(combination *c, point *total) {
    size_t g = (c->windows + LANES - 1) / LANES - 1;
    *total = c->sums[g];
    while (g-- > 0) {
        double_point(total, (int)(c->width * LANES));
        const summand s = summand_of(&c->sums[g]);
        add_point(total, total, &s, true);
    }
    for (int by = LANES / 2; by > 0; by /= 2) add_upper(total, by, c->width * (size_t)by);
    for (int by = LANES / 2; by > 0; by /= 2) add_upper(&c->singly, by, 0);
    const summand s = summand_of(&c->singly);
    add_point(total, total, &s, true);
}
