// The interval proof (Docs/Backend.md, "Bounds"): the delivered operations, with an interval in each lane. What comes
// from bytes, digits and masks is anything. Loops run as often as they do; so each limb's interval holds every value
// that it can have. FIELD is the header of a field.
//     proof          exit code 1 where a bound is violated
#include "lanes_interval.h"
extern const group_backend group_portable;
#include FIELD
#include "field.h"
#include "bytes.h"
#include "curve.h"
#include "scalar.h"
#include "multiply.h"
#include "doubles.h"
#include "buckets.h"
// SHA-512 is meant to overflow; what it gives is read as any bytes.
static void expand(uint8_t *, const uint8_t *, size_t, const uint8_t *, size_t, const uint8_t *, size_t) {}
static void forget(void) {}
#include "operations.h"

// The greatest limb, of the even and of the odd ones; `above` their nominal sizes.
static void print_limbs(const char *what, const fe &a, bool above) {
    u128 even = 0, odd = 0;
    for (int i = 0; i < LIMBS; i++) (i & 1 ? odd : even) = std::max(i & 1 ? odd : even, a.v[i].high);
    const u128 nominal = above ? LIMBS == 5 ? (u128)1 << 51 : (u128)1 << 26 : 0;
    const u128 nominal_odd = LIMBS == 5 ? nominal : nominal / 2;
    printf("    %s: 2^%.2f and 2^%.2f\n", what, log_of(even - std::min(even, nominal)),
           log_of(odd - std::min(odd, nominal_odd)));
}

// More than one inversion's batch, and more than one round of a sum.
enum { COUNT = 2 * SHARING + 1, MANY_SCALARS = CHUNK + MANY + 1 };

int main() {
    static uint8_t in[3 * 32 * COUNT], out[32 * COUNT], more[32 * COUNT];
    static uint32_t triples[COUNT][3];
    static bool is_element[COUNT];
    group_base tables;
    operation = "base";
    base(&tables, in);
    operation = "valid";
    valid(is_element, in, COUNT);
    operation = "multiply";
    multiply(out, nullptr, COUNT, in);
    multiply(out, more, COUNT, in);
    operation = "hash";
    hash(out, in, 25, nullptr, COUNT, in, 32);
    operation = "evaluate";
    evaluate(out, in, 25, nullptr, COUNT, in, 32, in);
    operation = "subtract";
    subtract(out, triples, COUNT);
    operation = "sum";
    sum(more, out, triples, COUNT);
    operation = "roots";
    roots(out, in, COUNT);
    // Which buckets points are added to depends on the scalars, which are public: scalars with all digits that there
    // are, as many of them as they can have. Each sum is a sum of any two points.
    static uint8_t many[3 * 32 * MANY_SCALARS], scalars[32 * MANY_SCALARS];
    for (size_t i = 0; i < sizeof scalars; i++) scalars[i] = (uint8_t)(i * 167 + (i >> 5));
    memset(scalars, 0xff, 32);
    operation = "combine";
    combine(out, scalars, in, nullptr, SINGLY);
    combine(out, scalars, many, nullptr, MANY - 1);
    combine(out, scalars, many, many, MANY_SCALARS);
    operation = "add_halves";
    add_halves(many, out, scalars, many, many, 3, MANY_SCALARS);
    operation = "probes";
    probes(out, more, in, 25, nullptr, in, 32, in, in, in, &tables, &tables, in, COUNT);
    operation = "limbs";
    point p;
    decode(&p, in, 32, 1);
    for (int i = 0; i < 8; i++) double_point(&p, 1);
    const fe total = add(p.X, p.Y), wide_one = product(&total, &total);
    print_limbs("tight limbs, above 2^51, or 2^26 and 2^25", p.X, true);
    print_limbs("wide limbs", wide_one, false);
    for (int i = 0; i < MEASURES; i++) {
        if (greatest[i] != 0) printf("    greatest %s: 2^%.3f\n", MEASURE[i], log_of(greatest[i]));
    }
    printf("    %ld violations\n", violations);
    return violations != 0;
}
