// What is left on the stack and in registers after an operation on secrets. It is done twice with other secrets, on the
// same stack: every byte below its caller, and every register that a function may leave full, have to be the same.
//     traces BACKEND         exit code 1 where something differs
#define _GNU_SOURCE
#include "common.h"
#include "processor.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { COUNT = 67, ROOM = 4 << 20, DST_LENGTH = 43 };

static uint8_t elements[COUNT][32], roots[COUNT][32], cells[COUNT][96], messages[COUNT][25], betas[COUNT][32],
    gammas[COUNT][32];
static uint8_t out[COUNT][32], other[COUNT][32], scalar[32], dst[DST_LENGTH], substitute[32];
static bool are_elements[COUNT];
static group_base generator, public_key;
static const group_backend *backend;
static bool has_ymm, has_zmm;

// Right after the operation.
typedef struct {
    uint64_t general[9];
    uint8_t vectors[32][64];
    uint64_t masks[8];
} registers;
static registers left;

#define SAVE_GENERAL()                                                                                                 \
    __asm__ volatile("movq %%rax,0(%0);movq %%rcx,8(%0);movq %%rdx,16(%0);movq %%rsi,24(%0);movq %%rdi,32(%0);"        \
                     "movq %%r8,40(%0);movq %%r9,48(%0);movq %%r10,56(%0);movq %%r11,64(%0)" ::"b"(left.general)       \
                     : "memory")
#define XMM(n) __asm__ volatile("movdqu %%xmm" #n ",(%0)" ::"b"(left.vectors[n]) : "memory");
#define YMM(n) __asm__ volatile("vmovdqu %%ymm" #n ",(%0)" ::"b"(left.vectors[n]) : "memory");
#define ZMM(n) __asm__ volatile("vmovdqu64 %%zmm" #n ",(%0)" ::"b"(left.vectors[n]) : "memory");
#define MASK(n) __asm__ volatile("kmovw %%k" #n ",(%0)" ::"b"(&left.masks[n]) : "memory");
#define TO_15(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)
#define TO_31(X) X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) X(28) X(29) X(30) X(31)
#define TO_7(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)

OUTLINE void save_xmm(void) { TO_15(XMM) }
__attribute__((target("avx"))) OUTLINE void save_ymm(void) { TO_15(YMM) }
__attribute__((target("avx512f"))) OUTLINE void save_zmm(void) { TO_15(ZMM) TO_31(ZMM) TO_7(MASK) }

static void multiply(void) { backend->multiply(elements[0], NULL, COUNT, scalar); }
static void multiply_by_roots(void) { backend->multiply(elements[0], roots[0], COUNT, scalar); }
static void hash(void) { backend->hash(out[0], messages[0], 25, NULL, COUNT, dst, DST_LENGTH); }
static void evaluate(void) { backend->evaluate(out[0], messages[0], 25, NULL, COUNT, dst, DST_LENGTH, scalar); }
static void valid(void) { backend->valid(are_elements, elements[0], COUNT); }
static void probes(void) {
    backend->probes(out[0], other[0], messages[0], 25, NULL, dst, DST_LENGTH, cells[0], betas[0], gammas[0], &generator,
                    &public_key, substitute, COUNT);
}
static const struct {
    const char *name;
    void (*run)(void);
} operations[] = {
    {"multiply", multiply}, {"multiply, by roots", multiply_by_roots},
    {"hash", hash},         {"evaluate", evaluate},
    {"valid", valid},       {"probes", probes},
};

static uint8_t *frame;
static void *on_thread(void *operation) {
    frame = __builtin_frame_address(0);
    memset(&left, 0, sizeof left);
    (*(void (*const *)(void))operation)();
    SAVE_GENERAL();
    if (has_zmm) {
        save_zmm();
    } else if (has_ymm) {
        save_ymm();
    } else {
        save_xmm();
    }
    return NULL;
}

// xorshift64*: other secrets for another seed.
static void fill(void *at, size_t length, uint64_t *state) {
    for (size_t i = 0; i < length; i++) {
        *state ^= *state >> 12;
        *state ^= *state << 25;
        *state ^= *state >> 27;
        ((uint8_t *)at)[i] = (uint8_t)(*state * 0x2545f4914f6cdd1dULL >> 56);
    }
}
static void new_secrets(uint64_t seed) {
    fill(messages, sizeof messages, &seed);
    fill(scalar, sizeof scalar, &seed);
    fill(betas, sizeof betas, &seed);
    fill(gammas, sizeof gammas, &seed);
    group_portable.hash(elements[0], messages[0], 25, NULL, COUNT, dst, DST_LENGTH);
    for (int i = 0; i < COUNT; i++) {
        for (int k = 0; k < 3; k++) memcpy(cells[i] + 32 * k, elements[(i + k) % COUNT], 32);
        uint8_t die;
        fill(&die, 1, &seed);
        if (die % 8 == 0) cells[i][0] ^= 1;
        if (die % 8 == 1) elements[i][0] ^= 1;
    }
    group_portable.roots(roots[0], elements[0], COUNT);
}

int main(int count, char **arguments) {
    if (count != 2) return 2;
    backend = group_backend_named(arguments[1]);
    if (backend == NULL) {
        printf("  %s: NOT on this processor\n", arguments[1]);
        return 3;
    }
    has_ymm = group_backend_named("avx2") != NULL;
    has_zmm = (vector_extensions() & AVX512F) != 0;
    uint8_t *const stack = aligned_alloc(4096, ROOM), *const first = malloc(ROOM);
    if (stack == NULL || first == NULL) return 2;
    uint64_t state = 7;
    size_t differences = 0, depth = 0;
    registers first_left;
    fill(dst, sizeof dst, &state);
    new_secrets(99);
    memcpy(substitute, elements[0], 32);
    elements[1][31] &= 0x7f;
    if (!backend->base(&generator, substitute) || !backend->base(&public_key, substitute)) return 2;
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        size_t deepest = 0, bytes = 0, in_registers = 0;
        // Round 0 leaves what is left once: what the processor has, and addresses of the C library's functions.
        for (uint64_t round = 0; round <= 2; round++) {
            pthread_attr_t attributes;
            pthread_t thread;
            new_secrets(round * 0x9e3779b97f4a7c15);
            memset(stack, 0xa5, ROOM);
            if (pthread_attr_init(&attributes) != 0 || pthread_attr_setstack(&attributes, stack, ROOM) != 0) return 2;
            if (pthread_create(&thread, &attributes, on_thread, (void *)&operations[i].run) != 0) return 2;
            if (pthread_join(thread, NULL) != 0) return 2;
            if (round == 1) {
                memcpy(first, stack, ROOM);
                first_left = left;
            }
        }
        for (uint8_t *at = stack; at < frame; at++) {
            if (deepest == 0 && *at != 0xa5) deepest = (size_t)(frame - at);
            bytes += *at != first[at - stack];
        }
        for (size_t k = 0; k < sizeof left; k++) {
            in_registers += ((uint8_t *)&left)[k] != ((uint8_t *)&first_left)[k];
        }
        if (bytes + in_registers > 0) {
            printf("  %s, %s: %zu bytes of secrets on the stack, %zu in registers\n", backend->name, operations[i].name,
                   bytes, in_registers);
        }
        differences += bytes + in_registers;
        if (deepest > depth) depth = deepest;
    }
    printf("  %s: %zu bytes of stack, of secrets left: %zu\n", backend->name, depth, differences);
    return differences != 0;
}
