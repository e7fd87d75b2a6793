/* From dlopen to the first voucher, without the set's own opening. Prints milliseconds: of processor time, which other programs on the machine do not lengthen, and of wall time. Arguments as common.h, with the
 * library before them. */
#include <dlfcn.h>
#include "common.h"

static double milliseconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

#define FIND(name) __typeof__(&sealedmatch_##name) name = (__typeof__(&sealedmatch_##name))dlsym(library, "sealedmatch_" #name); REQUIRE(name)

int main(int argc, char **argv) {
    REQUIRE(argc >= 6);
    const double start = milliseconds(CLOCK_PROCESS_CPUTIME_ID), start_wall = milliseconds(CLOCK_MONOTONIC);
    void *library = dlopen(argv[1], RTLD_NOW);
    REQUIRE(library);
    FIND(trust_defaults); FIND(set_open); FIND(secret_create); FIND(sealer_open); FIND(item_picture); FIND(sealer_seal);
    uint8_t account[32] = {1}, pixels[64 * 64], voucher[SEALEDMATCH_VOUCHER_BYTES_MAXIMUM];
    for (size_t i = 0; i < sizeof pixels; i++) pixels[i] = (uint8_t)(i * i >> 3);
    sealedmatch_set set;
    sealedmatch_secret secret;
    sealedmatch_sealer sealer;
    sealedmatch_item item;
    size_t count;
    now = strtoull(argv[4], NULL, 10);
    REQUIRE(trust_defaults(&trust, sizeof trust) == 0);
    for (int i = 5; i < argc; i++)
        for (int j = 0; j < 32; j++) REQUIRE(sscanf(argv[i] + 2 * j, "%2hhx", &keys[i - 5][j]) == 1);
    trust.sources = keys[0];
    trust.source_count = (size_t)(argc - 5);
    trust.minimum_signatures = 1;
    trust.minimum_entries = 1;
    trust.minimum_threshold = 2;
    const double mapping = milliseconds(CLOCK_PROCESS_CPUTIME_ID), mapping_wall = milliseconds(CLOCK_MONOTONIC);
    REQUIRE(set_open(argv[2], &trust, now, 0, &set) == 0);
    const double mapped = milliseconds(CLOCK_PROCESS_CPUTIME_ID), mapped_wall = milliseconds(CLOCK_MONOTONIC);
    REQUIRE(secret_create(now, &secret) == 0);
    REQUIRE(sealer_open(set, secret, account, NULL, 0, 1, now, &sealer) == 0);
    REQUIRE(item_picture(pixels, sizeof pixels, 64, 64, 64, SEALEDMATCH_GRAY8, &item) == 0);
    REQUIRE(sealer_seal(sealer, &item, NULL, 0, voucher, sizeof voucher, &count) == 0);
    printf("%.3f %.3f\n", mapping - start + milliseconds(CLOCK_PROCESS_CPUTIME_ID) - mapped, mapping_wall - start_wall + milliseconds(CLOCK_MONOTONIC) - mapped_wall);
    return 0;
}
