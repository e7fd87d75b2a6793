// Every operation of every backend against libsodium: all sizes 0...150, special scalars, encodings that are none,
// identities, lengths of messages and tags, buffers at any address, nothing written beside them.
//     differential SEED STEP    tests sizes 0...20 and every STEP-th one from there; fewer combinations above 100
#include "reference.h"

enum { SIZE = 150, POOL = 400, GUARD = 64 };

static long checks, failures;
static const group_backend *backend;

static void check(bool holds, const char *operation, size_t count, size_t index) {
    checks++;
    if (holds) return;
    if (failures++ < 20) printf("FAILED: %s, %s: %zu elements, at %zu\n", backend->name, operation, count, index);
}

// Room for `length` bytes at a random address, with guards on both sides.
typedef struct {
    uint8_t *all, *at;
    size_t length;
} buffer;

static buffer fresh(size_t length) {
    buffer b = {malloc(length + 2 * GUARD + 8), NULL, length};
    if (b.all == NULL) exit(2);
    memset(b.all, 0xc3, length + 2 * GUARD + 8);
    b.at = b.all + GUARD + random_below(8);
    return b;
}
static buffer copy_of(const void *bytes, size_t length) {
    buffer b = fresh(length);
    if (length > 0) memcpy(b.at, bytes, length);
    return b;
}
// Compares with what is expected, looks at the guards, and frees.
static void settle(buffer b, const void *expected, const char *operation, size_t size, size_t count) {
    for (size_t i = 0; i < count; i++) {
        check(memcmp(b.at + size * i, (const uint8_t *)expected + size * i, size) == 0, operation, count, i);
    }
    bool whole = true;
    for (uint8_t *p = b.all; p < b.at; p++) whole &= *p == 0xc3;
    for (uint8_t *p = b.at + b.length; p < b.at + b.length + GUARD; p++) whole &= *p == 0xc3;
    check(whole, "wrote beside its buffer", count, 0);
    free(b.all);
}

// Encodings that RFC 9496 refuses: A.3 there, and the prime itself.
static const char *const REFUSED[] = {
    "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20",
    "c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562",
    "c940e5a4404157cfb1628b108db051a8d439e1a421394ec4ebccb9ec92a8ac78",
    "47cfc5497c53dc8e61c91d17fd626ffb1c49e2bca94eed052281b510b1117a24",
    "f1c6165d33367351b0da8f6e4511010c68174a03b6581212c71c0e1d026c3c72",
    "87260f7a2f12495118360f02c26a470f450dadf34a413d21042b43b9d93e1309",
    "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
    "4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f",
    "de6a7b00deadc788eb6b6c8d20c0ae96c2f2019078fa604fee5b87d6e989ad87",
    "bcab477be20861e01e4a0e295284146a510150d9817763caf1a6f4b422d67042",
    "2a292df7e32cababbd9de088d1d1abec9fc0440f637ed2fba145094dc14bea08",
    "f4a9e534fc0d216c44b218fa0c42d99635a0127ee2e53c712f70609649fdff22",
    "8268436f8c4126196cf64b3c7ddbda90746a378625f9813dd9b8457077256731",
    "2810e5cbc2cc4d4eece54f61c6f69758e289aa7ab440b3cbeaa21995c2f4232b",
    "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
    "a45fdc55c76448c049a1ab33f17023edfb2be3581e9c7aade8a6125215e04220",
    "d483fe813c6ba647ebbfd3ec41adca1c6130c2beeee9d9bf065c8d151c5f396e",
    "8a2e1d30050198c65a54483123960ccc38aef6848e1ec8f5f780e8523769ba32",
    "32888462f8b486c68ad7dd9610be5192bbeaf3b443951ac1a8118419d9fa097b",
    "227142501b9d4355ccba290404bde41575b037693cef1f438c47f8fbf35d1165",
    "5c37cc491da847cfeb9281d407efc41e15144c876e0170b499a96a22ed31e01e",
    "445425117cb8c90edcbc7c1cc0e74f747f2c1efa5630a967c64f287792a48a4b",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};
enum { REFUSALS = sizeof REFUSED / sizeof *REFUSED };

static void from_hex(uint8_t out[32], const char *hex) {
    if (sodium_hex2bin(out, 32, hex, 64, NULL, NULL, NULL) != 0) exit(2);
}
// Elements, and every third one something else.
static void fill_mixed(uint8_t pool[][32], size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint8_t *e = pool[i];
        random_element(e);
        if (i % 3 != 1) continue;
        switch (i / 3 % 10) {
        case 0:
            from_hex(e, REFUSED[i / 30 % REFUSALS]);
            break;
        case 1:
            e[31] |= 0x80;
            break;
        case 2:
            e[0] |= 1;
            break;
        case 3:
            memset(e, 0, 32);
            break;
        case 4:
            random_bytes(e, 32);
            break;
        case 5:
            random_bytes(e, 32);
            e[31] &= 0x7f;
            e[0] &= 0xfe;
            break;
        case 6:
            e[random_below(32)] ^= (uint8_t)(1 << random_below(8));
            break;
        case 7:
            memset(e, 0, 32);
            e[0] = (uint8_t)(2 * random_below(128));
            break;
        case 8:
            memset(e, 0xff, 32);
            e[31] = 0x7f;
            e[0] = (uint8_t)(0xec - 2 * random_below(100));
            break;
        case 9:
            memset(e, 0, 32);
            e[31] = 0x80;
            break;
        }
    }
}

enum { SPECIALS = 20 };
static void special_scalar(uint8_t s[32], int which) {
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                      0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
    static const uint8_t two[32] = {2};
    memset(s, 0, 32);
    switch (which) {
    case 0:
        break;
    case 1:
        s[0] = 1;
        break;
    case 2:
        s[0] = 2;
        break;
    case 3:
        s[0] = 8;
        break;
    case 4:
        s[0] = 15;
        break;
    case 5:
        s[0] = 16;
        break;
    case 6:
    case 7:
    case 8: // the order less 2, less 1, and the order, which is 0
        memcpy(s, order, 32);
        s[0] = (uint8_t)(s[0] + which - 8);
        break;
    case 9:
        s[31] = 0x10;
        break; // 2^252
    case 10:
        memset(s, 0xff, 31); // 2^252 - 1
        s[31] = 0x0f;
        break;
    case 11:
        memset(s, 0x88, 31);
        s[31] = 0x08;
        break;
    case 12:
        memset(s, 0x77, 31);
        s[31] = 0x07;
        break;
    case 13:
        crypto_core_ristretto255_scalar_invert(s, two);
        break;
    case 14:
        memset(s, 0xff, 32); // 2^255 - 1, and bit 255, which does not count
        break;
    case 15:
        memset(s, 0xff, 31); // 2^255 - 1
        s[31] = 0x7f;
        break;
    case 16:
        s[31] = 0x40;
        break; // 2^254
    case 17:
        s[0] = 1; // 1, and bit 255
        s[31] = 0x80;
        break;
    case 18:
        random_bytes(s, 32);
        break; // not reduced
    default:
        random_scalar(s);
    }
}

static size_t step;
static size_t next_size(size_t n) { return n < 20 ? n + 1 : n + step; }

static const group_backend *backends[3];
static int backend_count;
// For every backend and every size.
#define FOR_ALL(n)                                                                                                     \
    for (int which = 0; which < backend_count && (backend = backends[which], true); which++)                           \
        for (size_t n = 0; n <= SIZE; n = next_size(n))

static void test_valid(uint8_t pool[][32]) {
    bool expected[POOL];
    for (size_t i = 0; i < POOL; i++) expected[i] = is_element(pool[i]);
    FOR_ALL(n) {
        const size_t from = random_below(POOL - SIZE);
        buffer in = copy_of(pool[from], 32 * n), out = fresh(n * sizeof(bool));
        backend->valid((bool *)out.at, in.at, n);
        settle(out, expected + from, "valid", sizeof(bool), n);
        settle(in, pool[from], "valid: input", 32, n);
    }
}
static void test_multiply(uint8_t pool[][32]) {
    static uint8_t expected[SIZE][32];
    for (int k = 0; k <= SPECIALS; k++) {
        uint8_t scalar[32];
        const size_t from = random_below(POOL - SIZE);
        special_scalar(scalar, k);
        for (size_t i = 0; i < SIZE; i++) reference_multiply(expected[i], scalar, pool[from + i]);
        FOR_ALL(n) {
            // All sizes for the last scalar, a few for the others.
            if (k < SPECIALS && step > 100 && n != 9) continue;
            if (k < SPECIALS && n > 10 && n != 63 && n != 64 && n != 65 && n != 129) continue;
            buffer in = copy_of(pool[from], 32 * n), s = copy_of(scalar, 32);
            backend->multiply(in.at, NULL, n, s.at);
            settle(in, expected, "multiply", 32, n);
            settle(s, scalar, "multiply: scalar", 32, 1);
        }
    }
}
static void test_hash(void) {
    static uint8_t messages[SIZE * 300], expected[SIZE][32], products[SIZE][32], dst[255];
    static const size_t lengths[] = {25, 0, 1, 33, 49, 64, 111, 112, 127, 128, 129, 240, 300};
    static const size_t dst_lengths[] = {43, 0, 1, 255, 39, 100};
    random_bytes(dst, sizeof dst);
    for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
        for (size_t d = 0; d < sizeof dst_lengths / sizeof *dst_lengths; d++) {
            const size_t length = lengths[l], dst_length = dst_lengths[d], most = l + d == 0 ? SIZE : 9;
            if (step > 100 && (l + d) % 5 != 0) continue;
            uint8_t scalar[32];
            random_bytes(messages, sizeof messages);
            random_scalar(scalar);
            for (size_t i = 0; i < most; i++) {
                reference_hash(expected[i], messages + length * i, length, dst, dst_length);
                reference_multiply(products[i], scalar, expected[i]);
            }
            FOR_ALL(n) {
                if (n > most || (l + d > 0 && n != 1 && n != 4 && n != 9)) continue;
                buffer in = copy_of(messages, length * n), tag = copy_of(dst, dst_length), out = fresh(32 * n);
                backend->hash(out.at, in.at, length, NULL, n, tag.at, dst_length);
                settle(out, expected, "hash", 32, n);
                out = fresh(32 * n);
                backend->evaluate(out.at, in.at, length, NULL, n, tag.at, dst_length, scalar);
                settle(out, products, "evaluate", 32, n);
                settle(in, messages, "hash: messages", length, n);
                settle(tag, dst, "hash: tag", 1, dst_length);
            }
        }
    }
}
// Messages of different lengths in one batch, at the lengths of keys and others.
static void test_lengths(void) {
    enum { STRIDE = 64 };
    static uint8_t messages[SIZE * STRIDE], lengths[SIZE], expected[SIZE][32], products[SIZE][32], dst[43];
    static const uint8_t some[] = {25, 33, 49, 0, 64, 1, 63};
    uint8_t scalar[32];
    random_bytes(messages, sizeof messages);
    random_bytes(dst, sizeof dst);
    random_scalar(scalar);
    for (size_t i = 0; i < SIZE; i++) {
        lengths[i] = some[random_below(sizeof some)];
        reference_hash(expected[i], messages + STRIDE * i, lengths[i], dst, sizeof dst);
        reference_multiply(products[i], scalar, expected[i]);
    }
    FOR_ALL(n) {
        buffer in = copy_of(messages, STRIDE * n), own = copy_of(lengths, n), out = fresh(32 * n);
        backend->hash(out.at, in.at, STRIDE, own.at, n, dst, sizeof dst);
        settle(out, expected, "hash, own lengths", 32, n);
        out = fresh(32 * n);
        backend->evaluate(out.at, in.at, STRIDE, own.at, n, dst, sizeof dst, scalar);
        settle(out, products, "evaluate, own lengths", 32, n);
        settle(in, messages, "lengths: messages", STRIDE, n);
        settle(own, lengths, "lengths", 1, n);
    }
}
static void test_sum(uint8_t pool[][32]) {
    static uint8_t expected[SIZE][32], zeros[32];
    FOR_ALL(n) {
        uint32_t triples[SIZE][3];
        bool all = true;
        for (size_t i = 0; i < n; i++) {
            bool are_elements = true;
            memset(expected[i], 0, 32);
            for (int k = 0; k < 3; k++) {
                triples[i][k] = random_below(POOL);
                // Twice the same cell, and sums that may be the identity.
                if (k > 0 && i % 7 == 3) triples[i][k] = triples[i][k - 1];
                // Sums of two, now and then, and all of them; now and then of one, of none.
                if (k == 2 && (n % 3 == 1 || i % 11 == 5)) triples[i][k] = GROUP_NOTHING;
                if (i % 37 == 20 + k || i % 41 == 30) triples[i][k] = GROUP_NOTHING;
                are_elements &= triples[i][k] == GROUP_NOTHING || is_element(pool[triples[i][k]]);
            }
            for (int k = 0; k < 3 && are_elements; k++) {
                if (triples[i][k] == GROUP_NOTHING) continue;
                crypto_core_ristretto255_add(expected[i], expected[i], pool[triples[i][k]]);
            }
            all &= are_elements;
        }
        buffer cells = copy_of(pool, 32 * POOL), out = fresh(32 * n);
        check(backend->sum(out.at, cells.at, triples, n) == all, "sum: result", n, 0);
        settle(out, expected, "sum", 32, n);
        settle(cells, pool, "sum: cells", 32, POOL);
        // a + b + c = 0
        uint8_t three[3][32], zero[32];
        const uint32_t own[1][3] = {{0, 1, 2}};
        random_element(three[0]);
        random_element(three[1]);
        crypto_core_ristretto255_add(zero, three[0], three[1]);
        crypto_core_ristretto255_sub(three[2], zeros, zero);
        check(backend->sum(zero, three[0], own, 1) && memcmp(zero, zeros, 32) == 0, "sum: the identity", n, 0);
    }
}
static void test_subtract(void) {
    enum { CELLS = 3 * SIZE + 20 };
    static uint8_t cells[CELLS][32], expected[CELLS][32];
    FOR_ALL(n) {
        uint32_t triples[SIZE][3];
        for (size_t i = 0; i < CELLS; i++) memcpy(cells[i], cells[i > 9 ? random_below(10) : i], 32);
        for (size_t i = 0; i < 10; i++) random_element(cells[i]);
        for (size_t i = 0; i < CELLS; i++) {
            if (i >= 10) crypto_core_ristretto255_add(cells[i], cells[i - 1], cells[i - 10]);
        }
        for (size_t i = 0; i < n; i++) {
            triples[i][0] = (uint32_t)i;
            triples[i][1] = (uint32_t)n + random_below(CELLS - (uint32_t)n);
            triples[i][2] = (uint32_t)n + random_below(CELLS - (uint32_t)n);
            uint8_t *t = cells[i];
            const uint8_t *a = cells[triples[i][1]], *b = cells[triples[i][2]];
            // The result is the identity; an operand is; twice the same operand.
            if (i % 11 == 3) crypto_core_ristretto255_add(t, a, b);
            if (i % 11 == 5) memset(t, 0, 32);
            if (i % 11 == 7) triples[i][2] = triples[i][1];
            if (i % 11 == 9) memcpy(t, a, 32);
        }
        memset(cells[CELLS - 1], 0, 32);
        const bool spoilt = random_below(2) == 0;
        if (spoilt) {
            fill_mixed(cells + CELLS - 10, 9);
            if (n > 0) from_hex(cells[random_below((uint32_t)n)], REFUSED[random_below(REFUSALS)]);
        }
        memcpy(expected, cells, sizeof cells);
        bool all = true;
        for (size_t i = 0; i < n; i++) all &= reference_subtract(expected[0], triples[i]);
        buffer in = copy_of(cells, sizeof cells);
        check(backend->subtract(in.at, triples, n) == all, "subtract: result", n, 0);
        settle(in, expected, "subtract", 32, CELLS);
    }
}
static void test_combine(uint8_t pool[][32]) {
    static uint8_t elements[SIZE][32], scalars[SIZE][32], sums[SIZE + 1][32], zeros[32];
    for (size_t i = 0; i < SIZE; i++) {
        random_element(elements[i]);
        if (i % 7 == 2) memset(elements[i], 0, 32);
        special_scalar(scalars[i], i < 100 ? (int)((i * 3) % (SPECIALS + 5)) : SPECIALS);
    }
    // Equal terms, and terms that take each other away.
    memcpy(elements[41], elements[40], 32);
    memcpy(scalars[41], scalars[40], 32);
    memcpy(elements[51], elements[50], 32);
    random_scalar(scalars[50]);
    crypto_core_ristretto255_scalar_negate(scalars[51], scalars[50]);
    for (size_t i = 0; i < SIZE; i++) {
        uint8_t term[32];
        reference_multiply(term, scalars[i], elements[i]);
        crypto_core_ristretto255_add(sums[i + 1], sums[i], term);
    }
    FOR_ALL(n) {
        buffer e = copy_of(elements, 32 * n), s = copy_of(scalars, 32 * n), out = fresh(32);
        check(backend->combine(out.at, s.at, e.at, NULL, n), "combine: result", n, 0);
        settle(out, sums[n], "combine", 32, 1);
        if (n > 0) {
            const size_t at = random_below((uint32_t)n);
            const uint8_t *other = pool[random_below(POOL)];
            memcpy(e.at + 32 * at, other, 32);
            out = fresh(32);
            const bool result = backend->combine(out.at, s.at, e.at, NULL, n);
            check(result == is_element(other), "combine: an element that may be none", n, at);
            if (!result) check(memcmp(out.at, zeros, 32) == 0, "combine: zero bytes", n, at);
            free(out.all);
        }
        free(e.all);
        settle(s, scalars, "combine: scalars", 32, n);
    }
    // Short scalars: of 0 to 32 bytes at most, all bits set in the longest ones.
    for (size_t length = 0; length <= 32; length++) {
        for (size_t i = 0; i < SIZE; i++) {
            uint8_t term[32];
            memset(scalars[i], i % 5 == 2 ? 0xff : 0, length);
            if (i % 5 != 2) random_scalar(scalars[i]);
            memset(scalars[i] + length, 0, 32 - length);
            scalars[i][31] &= 0x0f;
            reference_multiply(term, scalars[i], elements[i]);
            crypto_core_ristretto255_add(sums[i + 1], sums[i], term);
        }
        for (int which = 0; which < backend_count; which++) {
            backend = backends[which];
            const size_t n = 1 + random_below(SIZE);
            buffer e = copy_of(elements, 32 * n), s = copy_of(scalars, 32 * n), out = fresh(32);
            check(backend->combine(out.at, s.at, e.at, NULL, n), "combine: short scalars", n, length);
            settle(out, sums[n], "combine: short scalars", 32, 1);
            settle(s, scalars, "combine: short scalars stay", 32, n);
            free(e.all);
        }
    }
    // The case below needs these again.
    random_scalar(scalars[50]);
    crypto_core_ristretto255_scalar_negate(scalars[51], scalars[50]);
    // One scalar and one element that cancel: the identity as a result.
    for (int which = 0; which < backend_count; which++) {
        uint8_t out[32];
        backend = backends[which];
        check(backend->combine(out, scalars[50], elements[50], NULL, 2) && memcmp(out, zeros, 32) == 0, "combine to 0",
              2, 0);
    }
}
// A number that is not the root: another one, the negative of it, not below p, with bit 255, and others. False where it
// is the root after all.
static bool spoil_root(uint8_t root[32], const uint8_t another[32], int how) {
    uint8_t before[32];
    unsigned carry = 0;
    memcpy(before, root, 32);
    switch (how % 7) {
    case 0:
        memcpy(root, another, 32);
        break;
    case 1: // p - root
        for (int i = 0; i < 32; i++) {
            const unsigned of_p = i == 0 ? 0xed : i == 31 ? 0x7f : 0xff, taken = root[i] + carry;
            root[i] = (uint8_t)(of_p - taken);
            carry = of_p < taken;
        }
        break;
    case 2:
        root[31] |= 0x80;
        break;
    case 3:
        memset(root, 0, 32);
        break;
    case 4:
        root[random_below(31)] ^= (uint8_t)(2 << random_below(7));
        break;
    case 5:
        random_bytes(root, 32);
        break;
    case 6: // root + p, which is not below p
        for (int i = 0; i < 32; i++) {
            carry += root[i] + (i == 0 ? 0xedu : i == 31 ? 0x7fu : 0xffu);
            root[i] = (uint8_t)carry;
            carry >>= 8;
        }
        break;
    }
    return memcmp(before, root, 32) != 0;
}
// Of the identity, of the generator and of three times it: from RFC 9496's formulas, in integers.
static const char *const KNOWN[][2] = {
    {"0000000000000000000000000000000000000000000000000000000000000000",
     "ea405d80aafdc899be72415a17162f9d40d801fe917bc216a2fcafcf05896c78"},
    {"e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
     "f628c25e684feb755602d78e57adc9ec270100c3c740ce651233fa088b6cea0d"},
    {"94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259",
     "fc3d4c21ec5311fb01ceda6538398eff7a0e729a9ac7b1bf49eb9b3cf8b2c46f"},
};
static void test_roots(uint8_t pool[][32]) {
    static uint8_t expected[POOL][32], elements[SIZE][32], roots[SIZE][32], products[SIZE][32], zeros[32];
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++) {
        uint8_t element[32], known[32], found[32];
        from_hex(element, KNOWN[i][0]);
        from_hex(known, KNOWN[i][1]);
        for (int which = 0; which < backend_count; which++) {
            backend = backends[which];
            check(backend->roots(found, element, 1) && memcmp(found, known, 32) == 0, "roots: known ones", 1, i);
        }
    }
    // That it is a root is seen by the products below: with any other number there would be none.
    for (size_t i = 0; i < POOL; i++) {
        check(backends[0]->roots(expected[i], pool[i], 1) == is_element(pool[i]), "roots: one", 1, i);
    }
    FOR_ALL(n) {
        const size_t from = random_below(POOL - SIZE);
        bool all = true;
        for (size_t i = 0; i < n; i++) all &= is_element(pool[from + i]);
        buffer in = copy_of(pool[from], 32 * n), out = fresh(32 * n);
        check(backend->roots(out.at, in.at, n) == all, "roots: result", n, 0);
        settle(out, expected[from], "roots", 32, n);
        settle(in, pool[from], "roots: input", 32, n);
    }
    for (int k = 0; k <= SPECIALS; k++) {
        uint8_t scalar[32];
        const size_t from = random_below(POOL - SIZE);
        special_scalar(scalar, k);
        for (size_t i = 0; i < SIZE; i++) {
            memcpy(elements[i], pool[from + i], 32);
            memcpy(roots[i], expected[from + i], 32);
            reference_multiply(products[i], scalar, elements[i]);
            if (i % 5 == 2 && spoil_root(roots[i], expected[(from + i + 7) % POOL], (int)(i / 5))) {
                memset(products[i], 0, 32);
            }
        }
        FOR_ALL(n) {
            if (k < SPECIALS && step > 100 && n != 9) continue;
            if (k < SPECIALS && n > 10 && n != 63 && n != 64 && n != 65 && n != 129) continue;
            static uint8_t after[SIZE][32];
            for (size_t i = 0; i < n; i++) {
                backends[0]->roots(after[i], products[i], 1);
                if (memcmp(products[i], zeros, 32) == 0) memset(after[i], 0, 32);
            }
            buffer e = copy_of(elements, 32 * n), r = copy_of(roots, 32 * n);
            backend->multiply(e.at, r.at, n, scalar);
            settle(e, products, "multiply by roots", 32, n);
            settle(r, after, "multiply by roots: roots", 32, n);
        }
    }
}
// Sums of lists, of which one may have a root or an element that is none; and combinations of more than a chunk.
static void test_halves(uint8_t pool[][32]) {
    enum { LISTS = 4, MOST = 1200, OTHERS = 40 };
    static uint8_t few[OTHERS][32], elements[LISTS * MOST][32], roots[LISTS * MOST][32], scalars[MOST][32];
    static uint8_t sums[MOST][32], terms[MOST][32], zeros[32];
    static const size_t sizes[] = {0, 1, 2, 7, 8, 9, 16, 17, 63, 64, 127, 150, 511, 512, 513, MOST};
    for (size_t i = 0; i < OTHERS; i++) random_element(few[i]);
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        const size_t n = sizes[k], lists = 1 + random_below(LISTS);
        if (step > 100 && n > 20 && n != 64 && n != 513) continue;
        uint8_t total[32] = {0};
        for (size_t i = 0; i < lists * n; i++) {
            memcpy(elements[i], few[random_below(OTHERS)], 32);
            // Sums that are the identity.
            if (i >= n && i < 2 * n && i % 9 == 4) crypto_core_ristretto255_sub(elements[i], zeros, elements[i - n]);
        }
        if (!backends[0]->roots(roots[0], elements[0], lists * n)) exit(2);
        for (size_t i = 0; i < n; i++) {
            // Of 16 bytes, of all lengths, all of one digit.
            random_scalar(scalars[i]);
            if (k % 3 == 0) memset(scalars[i] + 16, 0, 16);
            if (k % 3 == 1 && i % 4 == 1) memset(scalars[i] + random_below(32), 0, 1);
            if (k % 5 == 4) memset(scalars[i], i % 50 == 3 ? 0xdf : 0x20, 16);
            memcpy(sums[i], elements[i], 32);
            for (size_t l = 1; l < lists; l++) crypto_core_ristretto255_add(sums[i], sums[i], elements[l * n + i]);
            crypto_core_ristretto255_add(sums[i], sums[i], sums[i]);
            reference_multiply(terms[i], scalars[i], sums[i]);
            crypto_core_ristretto255_add(total, total, terms[i]);
        }
        for (int which = 0; which < backend_count; which++) {
            backend = backends[which];
            buffer e = copy_of(elements, 32 * lists * n), r = copy_of(roots, 32 * lists * n),
                   s = copy_of(scalars, 32 * n);
            buffer out = fresh(32 * n), of_all = fresh(32);
            check(backend->add_halves(out.at, of_all.at, s.at, e.at, r.at, lists, n), "add_halves: result", n, lists);
            settle(out, sums, "add_halves", 32, n);
            settle(of_all, total, "add_halves: total", 32, 1);
            of_all = fresh(32);
            check(backend->combine(of_all.at, s.at, sums[0], NULL, n), "combine: many", n, lists);
            settle(of_all, total, "combine: many", 32, 1);
            for (int again = 0; again < 6 && n > 0; again++) {
                const size_t at = random_below((uint32_t)(lists * n));
                const uint8_t *other = pool[random_below(POOL)];
                uint8_t root[32], combined[32];
                memcpy(root, r.at + 32 * at, 32);
                bool good = true;
                if (again % 2 == 0) {
                    good = !spoil_root(r.at + 32 * at, roots[(at + 1) % (lists * n)], again + (int)random_below(7));
                } else {
                    memcpy(e.at + 32 * at, other, 32);
                    // With a root that is its own if it has one.
                    good = backends[0]->roots(r.at + 32 * at, other, 1);
                }
                out = fresh(32 * n);
                of_all = fresh(32);
                const bool result = backend->add_halves(out.at, of_all.at, s.at, e.at, r.at, lists, n);
                check(result == good, "add_halves: what may be none", n, at);
                if (!result) {
                    bool empty = sodium_is_zero(of_all.at, 32) == 1;
                    for (size_t i = 0; i < n; i++) empty &= sodium_is_zero(out.at + 32 * i, 32) == 1;
                    check(empty, "add_halves: zero bytes", n, at);
                }
                free(out.all);
                free(of_all.all);
                const bool in_first = at < n;
                check(backend->combine(combined, s.at, e.at, r.at, n) == (good || !in_first), "combine by roots", n,
                      at);
                if (!good && in_first) check(sodium_is_zero(combined, 32) == 1, "combine by roots: zero bytes", n, at);
                memcpy(e.at + 32 * at, elements[at], 32);
                memcpy(r.at + 32 * at, root, 32);
            }
            settle(e, elements, "add_halves: elements", 32, lists * n);
            settle(r, roots, "add_halves: roots", 32, lists * n);
            settle(s, scalars, "add_halves: scalars", 32, n);
        }
    }
}
static void test_probes(void) {
    static uint8_t messages[SIZE][25], cells[SIZE][96], betas[SIZE][32], gammas[SIZE][32], q[SIZE][32], s[SIZE][32];
    static const uint8_t one[32] = {1}, zeros[32];
    const uint8_t dst[] = "HashToGroup-OPRFV1-\x01-ristretto255-SHA512";
    const size_t dst_length = sizeof dst - 1;
    uint8_t generator[32], public_key[32], substitute[32];
    crypto_scalarmult_ristretto255_base(generator, one);
    random_element(public_key);
    random_element(substitute);
    random_bytes(messages, sizeof messages);
    for (size_t i = 0; i < SIZE; i++) {
        uint8_t h[32];
        special_scalar(betas[i], (int)(i % 60));
        special_scalar(gammas[i], (int)((i * 7 + 3) % 60));
        for (int k = 0; k < 3; k++) random_element(cells[i] + 32 * k);
        uint8_t *spoilt = cells[i] + 32 * random_below(3);
        if (i % 13 == 3) spoilt[0] ^= 4;
        if (i % 13 == 5) spoilt[31] |= 0x80;
        if (i % 13 == 7) from_hex(spoilt, REFUSED[random_below(REFUSALS)]);
        // The sum is the identity; all are; one is.
        if (i % 13 == 9) {
            crypto_core_ristretto255_add(cells[i] + 64, cells[i], cells[i] + 32);
            crypto_core_ristretto255_sub(cells[i] + 64, zeros, cells[i] + 64);
        }
        if (i % 13 == 10) memset(cells[i], 0, 96);
        if (i % 13 == 11) memset(spoilt, 0, 32);
        reference_hash(h, messages[i], 25, dst, dst_length);
        reference_probe(q[i], s[i], h, cells[i], betas[i], gammas[i], generator, public_key, substitute);
    }
    FOR_ALL(n) {
        // A base is any backend's.
        const group_backend *maker = backends[random_below((uint32_t)backend_count)];
        group_base generators, keys;
        check(maker->base(&generators, generator) && maker->base(&keys, public_key), "base", n, 0);
        buffer m = copy_of(messages, sizeof *messages * n), c = copy_of(cells, sizeof *cells * n);
        buffer b = copy_of(betas, 32 * n), g = copy_of(gammas, 32 * n), out_q = fresh(32 * n), out_s = fresh(32 * n);
        backend->probes(out_q.at, out_s.at, m.at, 25, NULL, dst, dst_length, c.at, b.at, g.at, &generators, &keys,
                        substitute, n);
        settle(out_q, q, "probes: q", 32, n);
        settle(out_s, s, "probes: s", 32, n);
        settle(m, messages, "probes: messages", sizeof *messages, n);
        settle(c, cells, "probes: cells", sizeof *cells, n);
        settle(b, betas, "probes: betas", 32, n);
        settle(g, gammas, "probes: gammas", 32, n);
    }
}
static void test_base(uint8_t pool[][32]) {
    for (int which = 0; which < backend_count; which++) {
        backend = backends[which];
        for (size_t i = 0; i < POOL; i++) {
            group_base ours, first;
            check(backend->base(&ours, pool[i]) == is_element(pool[i]), "base: result", 1, i);
            if (!is_element(pool[i])) continue;
            check(backends[0]->base(&first, pool[i]), "base", 1, i);
            check(memcmp(&ours, &first, sizeof first) == 0, "base: the same tables", 1, i);
        }
    }
}

int main(int count, char **arguments) {
    static uint8_t pool[POOL][32];
    if (sodium_init() < 0 || count != 3) return 2;
    step = strtoul(arguments[2], NULL, 10);
    seed(strtoull(arguments[1], NULL, 10));
    static const group_backend *const all[] = {
        &group_portable,
#if defined(__x86_64__)
        &group_avx2,
        &group_ifma,
#endif
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        bool here = group_backend_named(all[i]->name) == all[i];
#ifdef EMULATED
        here |= strcmp(all[i]->name, "ifma") == 0;
#endif
        printf("  %s: %s\n", all[i]->name, here ? "tested" : "NOT on this processor");
        if (here) backends[backend_count++] = all[i];
    }
    fill_mixed(pool, POOL);
    test_valid(pool);
    test_multiply(pool);
    test_hash();
    test_lengths();
    test_subtract();
    test_sum(pool);
    test_combine(pool);
    test_roots(pool);
    test_halves(pool);
    test_probes();
    test_base(pool);
    printf("  %ld comparisons, %ld failures\n", checks, failures);
    return failures != 0;
}
