// What every file of this target uses.
#pragma once
#include "CSealedMatchGroup.h"
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "words are read from little-endian bytes as they are"
#endif

#define INLINE static inline __attribute__((always_inline))
#define OUTLINE static __attribute__((noinline))
#define UNROLLED _Pragma("unroll")

// Hides from the compiler what a mask is made of, so that it makes neither a branch nor a choice of addresses out of
// it: clang 21 does (Docs/Backend.md, "Traps"). MemorySanitizer would take what comes out of an asm for defined, and so
// miss what it is there to find: without it under MemorySanitizer, and without any other asm.
#if defined(__has_feature)
#if __has_feature(memory_sanitizer) && !defined(HIDE)
#define HIDE(constraint, x) (void)0
#endif
#endif
#ifndef HIDE
#define WITH_ASM
#define HIDE(constraint, x) __asm__("" : constraint(x))
#endif

#define MASK51 ((1ULL << 51) - 1)

extern const group_backend group_portable;
#if defined(__x86_64__)
extern const group_backend group_avx2;
extern const group_backend group_ifma;
#endif
