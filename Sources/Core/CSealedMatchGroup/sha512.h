// SHA-512 (FIPS 180-4) of a message a lane, and expand_message_xmd (RFC 9380, 5.3.1) on it.
#pragma once

static const uint64_t SHA512_K[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538,
    0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe,
    0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2, 0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235,
    0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5, 0x983e5152ee66dfab,
    0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
    0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed,
    0x53380d139d95b3df, 0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218,
    0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8, 0x19a4c116b8d2d0c8, 0x1e376c085141ab53,
    0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373,
    0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b, 0xca273eceea26619c,
    0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6,
    0x113f9804bef90dae, 0x1b710b35131c471b, 0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc,
    0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};
static const uint64_t SHA512_START[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                                         0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                         0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
#define BLOCK 128

INLINE vec rotated(vec x, int by) { return x >> by | x << (64 - by); }

INLINE void sha512_start(vec state[8]) {
    for (int i = 0; i < 8; i++) state[i] = splat(SHA512_START[i]);
}
OUTLINE void sha512_block(vec state[8], vec w[16]) {
    vec a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (int round = 0; round < 80; round += 16) {
        UNROLLED for (int i = 0; i < 16; i++) {
            const vec t1 = h + (rotated(e, 14) ^ rotated(e, 18) ^ rotated(e, 41)) + ((e & f) ^ (~e & g)) +
                           splat(SHA512_K[round + i]) + w[i];
            const vec t2 = (rotated(a, 28) ^ rotated(a, 34) ^ rotated(a, 39)) + ((a & b) ^ (a & c) ^ (b & c));
            h = g;
            g = f;
            f = e;
            e = d + t1;
            d = c;
            c = b;
            b = a;
            a = t1 + t2;
        }
        UNROLLED for (int i = 0; i < 16; i++) {
            const vec x = w[(i + 1) & 15], y = w[(i + 14) & 15];
            w[i] +=
                (rotated(x, 1) ^ rotated(x, 8) ^ x >> 7) + w[(i + 9) & 15] + (rotated(y, 19) ^ rotated(y, 61) ^ y >> 6);
        }
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

// What a lane's message ends with, the same in all lanes: at most 2 + 1 bytes, a tag of 255, and its length.
typedef struct {
    uint8_t bytes[3 + 255 + 1];
    size_t length;
} suffix;

// Copies into block bytes [at, at + 128) of what begins at offset `from` of the message.
INLINE void place(uint8_t block[BLOCK], size_t at, size_t from, const uint8_t *bytes, size_t length) {
    const size_t first = at > from ? at : from, end = from + length < at + BLOCK ? from + length : at + BLOCK;
    if (first < end) memcpy(block + (first - at), bytes + (first - from), end - first);
}
// Absorbs a message a lane, of `stride` bytes or of the lane's own length, and the suffix, and ends. The state has
// absorbed `before` bytes.
OUTLINE void sha512_finish(vec state[8], size_t before, const uint8_t *in, size_t stride, const uint8_t *lengths,
                           size_t used, const suffix *tail) {
    const size_t blocks = (stride + tail->length + 17 + BLOCK - 1) / BLOCK;
    const uint8_t end = 0x80;
    for (size_t at = 0; at < blocks * BLOCK; at += BLOCK) {
        uint64_t t[16][LANES];
        vec w[16];
        for (size_t lane = 0; lane < LANES; lane++) {
            uint8_t block[BLOCK] = {0};
            const size_t length = lengths != NULL && lane < used ? lengths[lane] : stride;
            const size_t total = length + tail->length;
            const uint64_t bits = __builtin_bswap64(8 * (uint64_t)(before + total));
            place(block, at, 0, lane_at(in, stride, used, lane), length);
            place(block, at, length, tail->bytes, tail->length);
            place(block, at, total, &end, 1);
            if (at + BLOCK == blocks * BLOCK) memcpy(block + BLOCK - 8, &bits, 8);
            for (int i = 0; i < 16; i++) {
                uint64_t word;
                memcpy(&word, block + 8 * i, 8);
                t[i][lane] = __builtin_bswap64(word);
            }
        }
        for (int i = 0; i < 16; i++) w[i] = lanes_from(t[i]);
        sha512_block(state, w);
    }
}
INLINE void sha512_digest(uint8_t *out, const vec state[8]) {
    for (int i = 0; i < 8; i++) {
        uint64_t words[LANES];
        lanes_to(words, state[i]);
        for (size_t lane = 0; lane < LANES; lane++) {
            const uint64_t word = __builtin_bswap64(words[lane]);
            memcpy(out + 64 * lane + 8 * i, &word, 8);
        }
    }
}

// 64 uniform bytes a lane, for `used` messages, `stride` bytes from one to the next.
OUTLINE void expand(uint8_t out[64 * LANES], const uint8_t *in, size_t stride, const uint8_t *lengths, size_t used,
                    const uint8_t *dst, size_t dst_length) {
    vec state[8], zeros[16];
    uint8_t b0[64 * LANES];
    // I2OSP(64, 2), I2OSP(0, 1), DST_prime; then, with the first two bytes left out and a 1 for the third, what follows
    // b_0.
    suffix tail = {.bytes = {0, 64, 0}}, next;
    if (dst_length > 255) dst_length = 255;
    memcpy(tail.bytes + 3, dst, dst_length);
    tail.bytes[3 + dst_length] = (uint8_t)dst_length;
    tail.length = 3 + dst_length + 1;
    next.bytes[0] = 1;
    memcpy(next.bytes + 1, tail.bytes + 3, dst_length + 1);
    next.length = 1 + dst_length + 1;

    sha512_start(state);
    for (int i = 0; i < 16; i++) zeros[i] = splat(0);
    // Z_pad
    sha512_block(state, zeros);
    sha512_finish(state, BLOCK, in, stride, lengths, used, &tail);
    sha512_digest(b0, state);
    sha512_start(state);
    sha512_finish(state, 0, b0, 64, NULL, LANES, &next);
    sha512_digest(out, state);
}
