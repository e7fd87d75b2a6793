// Which backend this processor gets.
#define _GNU_SOURCE
#include "common.h"
#include "processor.h"
#include <stdlib.h>
#if defined(__x86_64__)
// The best one of x86-64.
static const group_backend *of_processor(void) {
    const uint32_t has = vector_extensions();
    const uint32_t ifma = AVX512F | AVX512DQ | AVX512IFMA | AVX512VL | AVX2;
    if ((has & ifma) == ifma) return &group_ifma;
    if ((has & AVX2) != 0) return &group_avx2;
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
