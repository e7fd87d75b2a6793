// Bytes to lanes and back. The lanes beyond a group's last element repeat it: nothing is read past a buffer.
#pragma once

INLINE size_t least(size_t a, size_t b) { return a < b ? a : b; }

// Where lane `lane` of a group of `used` elements is read, `stride` bytes apart; with stride 0 all read the same.
INLINE const uint8_t *lane_at(const uint8_t *in, size_t stride, size_t used, size_t lane) {
    return in + stride * (lane < used ? lane : used - 1);
}
// The 32 bytes of each lane, in words of 64 bits.
INLINE void load(vec words[4], const uint8_t *in, size_t stride, size_t used) {
    uint64_t t[4][LANES];
    for (size_t lane = 0; lane < LANES; lane++) {
        for (int i = 0; i < 4; i++) memcpy(&t[i][lane], lane_at(in, stride, used, lane) + 8 * i, 8);
    }
    for (int i = 0; i < 4; i++) words[i] = lanes_from(t[i]);
}
INLINE void store(uint8_t *out, const vec words[4], size_t used) {
    uint64_t t[4][LANES];
    for (int i = 0; i < 4; i++) lanes_to(t[i], words[i]);
    for (size_t lane = 0; lane < used; lane++) {
        for (int i = 0; i < 4; i++) memcpy(out + 32 * lane + 8 * i, &t[i][lane], 8);
    }
}
