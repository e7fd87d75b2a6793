// Constant time: the secrets are marked undefined; memcheck, or MemorySanitizer, then reports every branch and every
// address that depends on one.
//     secrets BACKEND        (memcheck counts errors; the exit code is valgrind's or the sanitizer's)
// With LEAK defined it does depend on them, and has to be reported.
#include "common.h"
#include <stdio.h>
#ifdef MEMORY_SANITIZER
#include <sanitizer/msan_interface.h>
#define SECRET(x) __msan_allocated_memory(x, sizeof x)
#define PUBLIC(x) __msan_unpoison(x, sizeof x)
#else
#include <valgrind/memcheck.h>
#define SECRET(x) (void)VALGRIND_MAKE_MEM_UNDEFINED(x, sizeof x)
#define PUBLIC(x) (void)VALGRIND_MAKE_MEM_DEFINED(x, sizeof x)
#endif

// One whole group of lanes, and an incomplete one.
enum { COUNT = 9 };

static const uint8_t GENERATOR[32] = {0xe2, 0xf2, 0xae, 0x0a, 0x6a, 0xbc, 0x4e, 0x71, 0xa8, 0x84, 0xa9,
                                      0x61, 0xc5, 0x00, 0x51, 0x5f, 0x58, 0xe3, 0x0b, 0x6a, 0xa5, 0x82,
                                      0xdd, 0x8d, 0xb6, 0xa6, 0x59, 0x45, 0xe0, 0x8d, 0x2d, 0x76};
static const uint8_t DST[] = "HashToGroup-OPRFV1-\x01-ristretto255-SHA512";
enum { DST_LENGTH = sizeof DST - 1 };

static uint8_t elements[COUNT][32], cells[COUNT][96], messages[COUNT][25], betas[COUNT][32], gammas[COUNT][32];
static uint8_t others[COUNT][32], roots[COUNT][32], out[COUNT][32], other[COUNT][32], scalar[32];
static bool are_elements[COUNT];

static void run(const group_backend *backend) {
    group_base generator, public_key;
    for (int i = 0; i < COUNT; i++) {
        memset(messages[i], i + 1, sizeof messages[i]);
        memset(betas[i], 5 * i + 3, 31);
        memset(gammas[i], 7 * i + 99, 31);
    }
    memset(scalar, 0x5a, 31);
    scalar[31] = 5;
    backend->hash(elements[0], messages[0], 25, NULL, COUNT, DST, DST_LENGTH);
    for (int i = 0; i < COUNT; i++) {
        for (int k = 0; k < 3; k++) memcpy(cells[i] + 32 * k, elements[(i + k) % COUNT], 32);
    }
    // Cells that are none, and elements.
    cells[2][0] ^= 1;
    memset(cells[3], 0, 96);
    elements[4][31] |= 0x80;
    // A root that is none.
    memcpy(others, elements, sizeof others);
    backend->roots(roots[0], others[0], COUNT);
    roots[5][0] ^= 2;
    backend->base(&generator, GENERATOR);
    backend->base(&public_key, elements[1]);
    uint8_t substitute[32];
    memcpy(substitute, elements[0], 32);

    SECRET(messages);
    SECRET(scalar);
    SECRET(elements);
    SECRET(others);
    SECRET(roots);
    SECRET(cells);
    SECRET(betas);
    SECRET(gammas);
    backend->hash(out[0], messages[0], 25, NULL, COUNT, DST, DST_LENGTH);
    backend->evaluate(out[0], messages[0], 25, NULL, COUNT, DST, DST_LENGTH, scalar);
    backend->probes(out[0], other[0], messages[0], 25, NULL, DST, DST_LENGTH, cells[0], betas[0], gammas[0], &generator,
                    &public_key, substitute, COUNT);
    backend->valid(are_elements, elements[0], COUNT);
    backend->multiply(elements[0], NULL, COUNT, scalar);
    backend->multiply(others[0], roots[0], COUNT, scalar);
#ifdef LEAK
    static const uint8_t table[256] = {1, 2, 3};
    PUBLIC(out);
    out[0][0] = table[betas[0][3]];
    if (gammas[0][0] & 1) out[0][1]++;
#endif
    PUBLIC(out);
    PUBLIC(other);
    PUBLIC(elements);
    PUBLIC(others);
    PUBLIC(roots);
    PUBLIC(are_elements);
    printf("  %s: %02x%02x%02x%02x%02x%02x\n", backend->name, out[0][0], other[0][0], elements[0][0], others[0][0],
           roots[0][0], are_elements[4]);
}

int main(int count, char **arguments) {
    if (count != 2) return 2;
#ifdef EMULATED
    const group_backend *backend = &group_ifma;
#else
    const group_backend *backend = group_backend_named(arguments[1]);
#endif
    if (backend == NULL) {
        printf("  %s: NOT on this processor\n", arguments[1]);
        return 3;
    }
    run(backend);
    return 0;
}
