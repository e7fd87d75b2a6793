#ifndef CSEALEDMATCHGROUP_H
#define CSEALEDMATCHGROUP_H

/// ristretto255 (RFC 9496) on many elements at once: from encodings to encodings, several lanes of a vector at a time.
/// `Docs/Backend.md` has formulas, bounds, what is constant time, what is wiped, and how all of it is checked.
///
/// Elements are encodings of 32 bytes, one after another. "No element" is an encoding that RFC 9496, 4.3.1, refuses:
/// bit 255 set, not below p, negative, or no point. The identity, 32 zero bytes, is an element.
/// Scalars are 32 bytes, little-endian. Bit 255 is ignored, as libsodium does; below that every value is right.
/// Message i begins at `messages + i * stride` and has lengths[i] bytes, at most `stride`; where `lengths` is NULL, it
/// has `stride`. With lengths, stride + dst_length is at most 107: then each message fills one block of SHA-512 with
/// what goes before and behind it, and all cost the same. A domain separation tag (`dst`) has at most 255 bytes; more
/// are not read. Buffers need no alignment. Any count is right, 0 too; nothing is read or written past it. Input
/// and output do not overlap, other than where an operation works in place.
///
/// The root of an element is the `invsqrt` that Decode computes for its encoding (RFC 9496, 4.3.1): the nonnegative
/// number with invsqrt^2 * v * u2_sqr = 1, 32 bytes in canonical form, one after another. With it, decoding takes no
/// power. Any other number is seen, so it can come from anybody. The identity has one, too.
/// "Secret": neither the time nor the addresses used depend on the value. Counts, lengths and tags are public.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Eight multiples of a public element P, made by `base` of any backend for any backend: [c][i][j] is limb i (of 51
/// bits) of coordinate c (Y + X, Y - X, 2dXY) of the affine point (j + 1)P. No alignment is asked for: Swift does not
/// import what is aligned to more than 16 bytes.
typedef struct {
    uint64_t limbs[3][5][8];
} group_base;

/// In a triple of `sum`: no cell, which is the identity.
#define GROUP_NOTHING UINT32_MAX

typedef struct {
    /// "ifma", "avx2" or "portable".
    const char *name;

    /// Elements that are worked on at once. A last, incomplete group costs what a whole one costs.
    size_t lanes;

    /// elements[i] = scalar * elements[i], in place; 32 zero bytes where one is no element, or the product is the
    /// identity. Roots go in and come out, unless `roots` is NULL: where one is not the element's, there is no element.
    /// Secret: scalar, elements, roots, and which of them are none.
    void (*multiply)(uint8_t *elements, uint8_t *roots, size_t count, const uint8_t scalar[32]);

    /// out[i] = H(message i): expand_message_xmd with SHA-512 to 64 bytes (RFC 9380, 5.3.1), then the map of RFC 9496,
    /// 4.3.4. Secret: messages.
    void (*hash)(uint8_t *out, const uint8_t *messages, size_t stride, const uint8_t *lengths, size_t count,
                 const uint8_t *dst, size_t dst_length);

    /// out[i] = scalar * H(message i), with no encoding in between. Secret: messages, scalar.
    void (*evaluate)(uint8_t *out, const uint8_t *messages, size_t stride, const uint8_t *lengths, size_t count,
                     const uint8_t *dst, size_t dst_length, const uint8_t scalar[32]);

    /// cells[t] = cells[t] - cells[a] - cells[b] for each triple (t, a, b). No t is in another triple of the call.
    /// Where an operand is no element, cells[t] gets 32 zero bytes, and the result is false. All of it is public.
    bool (*subtract)(uint8_t *cells, const uint32_t (*triples)[3], size_t count);

    /// out[i] = cells[a] + cells[b] + cells[c] for triple i, (a, b, c), or GROUP_NOTHING instead of a cell. Where an
    /// operand is no element, out[i] gets 32 zero bytes, and the result is false. All of it is public.
    bool (*sum)(uint8_t *out, const uint8_t *cells, const uint32_t (*triples)[3], size_t count);

    /// out = the sum of scalars[i] * elements[i]. FOR PUBLIC SCALARS AND ELEMENTS: short scalars take less time.
    /// Scalars may be 0, elements and the result the identity (always with count 0). False, and 32 zero bytes, where
    /// one is no element, or, unless `roots` is NULL, a root is not its element's.
    bool (*combine)(uint8_t out[32], const uint8_t *scalars, const uint8_t *elements, const uint8_t *roots,
                    size_t count);

    /// Tables of a public element. False where it is none.
    bool (*base)(group_base *out, const uint8_t element[32]);

    /// For each slot i: q[i] = beta * H(message) + gamma * B and s[i] = beta * D + gamma * L, with B and L the bases
    /// `generator` and `public_key`. D is the sum of the slot's three cells, or `substitute` (an element) where one of
    /// them is no element or the sum is the identity. Cells have 3 * 32 bytes a slot, betas and gammas 32.
    /// Secret: messages, betas, gammas, cells, and whether the substitute was taken.
    void (*probes)(uint8_t *q, uint8_t *s, const uint8_t *messages, size_t stride, const uint8_t *lengths,
                   const uint8_t *dst, size_t dst_length, const uint8_t *cells, const uint8_t *betas,
                   const uint8_t *gammas, const group_base *generator, const group_base *public_key,
                   const uint8_t substitute[32], size_t count);

    /// out[i]: whether encoding i is an element. Secret until it is returned.
    void (*valid)(bool *out, const uint8_t *elements, size_t count);

    /// out[i] = the root of elements[i], zero bytes where it is no element; then the result is false. All of it is
    /// public.
    bool (*roots)(uint8_t *out, const uint8_t *elements, size_t count);

    /// out[i] = twice the sum of the elements count * k + i, for each of `lists` lists k. total = the sum of
    /// scalars[i] * out[i]. Elements come with their roots. False, and zero bytes, where one is no element or a root is
    /// not its element's. FOR PUBLIC SCALARS AND ELEMENTS, as `combine`.
    bool (*add_halves)(uint8_t *out, uint8_t total[32], const uint8_t *scalars, const uint8_t *elements,
                       const uint8_t *roots, size_t lists, size_t count);
} group_backend;

/// The backend of that name. NULL: there is none of it in this build, or this processor (or its operating system) has
/// not got what it needs.
const group_backend *group_backend_named(const char *name);

/// What SEALEDMATCH_GROUP says in the environment, or NULL: it is not set, or empty, or the process has more rights
/// than its user (secure_getenv). "libsodium" is for the caller, who then uses none of this; it is also what a build
/// without optimisation says where the variable says nothing.
const char *group_backend_wanted(void);

/// The backend that SEALEDMATCH_GROUP names, or else the fastest one for this processor. A name that is unknown, or not
/// to be had on this processor, is as if it were not set: whoever must know compares `name`. Asked once for the
/// process.
const group_backend *group_backend_best(void);

#endif
