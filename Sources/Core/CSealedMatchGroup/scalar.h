// Scalars: halves modulo the group's order, and signed digits.
#pragma once

// 2^252 + 27742317777372353535851937790883648493, little-endian.
static const uint64_t ORDER[4] = {0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000};

// scalar/2 modulo the order, below 2^255: the scalar, or its sum with the order where it is odd, shifted. Bit 255 is
// ignored.
INLINE void halve(uint8_t out[32], const uint8_t scalar[32]) {
    uint64_t words[5] = {0};
    memcpy(words, scalar, 32);
    words[3] &= ~(1ULL << 63);
    uint64_t odd = 0 - (words[0] & 1);
    HIDE("+r", odd);
    for (int i = 0; i < 4; i++) {
        const unsigned __int128 sum = (unsigned __int128)words[i] + (ORDER[i] & odd) + words[4];
        words[i] = (uint64_t)sum;
        words[4] = (uint64_t)(sum >> 64);
    }
    for (int i = 0; i < 4; i++) words[i] = words[i] >> 1 | words[i + 1] << 63;
    memcpy(out, words, 32);
}

// Digits of radix 16, least first, in -8...7; the last one in 0...8.
#define DIGITS 64
typedef struct {
    int8_t of[DIGITS][LANES];
} digits;

// A scalar a lane, `stride` bytes apart; with stride 0 the same one in all lanes. Lanes from `used` on get zeros. Bit
// 255 is ignored.
OUTLINE void digits_of(digits *d, const uint8_t *scalars, size_t stride, size_t used) {
    for (size_t lane = 0; lane < LANES; lane++) {
        int carry = 0;
        for (int i = 0; i < DIGITS; i++) {
            const uint8_t byte = lane < used ? scalars[stride * lane + i / 2] : 0;
            int digit = (byte >> (4 * (i & 1)) & (i == DIGITS - 1 ? 7 : 15)) + carry;
            carry = i == DIGITS - 1 ? 0 : (digit + 8) >> 4;
            d->of[i][lane] = (int8_t)(digit - (carry << 4));
        }
    }
}
// Of scalar/2.
OUTLINE void digits_of_half(digits *d, const uint8_t *scalars, size_t stride, size_t used) {
    uint8_t halves[32 * LANES] = {0};
    for (size_t lane = 0; lane < used; lane++) halve(halves + 32 * lane, scalars + stride * lane);
    digits_of(d, halves, 32, used);
}
