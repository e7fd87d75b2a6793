// The operations of CSealedMatchGroup.h, over one field. Those on secrets have two functions: one that works, and one
// that calls it and then has its traces overwritten.
#pragma once

// The lengths from message i on, if messages have their own.
INLINE const uint8_t *from(const uint8_t *lengths, size_t i) { return lengths == NULL ? NULL : lengths + i; }
// As many elements as one inversion serves, and as many slots, with two elements each.
#define BATCH (SHARING * LANES)
#define SLOTS (SHARING / 2 * LANES)

// Where number i of some encodings is, if there are any.
INLINE uint8_t *at_element(uint8_t *all, size_t i) { return all == NULL ? NULL : all + 32 * i; }
INLINE const uint8_t *of_element(const uint8_t *all, size_t i) { return all == NULL ? NULL : all + 32 * i; }

OUTLINE void multiply_batches(uint8_t *elements, uint8_t *roots, size_t count, const uint8_t *scalar) {
    digits d;
    doublings all;
    digits_of_half(&d, scalar, 0, LANES);
    for (size_t at = 0; at < count; at += BATCH) {
        const size_t end = at + least(BATCH, count - at);
        start(&all);
        for (size_t i = at; i < end; i += LANES) {
            point p;
            const vec is_element = decode_either(&p, elements + 32 * i, of_element(roots, i), least(LANES, end - i));
            multiple(&p, &d, &p, NULL, NULL);
            append(&all, &p, is_element);
        }
        invert_product(&all);
        while (all.count > 0) {
            const size_t i = at + (all.count - 1) * LANES;
            encode_last(elements + 32 * i, at_element(roots, i), &all, least(LANES, end - i));
        }
    }
}
static void multiply(uint8_t *elements, uint8_t *roots, size_t count, const uint8_t scalar[32]) {
    if (LANES > 1 && count <= FEW) {
        group_portable.multiply(elements, roots, count, scalar);
        return;
    }
    multiply_batches(elements, roots, count, scalar);
    forget();
}

OUTLINE void hash_batches(uint8_t *out, const uint8_t *messages, size_t stride, const uint8_t *lengths, size_t count,
                          const uint8_t *dst, size_t dst_length) {
    for (size_t i = 0; i < count; i += LANES) {
        const size_t used = least(LANES, count - i);
        uint8_t uniform[64 * LANES];
        point p;
        expand(uniform, messages + stride * i, stride, from(lengths, i), used, dst, dst_length);
        map_uniform(&p, uniform, LANES);
        encode(out + 32 * i, &p, ~splat(0), used);
    }
}
static void hash(uint8_t *out, const uint8_t *messages, size_t stride, const uint8_t *lengths, size_t count,
                 const uint8_t *dst, size_t dst_length) {
    if (LANES > 1 && count <= FEW) {
        group_portable.hash(out, messages, stride, lengths, count, dst, dst_length);
        return;
    }
    hash_batches(out, messages, stride, lengths, count, dst, dst_length);
    forget();
}

OUTLINE void evaluate_batches(uint8_t *out, const uint8_t *messages, size_t stride, const uint8_t *lengths,
                              size_t count, const uint8_t *dst, size_t dst_length, const uint8_t *scalar) {
    digits d;
    doublings all;
    digits_of_half(&d, scalar, 0, LANES);
    for (size_t at = 0; at < count; at += BATCH) {
        const size_t end = at + least(BATCH, count - at);
        start(&all);
        for (size_t i = at; i < end; i += LANES) {
            uint8_t uniform[64 * LANES];
            point p;
            expand(uniform, messages + stride * i, stride, from(lengths, i), least(LANES, end - i), dst, dst_length);
            map_uniform(&p, uniform, LANES);
            multiple(&p, &d, &p, NULL, NULL);
            append(&all, &p, ~splat(0));
        }
        invert_product(&all);
        while (all.count > 0) {
            const size_t i = at + (all.count - 1) * LANES;
            encode_last(out + 32 * i, NULL, &all, least(LANES, end - i));
        }
    }
}
static void evaluate(uint8_t *out, const uint8_t *messages, size_t stride, const uint8_t *lengths, size_t count,
                     const uint8_t *dst, size_t dst_length, const uint8_t scalar[32]) {
    if (LANES > 1 && count <= FEW) {
        group_portable.evaluate(out, messages, stride, lengths, count, dst, dst_length, scalar);
        return;
    }
    evaluate_batches(out, messages, stride, lengths, count, dst, dst_length, scalar);
    forget();
}

// Whether a mask is set in each of the first lanes.
INLINE bool all_of(vec mask, size_t used) {
    uint64_t words[LANES], all = ~0ULL;
    lanes_to(words, mask);
    for (size_t lane = 0; lane < used; lane++) all &= words[lane];
    return all != 0;
}

static bool subtract(uint8_t *cells, const uint32_t (*triples)[3], size_t count) {
    if (LANES > 1 && count <= FEW) return group_portable.subtract(cells, triples, count);
    bool all = true;
    for (size_t i = 0; i < count; i += LANES) {
        const size_t used = least(LANES, count - i);
        uint8_t operands[3][32 * LANES];
        point p, q;
        vec are_elements = ~splat(0);
        for (size_t lane = 0; lane < used; lane++) {
            for (int k = 0; k < 3; k++) memcpy(operands[k] + 32 * lane, cells + 32 * (size_t)triples[i + lane][k], 32);
        }
        for (int k = 0; k < 3; k++) {
            are_elements &= decode(k == 0 ? &p : &q, operands[k], 32, used);
            if (k == 0) continue;
            const summand s = summand_of(&q), minus_s = opposite(&s);
            add_point(&p, &p, &minus_s, true);
        }
        encode(operands[0], &p, are_elements, used);
        all &= all_of(are_elements, used);
        for (size_t lane = 0; lane < used; lane++) {
            memcpy(cells + 32 * (size_t)triples[i + lane][0], operands[0] + 32 * lane, 32);
        }
    }
    return all;
}

static bool sum(uint8_t *out, const uint8_t *cells, const uint32_t (*triples)[3], size_t count) {
    if (LANES > 1 && count <= FEW) return group_portable.sum(out, cells, triples, count);
    bool all = true;
    for (size_t i = 0; i < count; i += LANES) {
        const size_t used = least(LANES, count - i);
        uint8_t operands[32 * LANES];
        point p, q;
        vec are_elements = ~splat(0);
        for (int k = 0; k < 3; k++) {
            bool any = k == 0;
            for (size_t lane = 0; lane < used; lane++) {
                const uint32_t cell = triples[i + lane][k];
                if (cell == GROUP_NOTHING) {
                    // The identity.
                    memset(operands + 32 * lane, 0, 32);
                } else {
                    memcpy(operands + 32 * lane, cells + 32 * (size_t)cell, 32);
                    any = true;
                }
            }
            if (!any) continue;
            are_elements &= decode(k == 0 ? &p : &q, operands, 32, used);
            if (k == 0) continue;
            const summand s = summand_of(&q);
            add_point(&p, &p, &s, true);
        }
        encode(out + 32 * i, &p, are_elements, used);
        all &= all_of(are_elements, used);
    }
    return all;
}

static bool roots(uint8_t *out, const uint8_t *elements, size_t count) {
    if (LANES > 1 && count <= FEW) return group_portable.roots(out, elements, count);
    bool all = true;
    for (size_t i = 0; i < count; i += LANES) {
        const size_t used = least(LANES, count - i);
        point p;
        fe invsqrt;
        const vec are_elements = decode_and_root(&p, &invsqrt, elements + 32 * i, 32, used);
        store_absolute(out + 32 * i, invsqrt, are_elements, used);
        all &= all_of(are_elements, used);
    }
    return all;
}

// Few enough that each of them is multiplied by itself.
#define SINGLY (LANES > 1 ? 2 * LANES : 6)

static bool combine(uint8_t out[32], const uint8_t *scalars, const uint8_t *elements, const uint8_t *roots,
                    size_t count) {
    if (LANES > 1 && count <= FEW) return group_portable.combine(out, scalars, elements, roots, count);
    combination c;
    point p;
    bool all = true;
    begin_combination(&c, scalars, count <= SINGLY ? 0 : count);
    for (size_t at = 0; at < count; at += CHUNK) {
        const size_t end = at + least(CHUNK, count - at);
        for (size_t i = at; i < end; i += LANES) {
            const size_t used = least(LANES, end - i);
            all &= all_of(decode_either(&p, elements + 32 * i, of_element(roots, i), used), used);
            if (count <= SINGLY) {
                add_multiple(&c, &p, scalars + 32 * i, used);
            } else {
                put(&c, i - at, &p, used);
            }
        }
        if (count > SINGLY) add_multiples(&c, scalars + 32 * at, end - at);
    }
    end_combination(&c, &p);
    encode(out, &p, all ? ~splat(0) : splat(0), 1);
    return all;
}

static bool add_halves(uint8_t *out, uint8_t total[32], const uint8_t *scalars, const uint8_t *elements,
                       const uint8_t *roots, size_t lists, size_t count) {
    if (LANES > 1 && count <= FEW) return group_portable.add_halves(out, total, scalars, elements, roots, lists, count);
    combination c;
    point p;
    bool all = true;
    begin_combination(&c, scalars, count);
    for (size_t at = 0; at < count; at += CHUNK) {
        const size_t end = at + least(CHUNK, count - at);
        for (size_t from = at; from < end; from += BATCH) {
            const size_t to = from + least(BATCH, end - from);
            doublings doubles;
            start(&doubles);
            for (size_t i = from; i < to; i += LANES) {
                const size_t used = least(LANES, to - i);
                point sum = identity();
                for (size_t k = 0; k < lists; k++) {
                    const size_t place = 32 * (count * k + i);
                    all &= all_of(decode_by_root(&p, elements + place, roots + place, used), used);
                    const summand s = summand_of(&p);
                    add_point(&sum, &sum, &s, true);
                }
                append(&doubles, &sum, ~splat(0));
            }
            invert_product(&doubles);
            while (doubles.count > 0) {
                const size_t i = from + (doubles.count - 1) * LANES, used = least(LANES, to - i);
                last_double(&p, &doubles);
                put(&c, i - at, &p, used);
                encode_last(out + 32 * i, NULL, &doubles, used);
            }
        }
        add_multiples(&c, scalars + 32 * at, end - at);
    }
    end_combination(&c, &p);
    encode(total, &p, all ? ~splat(0) : splat(0), 1);
    if (!all) memset(out, 0, 32 * count);
    return all;
}

static bool base(group_base *out, const uint8_t element[32]) {
    point p;
    const vec is_element = decode(&p, element, 0, LANES);
    base_of(out, &p);
    return all_of(is_element, LANES);
}

// The sum of three cells, or the substitute where one is no element or the sum is the identity (X or Y is zero in all
// of its representatives).
INLINE void sum_of_cells(point *sum, const uint8_t *cells, size_t used, const point *substitute) {
    point p;
    vec usable = decode(sum, cells, 96, used);
    for (int k = 1; k < 3; k++) {
        usable &= decode(&p, cells + 32 * k, 96, used);
        const summand s = summand_of(&p);
        add_point(sum, sum, &s, true);
    }
    usable &= ~(is_zero(sum->X) | is_zero(sum->Y));
    *sum = choose_point(usable, sum, substitute);
}
OUTLINE void probe_batches(uint8_t *q, uint8_t *s, const uint8_t *messages, size_t stride, const uint8_t *lengths,
                           const uint8_t *dst, size_t dst_length, const uint8_t *cells, const uint8_t *betas,
                           const uint8_t *gammas, const group_base *generator, const group_base *public_key,
                           const uint8_t *substitute, size_t count) {
    digits beta, gamma;
    doublings all;
    point instead;
    decode(&instead, substitute, 0, LANES);
    for (size_t at = 0; at < count; at += SLOTS) {
        const size_t end = at + least(SLOTS, count - at);
        start(&all);
        for (size_t i = at; i < end; i += LANES) {
            const size_t used = least(LANES, end - i);
            uint8_t uniform[64 * LANES];
            point p;
            digits_of_half(&beta, betas + 32 * i, 32, used);
            digits_of_half(&gamma, gammas + 32 * i, 32, used);
            expand(uniform, messages + stride * i, stride, from(lengths, i), used, dst, dst_length);
            map_uniform(&p, uniform, LANES);
            multiple(&p, &beta, &p, &gamma, generator);
            append(&all, &p, ~splat(0));
            sum_of_cells(&p, cells + 96 * i, used, &instead);
            multiple(&p, &beta, &p, &gamma, public_key);
            append(&all, &p, ~splat(0));
        }
        invert_product(&all);
        while (all.count > 0) {
            const size_t i = at + (all.count / 2 - 1) * LANES, used = least(LANES, end - i);
            encode_last(s + 32 * i, NULL, &all, used);
            encode_last(q + 32 * i, NULL, &all, used);
        }
    }
}
static void probes(uint8_t *q, uint8_t *s, const uint8_t *messages, size_t stride, const uint8_t *lengths,
                   const uint8_t *dst, size_t dst_length, const uint8_t *cells, const uint8_t *betas,
                   const uint8_t *gammas, const group_base *generator, const group_base *public_key,
                   const uint8_t substitute[32], size_t count) {
    if (LANES > 1 && count <= FEW) {
        group_portable.probes(q, s, messages, stride, lengths, dst, dst_length, cells, betas, gammas, generator,
                              public_key, substitute, count);
        return;
    }
    probe_batches(q, s, messages, stride, lengths, dst, dst_length, cells, betas, gammas, generator, public_key,
                  substitute, count);
    forget();
}

OUTLINE void check_batches(bool *out, const uint8_t *elements, size_t count) {
    for (size_t i = 0; i < count; i += LANES) {
        const size_t used = least(LANES, count - i);
        uint64_t words[LANES];
        point p;
        lanes_to(words, decode(&p, elements + 32 * i, 32, used));
        for (size_t lane = 0; lane < used; lane++) out[i + lane] = words[lane] & 1;
    }
}
static void valid(bool *out, const uint8_t *elements, size_t count) {
    if (LANES > 1 && count <= FEW) {
        group_portable.valid(out, elements, count);
        return;
    }
    check_batches(out, elements, count);
    forget();
}

// A client only seals. With GROUP_FOR_CLIENT its library has no code for what it never calls.
#if defined(GROUP_FOR_CLIENT)
#define BACKEND(own_name) {.name = own_name, .lanes = LANES, .base = base, .probes = probes}
#else
#define BACKEND(own_name)                                                                                              \
    {own_name, LANES, multiply, hash, evaluate, subtract, sum, combine, base, probes, valid, roots, add_halves}
#endif
