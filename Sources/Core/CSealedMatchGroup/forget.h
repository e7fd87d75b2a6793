// What an operation on secrets leaves behind: the stack below it, and the registers that a function may leave full.
#pragma once
#include "processor.h"

#define ZERO_XMM(a, b, c, d)                                                                                           \
    "pxor %%xmm" #a ",%%xmm" #a ";pxor %%xmm" #b ",%%xmm" #b ";pxor %%xmm" #c ",%%xmm" #c ";pxor %%xmm" #d ",%%xmm" #d \
    ";"
#define ZERO_ZMM(a, b, c, d)                                                                                           \
    "vpxorq %%zmm" #a ",%%zmm" #a ",%%zmm" #a ";vpxorq %%zmm" #b ",%%zmm" #b ",%%zmm" #b ";vpxorq %%zmm" #c            \
    ",%%zmm" #c ",%%zmm" #c ";vpxorq %%zmm" #d ",%%zmm" #d ",%%zmm" #d ";"
#define ZERO_K(a) "kxorw %%k" #a ",%%k" #a ",%%k" #a ";"
#define XMM_0_TO_15                                                                                                    \
    "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",         \
        "xmm13", "xmm14", "xmm15"

#if defined(WITH_ASM) && defined(__x86_64__)
// zmm16 to zmm31 and the masks. Whatever field this is: where there are such registers, the C library copies through
// them.
__attribute__((target("avx512f"))) OUTLINE void clear_high_registers(void) {
    __asm__ volatile(ZERO_ZMM(16, 17, 18, 19) ZERO_ZMM(20, 21, 22, 23) ZERO_ZMM(24, 25, 26, 27) ZERO_ZMM(28, 29, 30, 31)
                         ZERO_K(0) ZERO_K(1) ZERO_K(2) ZERO_K(3) ZERO_K(4) ZERO_K(5) ZERO_K(6) ZERO_K(7)::
                             : "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25",
                               "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "k0", "k1", "k2", "k3", "k4", "k5",
                               "k6", "k7");
}
// Not inline: in the frame of its caller there shall be nothing that lies where secrets were and is not written.
OUTLINE bool has_high_registers(void) {
#if LANES == 8
    return true;
#else
    // 1 without, 2 with them. Threads that come at the same time find the same.
    static uint8_t cached;
    uint8_t known = __atomic_load_n(&cached, __ATOMIC_RELAXED);
    if (known == 0) {
        known = (vector_extensions() & AVX512F) != 0 ? 2 : 1;
        __atomic_store_n(&cached, known, __ATOMIC_RELAXED);
    }
    return known == 2;
#endif
}
#endif

// Vector and mask registers, and the general ones that callers do not get back.
INLINE void clear_registers(void) {
#if defined(WITH_ASM) && defined(__x86_64__)
    if (has_high_registers()) clear_high_registers();
#if LANES == 1
    __asm__ volatile(ZERO_XMM(0, 1, 2, 3) ZERO_XMM(4, 5, 6, 7) ZERO_XMM(8, 9, 10, 11) ZERO_XMM(12, 13, 14, 15)::
                         : XMM_0_TO_15);
#else
    __asm__ volatile("vzeroall" ::: XMM_0_TO_15);
#endif
    __asm__ volatile("xorl %%eax,%%eax;xorl %%ecx,%%ecx;xorl %%edx,%%edx;xorl %%esi,%%esi;xorl %%edi,%%edi;"
                     "xorl %%r8d,%%r8d;xorl %%r9d,%%r9d;xorl %%r10d,%%r10d;xorl %%r11d,%%r11d" ::
                         : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "cc");
#elif defined(WITH_ASM) && defined(__aarch64__)
#define ZERO_V(a, b, c, d) "movi v" #a ".2d,#0;movi v" #b ".2d,#0;movi v" #c ".2d,#0;movi v" #d ".2d,#0;"
#define ZERO_X(a, b, c, d) "mov x" #a ",#0;mov x" #b ",#0;mov x" #c ",#0;mov x" #d ",#0;"
    __asm__ volatile(
        ZERO_V(0, 1, 2, 3) ZERO_V(4, 5, 6, 7) ZERO_V(16, 17, 18, 19) ZERO_V(20, 21, 22, 23) ZERO_V(24, 25, 26, 27)
            ZERO_V(28, 29, 30, 31) ZERO_X(0, 1, 2, 3) ZERO_X(4, 5, 6, 7) ZERO_X(8, 9, 10, 11) ZERO_X(12, 13, 14, 15)::
                : "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v16", "v17", "v18", "v19", "v20", "v21", "v22",
                  "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31", "x0", "x1", "x2", "x3", "x4", "x5",
                  "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15");
#endif
}

// Called from the frame that the operation was called from, so that its own frame lies where the operation's was.
OUTLINE void forget(void) {
    uint8_t below[STACK];
    memset(below, 0, sizeof below);
    __asm__ volatile("" : : "r"(below) : "memory");
    clear_registers();
}
