// Which backend this processor gets.
#define _GNU_SOURCE
#include "common.h"
#include <stdlib.h>
#if defined(__x86_64__)
#include <cpuid.h>

// Bits of CPUID, leaf 1 (ECX) and leaf 7 (EBX), and of XCR0: what the operating system saves.
#define OSXSAVE (1u << 27)
#define AVX2 (1u << 5)
#define AVX512F (1u << 16)
#define AVX512DQ (1u << 17)
#define AVX512IFMA (1u << 21)
#define AVX512VL (1u << 31)
#define SAVES_YMM 0x06u
#define SAVES_ZMM 0xe6u

static uint32_t saved_by_system(void) {
    uint32_t low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}
// The best one of x86-64.
static const group_backend *of_processor(void) {
    uint32_t a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & OSXSAVE) == 0) return &group_portable;
    const uint32_t saved = saved_by_system();
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return &group_portable;
    const uint32_t ifma = AVX512F | AVX512DQ | AVX512IFMA | AVX512VL | AVX2;
    if ((saved & SAVES_ZMM) == SAVES_ZMM && (b & ifma) == ifma) return &group_ifma;
    if ((saved & SAVES_YMM) == SAVES_YMM && (b & AVX2) != 0) return &group_avx2;
    return &group_portable;
}
#else
static const group_backend *of_processor(void) { return &group_portable; }
#endif

static bool same(const char *a, const char *b) {
    while (*a != 0 && *a == *b) a++, b++;
    return *a == *b;
}

const group_backend *group_backend_named(const char *name) {
    if (same(name, group_portable.name)) return &group_portable;
#if defined(__x86_64__)
    const group_backend *best = of_processor();
    // Who has IFMA has AVX2.
    if (same(name, group_avx2.name) && best != &group_portable) return &group_avx2;
    if (same(name, group_ifma.name) && best == &group_ifma) return &group_ifma;
#endif
    return NULL;
}

const char *group_backend_wanted(void) {
#if defined(__linux__) && !defined(__ANDROID__)
    const char *name = secure_getenv("SEALEDMATCH_GROUP");
    if (name != NULL && *name != 0) return name;
#endif
#if defined(__OPTIMIZE__)
    return NULL;
#else
    // A debug build of somebody's tests: compiled like that our code takes twenty times as long as libsodium, which is
    // not compiled here.
    return "libsodium";
#endif
}

const group_backend *group_backend_best(void) {
    // CPUID costs 12 us in a virtual machine. Threads that come at the same time find the same.
    static const group_backend *cached;
    const group_backend *best = __atomic_load_n(&cached, __ATOMIC_RELAXED);
    if (best != NULL) return best;
    const char *wanted = group_backend_wanted();
    if (wanted != NULL) best = group_backend_named(wanted);
    if (best == NULL) best = of_processor();
    __atomic_store_n(&cached, best, __ATOMIC_RELAXED);
    return best;
}
