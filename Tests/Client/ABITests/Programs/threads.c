/* Many threads on one set, on one sealer, and on handles that others close. Run under AddressSanitizer, and under
 * ThreadSanitizer with a library built for it. */
#include "common.h"

enum { THREADS = 8, ROUNDS = 12 };

static sealedmatch_set set;
static sealedmatch_sealer shared;
static sealedmatch_set_info info;
static sealedmatch_secret moving[4];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint8_t ids[THREADS * ROUNDS * 2 + 1][16];
static size_t id_count;
static const uint8_t account[32] = {3};

static void picture(uint32_t seed, sealedmatch_item *item) {
    uint8_t pixels[64 * 64];
    for (size_t i = 0; i < sizeof pixels; i++) pixels[i] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
    EXPECT(SEALEDMATCH_OK, sealedmatch_item_picture(pixels, sizeof pixels, 64, 64, 64, SEALEDMATCH_GRAY8, item));
}

static void seal(sealedmatch_sealer sealer, uint32_t seed) {
    sealedmatch_item item;
    uint8_t voucher[SEALEDMATCH_VOUCHER_BYTES_MAXIMUM];
    size_t count;
    picture(seed, &item);
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_seal(sealer, &item, "n", 1, voucher, sizeof voucher, &count));
    REQUIRE(count == info.voucher_bytes);
    pthread_mutex_lock(&lock);
    memcpy(ids[id_count++], voucher + 16, 16);
    pthread_mutex_unlock(&lock);
}

static void *own_sealer(void *argument) {
    const uint32_t number = (uint32_t)(uintptr_t)argument;
    sealedmatch_secret secret;
    sealedmatch_sealer sealer;
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_create(set, now, &secret));
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_open(set, secret, account, NULL, 0, now, &sealer));
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_close(secret));
    for (uint32_t round = 0; round < ROUNDS; round++) {
        seal(sealer, 1000 * number + round);
        seal(shared, 1000 * number + 500 + round);
    }
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_close(sealer));
    return NULL;
}

/* Uses handles that other threads close and open: each call works or says that the handle is closed. */
static void *mover(void *argument) {
    const uintptr_t number = (uintptr_t)argument;
    for (int round = 0; round < 400; round++) {
        uint8_t bytes[40] = "SMA1", commitment[32];
        size_t count;
        sealedmatch_secret fresh, old;
        EXPECT(SEALEDMATCH_OK, sealedmatch_secret_import(bytes, 40, &fresh));
        pthread_mutex_lock(&lock);
        old = moving[(number + (uintptr_t)round) % 4];
        moving[(number + (uintptr_t)round) % 4] = fresh;
        sealedmatch_secret other = moving[(number + (uintptr_t)round + 1) % 4];
        pthread_mutex_unlock(&lock);
        int32_t code = sealedmatch_secret_export(other, bytes, sizeof bytes, &count);
        REQUIRE(code == SEALEDMATCH_OK || code == SEALEDMATCH_BAD_HANDLE);
        code = sealedmatch_secret_commitment(other, set, account, commitment);
        REQUIRE(code == SEALEDMATCH_OK || code == SEALEDMATCH_BAD_HANDLE);
        if (old.id != 0) EXPECT(SEALEDMATCH_OK, sealedmatch_secret_close(old));
    }
    return NULL;
}

int main(int argc, char **argv) {
    read_arguments(argc, argv);
    pthread_t threads[THREADS + 4];
    sealedmatch_secret secret;
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_open(argv[1], &trust, now, 0, &set));
    /* The first use of secrets, from several threads at once: their table must be made once. */
    for (uintptr_t i = 0; i < 4; i++) REQUIRE(pthread_create(&threads[THREADS + i], NULL, mover, (void *)i) == 0);
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_describe(set, &info, sizeof info));
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_create(set, now, &secret));
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_open(set, secret, account, NULL, 0, now, &shared));
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_close(secret));
    for (uintptr_t i = 0; i < THREADS; i++) REQUIRE(pthread_create(&threads[i], NULL, own_sealer, (void *)i) == 0);
    for (size_t i = 0; i < THREADS + 4; i++) REQUIRE(pthread_join(threads[i], NULL) == 0);
    /* A sealer keeps its set. */
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_close(set));
    seal(shared, 424242);
    REQUIRE(id_count == THREADS * ROUNDS * 2 + 1);
    for (size_t i = 0; i < id_count; i++)
        for (size_t j = 0; j < i; j++) REQUIRE(memcmp(ids[i], ids[j], 16) != 0);
    /* Every item of the shared sealer was noted: its keys are in the state. */
    size_t count;
    EXPECT(SEALEDMATCH_BUFFER_TOO_SMALL, sealedmatch_sealer_state(shared, NULL, 0, &count));
    REQUIRE(count == 60 + 8 * (size_t)info.probes * (THREADS * ROUNDS + 1));
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_close(shared));
    for (int i = 0; i < 4; i++)
        if (moving[i].id != 0) EXPECT(SEALEDMATCH_OK, sealedmatch_secret_close(moving[i]));
    puts("all threads agree");
    return 0;
}
