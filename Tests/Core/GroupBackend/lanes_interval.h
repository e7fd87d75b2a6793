// A lane that is an interval: what a word can be, for all inputs. The fields and all above them, compiled on it instead
// of on numbers, prove that no sum overflows, no difference goes below zero and no multiplier loses bits.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include "CSealedMatchGroup.h"

#define LANES 1
#define FEW 0
#define INLINE static inline
#define OUTLINE static
#define UNROLLED
#define HIDE(constraint, x) (void)0
#define MASK51 ((1ULL << 51) - 1)
#define PROVE_BELOW(x, limit) prove_below(x, limit)

typedef unsigned __int128 u128;

static long violations;
static const char *operation = "";

enum measure { SUM64, SUM128, FACTOR, BASE_LIMB, ABOVE_255, MEASURES };
static const char *const MEASURE[] = {"sum of 64 bits", "sum of 128 bits", "factor of a vector multiplier",
                                      "limb of a base", "what is above 2^255"};
static u128 greatest[MEASURES];

static double log_of(u128 x) {
    return x == 0 ? 0 : std::log2((double)(uint64_t)(x >> 64) * 0x1p64 + (double)(uint64_t)x);
}
static void violated(const char *what) {
    if (++violations <= 3) printf("    %s: %s\n", operation, what);
    if (violations < 1000) return;
    printf("    1000 violations and more\n");
    exit(1);
}
static void seen(measure which, u128 x) { greatest[which] = std::max(greatest[which], x); }

// low...high, of an unsigned word.
template <int BITS> struct interval {
    u128 low, high;
    static u128 top() { return BITS == 128 ? ~(u128)0 : ((u128)1 << BITS) - 1; }
    interval() : low(0), high(top()) {} // a variable that nobody has set
    interval(int x) : low((u128)x), high((u128)x) {}
    interval(unsigned x) : low(x), high(x) {}
    interval(unsigned long x) : low(x), high(x) {}
    interval(unsigned long long x) : low(x), high(x) {}
    interval(u128 l, u128 h) : low(l), high(h) {}
    interval(const interval<BITS == 64 ? 128 : 64> &x) : low(x.low), high(x.high) {
        if (high <= top()) return;
        violated("a word is cut off");
        low = 0;
        high = top();
    }
    interval operator+(interval b) const {
        const u128 h = high + b.high;
        if (h > top() || h < high) {
            violated("a sum overflows");
            return interval(0, top());
        }
        seen(BITS == 128 ? SUM128 : SUM64, h);
        return interval(low + b.low, h);
    }
    interval operator-(interval b) const {
        if (low < b.high) {
            violated("a difference goes below zero");
            return interval(0, top());
        }
        return interval(low - b.high, high - b.low);
    }
    interval operator*(interval b) const {
        if (high != 0 && b.high > top() / high) {
            violated("a product overflows");
            return interval(0, top());
        }
        return interval(low * b.low, high * b.high);
    }
    // By a constant 2^n - 1 what is below it stays.
    interval operator&(interval b) const {
        if (b.low == b.high && high <= b.high && ((b.high + 1) & b.high) == 0) return *this;
        return interval(0, std::min(high, b.high));
    }
    interval operator|(interval b) const {
        u128 h = high | b.high;
        for (int by = 1; by < 128; by *= 2) h |= h >> by;
        return interval(std::max(low, b.low), h);
    }
    interval operator^(interval b) const { return interval(0, (*this | b).high); }
    interval operator~() const { return interval(top() - high, top() - low); }
    interval operator>>(int by) const { return interval(low >> by, high >> by); }
    // Of words whose upper bits are to be lost (bytes to limbs and back), and of those where none are.
    interval operator<<(int by) const {
        if (high > top() >> by) return interval(0, top());
        return interval(low << by, high << by);
    }
    interval &operator+=(interval b) { return *this = *this + b; }
    interval &operator|=(interval b) { return *this = *this | b; }
    interval &operator&=(interval b) { return *this = *this & b; }
    interval &operator>>=(int by) { return *this = *this >> by; }
};
typedef interval<64> vec;
typedef interval<128> wide;

static vec operator*(int a, vec b) { return vec(a) * b; }
static vec any() { return vec(0, vec::top()); }
static vec up_to(uint64_t high) { return vec(0, high); }
// A mask depends on everything: both ways are in the result.
static vec either(vec a, vec b) { return vec(std::min(a.low, b.low), std::max(a.high, b.high)); }

INLINE vec hidden(vec x) { return x; }
INLINE vec splat(vec x) { return x; }
INLINE vec equal(vec, vec) { return any(); }
INLINE vec negative(vec) { return any(); }
INLINE vec mask_of(vec) { return any(); }
INLINE vec in_all_lanes(uint64_t) { return up_to(MASK51); }
INLINE vec blend(vec, vec a, vec b) { return either(a, b); }
INLINE vec collect(vec sum, vec, vec a) { return either(sum, a); }
INLINE vec magnitude(vec, vec) { return up_to(8); }
INLINE uint64_t first_lane(vec x) {
    seen(BASE_LIMB, x.high);
    if (x.high > MASK51) violated("a limb of a base has more than 51 bits");
    return (uint64_t)x.high;
}
INLINE vec widened(const int8_t[LANES]) { return any(); }
INLINE vec lanes_from(const uint64_t[LANES]) { return any(); }
INLINE void lanes_to(uint64_t words[LANES], vec) { words[0] = ~0ULL; }
// Limbs of one lane, in memory.
typedef vec limb;
INLINE vec lanes_from(const limb limbs[LANES]) { return limbs[0]; }
INLINE void lanes_to(limb limbs[LANES], vec x) { limbs[0] = x; }
INLINE vec lanes_down(vec x, int) { return x; }

static void prove_below(vec x, uint64_t limit) {
    seen(ABOVE_255, x.high);
    if (x.high >= limit) violated("more above 2^255 than is taken off");
}
static vec factor(vec x, int bits) {
    seen(FACTOR, x.high);
    if (x.high >> bits != 0) violated("a factor has more bits than the multiplier");
    return x;
}
INLINE vec product32(vec a, vec b) { return factor(a, 32) * factor(b, 32); }
INLINE vec add_low52(vec sum, vec a, vec b) {
    return sum + vec(0, std::min(factor(a, 52).high * factor(b, 52).high, ((u128)1 << 52) - 1));
}
INLINE vec add_high52(vec sum, vec a, vec b) { return sum + vec(0, factor(a, 52).high * factor(b, 52).high >> 52); }
INLINE void keep_together(vec[10]) {}
