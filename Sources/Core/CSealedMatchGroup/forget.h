// What an operation on secrets left behind: the stack below it, and the registers that a function may leave full.
#pragma once

// Called from the same frame as the operation, so that its own frame lies where that of the operation was.
OUTLINE void forget(void) {
    uint8_t below[STACK];
    memset(below, 0, sizeof below);
    __asm__ volatile("" : : "r"(below) : "memory");
#if defined(__x86_64__)
#if LANES > 1
    __asm__ volatile("vzeroall" ::
                         : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
                           "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
#endif
#endif
}
