// The inner loops of the dense decoder, over F_q, q = 2^31 - 1 (Docs/Protocol.md, "Decoder"). In C for one reason: code
// for AVX2 beside code for every processor, chosen when the program runs.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Pivot rows that one call takes at most.
enum { ELIMINATION_MAXIMUM_PIVOTS = 32 };

// Whether this processor has AVX2.
bool elimination_has_avx2(void);

// Takes multiples of pivot rows off rows, so that they vanish in the pivots' columns.
//
// `words` is a matrix of residues below q, at an address that is a multiple of 32; `stride` numbers a row, a multiple
// of 8. Pivot row p, of `pivot_count`, has a 1 in column first + p and zeros between `first` and there; what it has
// left of `first` is not read. Afterwards each of `rows` keeps in column first + p the multiple of pivot row p that was
// taken off it; its columns behind those are what is left. None of `rows` may be a pivot row.
//
// `avx2` only where the processor has it. In variable time: shares that were opened are no secret of who opened them.
void elimination_reduce(uint32_t *words, size_t stride, const uint32_t *pivots, size_t pivot_count,
                        const uint32_t *rows, size_t row_count, size_t first, bool avx2);
