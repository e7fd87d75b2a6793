/* Seals a voucher for each SHA-256 in hexadecimal on standard input, in two runs of a sealer with the state carried
 * over as bytes. Leaves voucher-N, registration and secret in the directory. */
#include "common.h"

static void save(const char *directory, const char *name, const void *bytes, size_t count) {
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "wb");
    REQUIRE(file && fwrite(bytes, 1, count, file) == count && fclose(file) == 0);
}

int main(int argc, char **argv) {
    read_arguments(argc, argv);
    static const uint8_t account[32] = {5};
    sealedmatch_set set;
    sealedmatch_secret secret;
    sealedmatch_sealer sealer;
    uint8_t exported[SEALEDMATCH_SECRET_BYTES], state[4096], registration[SEALEDMATCH_REGISTRATION_BYTES],
        voucher[SEALEDMATCH_VOUCHER_BYTES_MAXIMUM];
    uint8_t commitment[32], digest[32];
    size_t count, state_count = 0;
    char line[80];
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_open(argv[1], &trust, now, 0, &set));
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_create(set, now, &secret));
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_open(set, secret, account, NULL, 0, now, &sealer));
    for (int number = 0; fgets(line, sizeof line, stdin); number++) {
        char name[32];
        sealedmatch_item item;
        for (int i = 0; i < 32; i++) REQUIRE(sscanf(line + 2 * i, "%2hhx", &digest[i]) == 1);
        EXPECT(SEALEDMATCH_OK, sealedmatch_item_exact(digest, &item));
        EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_seal(sealer, &item, digest, 4, voucher, sizeof voucher, &count));
        snprintf(name, sizeof name, "voucher-%d", number);
        save(argv[2], name, voucher, count);
        /* Another run of the program, from what was stored. */
        EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_state(sealer, state, sizeof state, &state_count));
        EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_secret(sealer, exported, sizeof exported, &count));
        EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_close(sealer));
        EXPECT(SEALEDMATCH_OK, sealedmatch_secret_close(secret));
        EXPECT(SEALEDMATCH_OK, sealedmatch_secret_import(exported, count, &secret));
        EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_open(set, secret, account, state, state_count, now, &sealer));
    }
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_registration(sealer, registration));
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_commitment(secret, set, account, commitment));
    REQUIRE(memcmp(registration + 72, commitment, 32) == 0);
    save(argv[2], "registration", registration, sizeof registration);
    save(argv[2], "secret", exported, sizeof exported);
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_close(sealer));
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_close(secret));
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_close(set));
    return 0;
}
