// What the backend computes, by libsodium, an element at a time; and seeded bytes.
#pragma once
#include "common.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

// Bytes from a seed that is printed: `SEED=… run` does the same again.
static uint8_t seed_key[32];
static uint64_t seed_uses;

static void seed(uint64_t number) {
    memset(seed_key, 0, sizeof seed_key);
    memcpy(seed_key, &number, sizeof number);
    seed_uses = 0;
}
static void random_bytes(void *out, size_t length) {
    uint8_t nonce[8];
    memcpy(nonce, &seed_uses, sizeof nonce);
    seed_uses++;
    crypto_stream_chacha20(out, length, nonce, seed_key);
}
static uint32_t random_below(uint32_t limit) {
    uint64_t x;
    random_bytes(&x, sizeof x);
    return (uint32_t)(x % limit);
}
static void random_element(uint8_t out[32]) {
    uint8_t uniform[64];
    random_bytes(uniform, sizeof uniform);
    crypto_core_ristretto255_from_hash(out, uniform);
}
static void random_scalar(uint8_t out[32]) {
    uint8_t uniform[64];
    random_bytes(uniform, sizeof uniform);
    crypto_core_ristretto255_scalar_reduce(out, uniform);
}

// libsodium 1.0.18 looks at 255 bits; RFC 9496 refuses bit 255.
static bool is_element(const uint8_t e[32]) {
    return e[31] >> 7 == 0 && crypto_core_ristretto255_is_valid_point(e) == 1;
}

static void reference_multiply(uint8_t out[32], const uint8_t scalar[32], const uint8_t element[32]) {
    uint8_t product[32];
    if (!is_element(element) || crypto_scalarmult_ristretto255(product, scalar, element) != 0) memset(product, 0, 32);
    memcpy(out, product, 32);
}
static void reference_expand(uint8_t out[64], const uint8_t *message, size_t length, const uint8_t *dst,
                             size_t dst_length) {
    const uint8_t zeros[128] = {0}, output_length[3] = {0, 64, 0}, size = (uint8_t)dst_length, first = 1;
    uint8_t b0[64];
    crypto_hash_sha512_state state;
    crypto_hash_sha512_init(&state);
    crypto_hash_sha512_update(&state, zeros, 128);
    crypto_hash_sha512_update(&state, message, length);
    crypto_hash_sha512_update(&state, output_length, 3);
    crypto_hash_sha512_update(&state, dst, dst_length);
    crypto_hash_sha512_update(&state, &size, 1);
    crypto_hash_sha512_final(&state, b0);
    crypto_hash_sha512_init(&state);
    crypto_hash_sha512_update(&state, b0, 64);
    crypto_hash_sha512_update(&state, &first, 1);
    crypto_hash_sha512_update(&state, dst, dst_length);
    crypto_hash_sha512_update(&state, &size, 1);
    crypto_hash_sha512_final(&state, out);
}
static void reference_hash(uint8_t out[32], const uint8_t *message, size_t length, const uint8_t *dst,
                           size_t dst_length) {
    uint8_t uniform[64];
    reference_expand(uniform, message, length, dst, dst_length);
    crypto_core_ristretto255_from_hash(out, uniform);
}
static bool reference_subtract(uint8_t *cells, const uint32_t triple[3]) {
    uint8_t sum[32], *target = cells + 32 * (size_t)triple[0];
    const uint8_t *first = cells + 32 * (size_t)triple[1], *second = cells + 32 * (size_t)triple[2];
    if (!is_element(target) || !is_element(first) || !is_element(second)) {
        memset(target, 0, 32);
        return false;
    }
    crypto_core_ristretto255_add(sum, first, second);
    crypto_core_ristretto255_sub(target, target, sum);
    return true;
}
static void reference_probe(uint8_t q[32], uint8_t s[32], const uint8_t h[32], const uint8_t cells[96],
                            const uint8_t beta[32], const uint8_t gamma[32], const uint8_t generator[32],
                            const uint8_t public_key[32], const uint8_t substitute[32]) {
    uint8_t d[32], one[32], two[32];
    bool usable = true;
    for (int k = 0; k < 3; k++) usable &= is_element(cells + 32 * k);
    if (usable) {
        crypto_core_ristretto255_add(d, cells, cells + 32);
        crypto_core_ristretto255_add(d, d, cells + 64);
        usable = !sodium_is_zero(d, 32);
    }
    if (!usable) memcpy(d, substitute, 32);
    reference_multiply(one, beta, h);
    reference_multiply(two, gamma, generator);
    crypto_core_ristretto255_add(q, one, two);
    reference_multiply(one, beta, d);
    reference_multiply(two, gamma, public_key);
    crypto_core_ristretto255_add(s, one, two);
}
