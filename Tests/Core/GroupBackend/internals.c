// What the operations do not let in: limbs at their limits, all representatives of an element, inputs at the edges of
// the map. FIELD is the header of a field.
//     internals SEED
#include FIELD
#include "group.h"
#include "reference.h"

static long checks, failures;
static void check(bool holds, const char *what, long at) {
    checks++;
    if (!holds && failures++ < 20) printf("FAILED: %s, at %ld\n", what, at);
}

static vec any_words(uint64_t limit) {
    uint64_t words[LANES];
    for (int lane = 0; lane < LANES; lane++) {
        uint64_t x;
        random_bytes(&x, sizeof x);
        // At the limits more often than chance has it.
        words[lane] = random_below(3) == 0 ? limit - 1 - random_below(2) : random_below(5) == 0 ? 0 : x % limit;
    }
    return lanes_from(words);
}
// Limbs up to those of a sum of two tight ones: all factors.
static fe any_factor(void) {
    fe r;
    for (int i = 0; i < LIMBS; i++) r.v[i] = any_words(LIMBS == 5 ? 1ULL << 52 : i & 1 ? 1ULL << 26 : 1ULL << 27);
    return r;
}
static bool is_below_p(fe51 a) {
    return all_of(equal(reaches_p(a), splat(0)), LANES) &&
           all_of(equal((a.v[0] | a.v[1] | a.v[2] | a.v[3] | a.v[4]) >> 51, splat(0)), LANES);
}
static bool same(fe51 a, fe51 b) {
    vec difference = splat(0);
    for (int i = 0; i < 5; i++) difference |= a.v[i] ^ b.v[i];
    return all_of(equal(difference, splat(0)), LANES);
}

// A factor's product is that of its canonical form; a square is a product; an inverse inverts.
static void test_limbs(void) {
    for (long n = 0; n < 3000; n++) {
        const fe a = any_factor(), b = any_factor();
        const fe51 a51 = canonical(a), b51 = canonical(b);
        const fe a0 = from51(a51), b0 = from51(b51);
        check(is_below_p(a51) && is_below_p(b51), "canonical", n);
        check(same(canonical(mul(a, b)), canonical(mul(b0, a0))), "product", n);
        check(same(canonical(squared(a)), canonical(mul(a0, a))), "square", n);
        check(same(canonical(plus(a, b)), canonical(add(a0, b0))), "sum", n);
        check(same(canonical(minus(a, b0)), canonical(add(sub(a0, b0), zero()))), "difference", n);
        check(same(canonical(add(sub(a0, b0), b0)), a51), "difference and sum", n);
        if (n % 100 != 0) continue;
        fe inverse;
        invert(&inverse, &a0);
        // Also of zero: then the product is zero.
        check(same(canonical(mul(mul(inverse, a), a0)), a51), "inverse", n);
    }
    // p - 1, p and p + 1, and twice each.
    for (int k = 0; k < 3; k++) {
        const uint64_t limbs[5] = {MASK51 - 19 + (uint64_t)k, MASK51, MASK51, MASK51, MASK51};
        const fe a = constant(limbs), expected = k == 0 ? negated(one()) : k == 1 ? zero() : one();
        check(same(canonical(a), canonical(expected)), "about p", k);
        check(same(canonical(plus(a, a)), canonical(add(expected, expected))), "about 2p", k);
    }
}

// Each of the four points that are one element is encoded as that element, and doubled as that element.
static void test_representatives(void) {
    for (long n = 0; n < 60; n++) {
        uint8_t in[LANES][32], out[LANES][32], root[LANES][32], found[LANES][32], twice[32];
        for (int lane = 0; lane < LANES; lane++) {
            random_element(in[lane]);
            if (n % 4 == 3) memset(in[lane], 0, 32);
        }
        for (int which = 0; which < 4; which++) {
            point p, torsion = identity();
            doublings all;
            // (0, 1), (0, -1), (i, 0), (-i, 0)
            if (which == 1) torsion.Y = negated(torsion.Y);
            if (which >= 2) {
                torsion.X = which == 2 ? constant(SQRT_M1) : negated(constant(SQRT_M1));
                torsion.Y = zero();
            }
            const summand s = summand_of(&torsion);
            check(all_of(decode(&p, in[0], 32, LANES), LANES), "decode", n);
            add_point(&p, &p, &s, true);
            encode(out[0], &p, ~splat(0), LANES);
            check(memcmp(in, out, sizeof in) == 0, "encode a representative", n);
            start(&all);
            for (int k = 0; k < SHARING; k++) append(&all, &p, ~splat(0));
            invert_product(&all);
            while (all.count > 0) {
                encode_last(out[0], root[0], &all, LANES);
                for (int lane = 0; lane < LANES; lane++) {
                    crypto_core_ristretto255_add(twice, in[lane], in[lane]);
                    check(memcmp(out[lane], twice, 32) == 0, "double a representative", n);
                }
                check(roots(found[0], out[0], LANES), "a double is an element", n);
                // Where it is the identity, its root is not computed.
                if (n % 4 == 3) memset(found, 0, sizeof found);
                check(memcmp(root, found, sizeof found) == 0, "the root of a double", n);
            }
        }
    }
}

// Edges of MAP: r = sqrt(-1) t^2 with v = 0, r = d, r = 1/d, r = +-sqrt(-1); t = 0, 1, -1, and p or more.
static const char *const EDGES[] = {
    "45e4a3b534d5cf8a559215f1d2564332ea91148c66abcb8a6814840ba7aa4c7a",
    "40256ac5e4c73af6057c6d5120f90c4362ab4ad9015bc365598daca048bac400",
    "824b6124195b882ea834544ff1168d5632dbc95ba06a007adf4d790e82c79f7f",
    "fecfae60bf5af7cc30c9a9fe2271a90a0717c17db2eba36a43d39072f38d990d",
    "b0a00e4a271beec478e42fad0618432fa7d7fb3d99004d2b0bdfc14f8024832b",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0200000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};
enum { EDGE_COUNT = sizeof EDGES / sizeof *EDGES, ALL = 4 * EDGE_COUNT };

static void test_map(void) {
    static uint8_t halves[ALL][32];
    for (int i = 0; i < EDGE_COUNT; i++) {
        uint8_t *t = halves[4 * i];
        if (sodium_hex2bin(t, 32, EDGES[i], 64, NULL, NULL, NULL) != 0) exit(2);
        // -t, and both with bit 255.
        fe51 limbs;
        vec words[4];
        load(words, t, 0, LANES);
        limbs = limbs_of(words);
        uint8_t opposite_bytes[32 * LANES];
        const fe51 a = canonical(negated(from51(limbs)));
        const vec out[4] = {a.v[0] | a.v[1] << 51, a.v[1] >> 13 | a.v[2] << 38, a.v[2] >> 26 | a.v[3] << 25,
                            a.v[3] >> 39 | a.v[4] << 12};
        store(opposite_bytes, out, LANES);
        memcpy(halves[4 * i + 1], opposite_bytes, 32);
        for (int k = 0; k < 2; k++) {
            memcpy(halves[4 * i + 2 + k], halves[4 * i + k], 32);
            halves[4 * i + 2 + k][31] |= 0x80;
        }
    }
    for (int i = 0; i < ALL; i++) {
        for (int j = 0; j < ALL; j += LANES) {
            uint8_t uniform[LANES][64], out[LANES][32], twice[LANES][32], expected[32];
            doublings all;
            point p;
            for (int lane = 0; lane < LANES; lane++) {
                memcpy(uniform[lane], halves[i], 32);
                memcpy(uniform[lane] + 32, halves[(j + lane) % ALL], 32);
            }
            map_uniform(&p, uniform[0], LANES);
            encode(out[0], &p, ~splat(0), LANES);
            start(&all);
            append(&all, &p, ~splat(0));
            invert_product(&all);
            encode_last(twice[0], NULL, &all, LANES);
            for (int lane = 0; lane < LANES; lane++) {
                crypto_core_ristretto255_from_hash(expected, uniform[lane]);
                check(memcmp(out[lane], expected, 32) == 0, "map", i * ALL + j);
                crypto_core_ristretto255_add(expected, expected, expected);
                check(memcmp(twice[lane], expected, 32) == 0, "double what was mapped", i * ALL + j);
            }
        }
    }
}

int main(int count, char **arguments) {
    if (sodium_init() < 0 || count != 2) return 2;
    seed(strtoull(arguments[1], NULL, 10));
    test_limbs();
    test_representatives();
    test_map();
    printf("  %s: %ld comparisons, %ld failures\n", FIELD, checks, failures);
    return failures != 0;
}

#if LANES > 1
#pragma clang attribute pop
#endif
