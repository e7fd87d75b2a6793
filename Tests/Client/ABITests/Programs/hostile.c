/* Every function with arguments that it must refuse: an exact code, and nothing written. Run under AddressSanitizer. */
#include "common.h"

static const uint8_t account[32] = {9};
static const sealedmatch_secret no_secret = {0};
static char path[4096];

static const char *in(const char *directory, const char *name) {
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static void versions(void) {
    REQUIRE(sealedmatch_abi_version() == SEALEDMATCH_ABI_VERSION);
    EXPECT(SEALEDMATCH_OK, sealedmatch_check_abi(SEALEDMATCH_ABI_VERSION));
    EXPECT(SEALEDMATCH_WRONG_ABI, sealedmatch_check_abi(0));
    EXPECT(SEALEDMATCH_WRONG_ABI, sealedmatch_check_abi(UINT32_MAX));
    EXPECT(SEALEDMATCH_WRONG_ABI, sealedmatch_check_abi(SEALEDMATCH_ABI_VERSION + 1));
    EXPECT(SEALEDMATCH_WRONG_ABI, sealedmatch_check_abi(SEALEDMATCH_ABI_VERSION + 0x10000));
    const int32_t codes[] = {INT32_MIN, -1, 0, 8, 205, 801, 806, INT32_MAX};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) REQUIRE(strlen(sealedmatch_error_text(codes[i])) > 3);
}

static void accounts(void) {
    static const uint8_t bob[32] = {0x25, 0x9f, 0x4c, 0x34, 0x5e, 0x26, 0x60, 0xf3, 0x88, 0x31, 0xce,
                                    0x61, 0x09, 0x56, 0x1f, 0x2d, 0x8e, 0xc2, 0xd7, 0xbf, 0xf6, 0x6f,
                                    0x51, 0x9d, 0xc9, 0xb9, 0x74, 0x71, 0x37, 0x9c, 0x67, 0x5d};
    static const uint8_t long_name[4097] = {1};
    uint8_t got[33];
    got[32] = 0xee;
    EXPECT(SEALEDMATCH_OK, sealedmatch_account("bob", 3, got));
    REQUIRE(memcmp(got, bob, 32) == 0 && got[32] == 0xee);
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_account("bob", 3, NULL));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_account(NULL, 3, got));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_account("bob", SIZE_MAX, got));
    EXPECT(SEALEDMATCH_WRONG_LENGTH, sealedmatch_account("", 0, got));
    EXPECT(SEALEDMATCH_WRONG_LENGTH, sealedmatch_account(NULL, 0, got));
    EXPECT(SEALEDMATCH_WRONG_LENGTH, sealedmatch_account(long_name, 4097, got));
    EXPECT(SEALEDMATCH_WRONG_LENGTH, sealedmatch_account(long_name, SIZE_MAX / 2, got));
    EXPECT(SEALEDMATCH_OK, sealedmatch_account(long_name, 4096, got));
}

static uint8_t *file(const char *name, size_t *count) {
    FILE *stream = fopen(name, "rb");
    REQUIRE(stream && fseek(stream, 0, SEEK_END) == 0);
    *count = (size_t)ftell(stream);
    rewind(stream);
    uint8_t *bytes = malloc(*count);
    REQUIRE(bytes && fread(bytes, 1, *count, stream) == *count);
    fclose(stream);
    return bytes;
}

static void sets(const char *name, const char *directory) {
    sealedmatch_trust other = trust;
    sealedmatch_set set = {77}, none = {0};
    sealedmatch_set_info info;
    char long_path[5000];
    memset(long_path, 'a', sizeof long_path);
    long_path[4999] = 0;

    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_trust_defaults(NULL, sizeof trust));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_trust_defaults(&other, 0));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_trust_defaults(&other, SIZE_MAX));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_set_open(NULL, &trust, now, 0, &set));
    REQUIRE(set.id == 0);
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_set_open(name, NULL, now, 0, &set));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_set_open(name, &trust, now, 0, NULL));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_set_open("", &trust, now, 0, &set));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_set_open(long_path, &trust, now, 0, &set));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_set_open("\xff\xfe", &trust, now, 0, &set));
    EXPECT(SEALEDMATCH_FILE_FAILED, sealedmatch_set_open(in(directory, "none"), &trust, now, 0, &set));
    EXPECT(SEALEDMATCH_FILE_FAILED, sealedmatch_set_open(directory, &trust, now, 0, &set));
    EXPECT(SEALEDMATCH_FILE_FAILED, sealedmatch_set_open("/dev/zero", &trust, now, 0, &set));
    EXPECT(SEALEDMATCH_SET_ROLLED_BACK, sealedmatch_set_open(name, &trust, now, UINT64_MAX, &set));
    EXPECT(SEALEDMATCH_SET_EXPIRED, sealedmatch_set_open(name, &trust, UINT64_MAX, 0, &set));
    other = trust;
    other.size = 8;
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_set_open(name, &other, now, 0, &set));
    /* What hides matches: M has a floor, and each level a ceiling. */
    other = trust;
    other.minimum_probes = 33;
    EXPECT(SEALEDMATCH_BELOW_FLOOR, sealedmatch_set_open(name, &other, now, 0, &set));
    other.minimum_probes = UINT32_MAX;
    EXPECT(SEALEDMATCH_BELOW_FLOOR, sealedmatch_set_open(name, &other, now, 0, &set));
    for (size_t i = 0; i < sizeof trust.maximum_check_levels; i++) {
        /* The levels before it cannot be above it. */
        other = trust;
        for (size_t j = 0; j <= i; j++)
            if (other.maximum_check_levels[j] >= trust.maximum_check_levels[i])
                other.maximum_check_levels[j] = trust.maximum_check_levels[i] - 1;
        EXPECT(SEALEDMATCH_BELOW_FLOOR, sealedmatch_set_open(name, &other, now, 0, &set));
        other = trust;
        other.maximum_check_levels[i] = 0;
        EXPECT(SEALEDMATCH_PARAMETER_OUT_OF_RANGE, sealedmatch_set_open(name, &other, now, 0, &set));
    }
    other = trust;
    other.maximum_check_levels[10] = 254;
    other.maximum_check_levels[11] = 253;
    EXPECT(SEALEDMATCH_PARAMETER_OUT_OF_RANGE, sealedmatch_set_open(name, &other, now, 0, &set));
    REQUIRE(set.id == 0);
    other = trust;
    memset(other.maximum_check_levels, 255, sizeof other.maximum_check_levels);
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_open(name, &other, now, 0, &set));
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_describe(set, &info, sizeof info));
    REQUIRE(memcmp(info.check_levels, trust.maximum_check_levels, sizeof info.check_levels) == 0);
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_close(set));
    /* Signed as the set is: only their profiles are others. */
    EXPECT(SEALEDMATCH_UNKNOWN_PROFILE,
           sealedmatch_set_open(in(directory, "other-penalty.smset"), &trust, now, 0, &set));
    EXPECT(SEALEDMATCH_UNKNOWN_PROFILE,
           sealedmatch_set_open(in(directory, "other-positions.smset"), &trust, now, 0, &set));
    REQUIRE(strstr(sealedmatch_error_text(SEALEDMATCH_UNKNOWN_PROFILE), "profile") && set.id == 0);
    /* A set of profile 3 is taken where that is pinned. */
    const char *next = in(directory, "profile-3.smset");
    EXPECT(SEALEDMATCH_UNKNOWN_PROFILE, sealedmatch_set_open(next, &trust, now, 0, &set));
    other = trust;
    other.profiles = SEALEDMATCH_PROFILE_3;
    EXPECT(SEALEDMATCH_UNKNOWN_PROFILE, sealedmatch_set_open(name, &other, now, 0, &set));
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_open(next, &other, now, 0, &set));
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_describe(set, &info, sizeof info));
    REQUIRE(info.profile == 3 && info.probes == 64);
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_close(set));
    other.profiles = SEALEDMATCH_PROFILE_2 | SEALEDMATCH_PROFILE_3;
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_open(name, &other, now, 0, &set));
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_close(set));
    for (uint32_t profiles = 0; profiles < 64; profiles = profiles ? 2 * profiles : 4) {
        other.profiles = profiles;
        EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_set_open(name, &other, now, 0, &set));
    }
    other = trust;
    other.sources = NULL;
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_set_open(name, &other, now, 0, &set));
    other = trust;
    other.allow_test_sets = 2;
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_set_open(name, &other, now, 0, &set));
    other = trust;
    other.source_count = 0;
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_set_open(name, &other, now, 0, &set));
    other = trust;
    other.source_count = SIZE_MAX;
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_set_open(name, &other, now, 0, &set));
    other = trust;
    other.source_count = SIZE_MAX / 32;
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_set_open(name, &other, now, 0, &set));
    other = trust;
    other.minimum_signatures = 0;
    EXPECT(SEALEDMATCH_PARAMETER_OUT_OF_RANGE, sealedmatch_set_open(name, &other, now, 0, &set));
    other = trust;
    other.minimum_signatures = UINT32_MAX;
    EXPECT(SEALEDMATCH_TOO_FEW_SIGNATURES, sealedmatch_set_open(name, &other, now, 0, &set));
    other = trust;
    other.minimum_confirmed_sources = 3;
    EXPECT(SEALEDMATCH_SUPPORT_NOT_CONFIRMED, sealedmatch_set_open(name, &other, now, 0, &set));
    other.minimum_confirmed_sources = UINT32_MAX;
    EXPECT(SEALEDMATCH_SUPPORT_NOT_CONFIRMED, sealedmatch_set_open(name, &other, now, 0, &set));
    other.minimum_confirmed_sources = 0;
    EXPECT(SEALEDMATCH_PARAMETER_OUT_OF_RANGE, sealedmatch_set_open(name, &other, now, 0, &set));
    other = trust;
    other.maximum_lifetime = 0;
    EXPECT(SEALEDMATCH_BELOW_FLOOR, sealedmatch_set_open(name, &other, now, 0, &set));
    EXPECT(SEALEDMATCH_SET_NOT_YET_ISSUED, sealedmatch_set_open(name, &trust, 0, 0, &set));
    other = trust;
    other.minimum_entries = UINT64_MAX;
    EXPECT(SEALEDMATCH_BELOW_FLOOR, sealedmatch_set_open(name, &other, now, 0, &set));
    other = trust;
    other.minimum_threshold = UINT32_MAX;
    EXPECT(SEALEDMATCH_BELOW_FLOOR, sealedmatch_set_open(name, &other, now, 0, &set));
    other = trust;
    other.maximum_cells = 0;
    EXPECT(SEALEDMATCH_WRONG_LENGTH, sealedmatch_set_open(name, &other, now, 0, &set));
    other = trust;
    other.maximum_cells = UINT64_MAX;
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_open(name, &other, now, 0, &set));
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_close(set));

    size_t count;
    uint8_t *bytes = file(name, &count);
    sealedmatch_set copy;
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_set_open_memory(NULL, count, &trust, now, 0, &copy));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_set_open_memory(bytes, SIZE_MAX, &trust, now, 0, &copy));
    EXPECT(SEALEDMATCH_WRONG_LENGTH, sealedmatch_set_open_memory(bytes, 0, &trust, now, 0, &copy));
    EXPECT(SEALEDMATCH_WRONG_LENGTH, sealedmatch_set_open_memory(bytes, SIZE_MAX / 4, &trust, now, 0, &copy));
    EXPECT(SEALEDMATCH_WRONG_LENGTH, sealedmatch_set_open_memory(bytes, 1, &trust, now, 0, &copy));
    EXPECT(SEALEDMATCH_WRONG_LENGTH, sealedmatch_set_open_memory(bytes, count - 1, &trust, now, 0, &copy));
    bytes[count - 1] ^= 1;
    EXPECT(SEALEDMATCH_ROOT_MISMATCH, sealedmatch_set_open_memory(bytes, count, &trust, now, 0, &copy));
    bytes[count - 1] ^= 1;
    bytes[3100] ^= 1;
    EXPECT(SEALEDMATCH_INVALID_SIGNATURE, sealedmatch_set_open_memory(bytes, count, &trust, now, 0, &copy));
    bytes[3100] ^= 1;
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_open_memory(bytes, count, &trust, now, 0, &copy));
    /* The copy does not change with the caller's bytes, or go with them. */
    memset(bytes, 0, count);
    free(bytes);
    sealedmatch_set_info again;
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_open(name, &trust, now, 0, &set));
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_describe(set, &info, sizeof info));
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_describe(copy, &again, sizeof again));
    REQUIRE(memcmp(&info, &again, sizeof info) == 0 && info.size == sizeof info);
    REQUIRE(info.signed_by == 3 && info.source_count == 2 && memcmp(info.sources, keys, 64) == 0);
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_set_describe(set, NULL, sizeof info));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_set_describe(set, &info, sizeof info - 1));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_set_describe(none, &info, sizeof info));
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_close(copy));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_set_close(copy));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_set_describe(copy, &info, sizeof info));
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_close(set));
    /* Neighbouring numbers and other kinds are no handles. */
    for (int bit = 0; bit < 64; bit++) {
        sealedmatch_set guess = {set.id ^ (uint64_t)1 << bit};
        EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_set_close(guess));
        sealedmatch_sealer sealer = {guess.id};
        EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_sealer_close(sealer));
    }
}

static void items(sealedmatch_item *picture) {
    uint8_t pixels[64 * 64 * 4], hash[32], digest[32] = {1};
    uint32_t quality, seed = 1;
    sealedmatch_item item;
    for (size_t i = 0; i < sizeof pixels; i++) pixels[i] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
    const size_t n = sizeof pixels;
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_item_picture(NULL, n, 64, 64, 256, SEALEDMATCH_RGBA8, &item));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_item_picture(pixels, n, 64, 64, 256, SEALEDMATCH_RGBA8, NULL));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_item_picture(pixels, SIZE_MAX, 64, 64, 256, SEALEDMATCH_RGBA8, &item));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_item_picture(pixels, n, 64, 64, 256, 0, &item));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_item_picture(pixels, n, 64, 64, 256, 257, &item));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_item_picture(pixels, n, 64, 64, 256, UINT32_MAX, &item));
    EXPECT(SEALEDMATCH_BAD_DIMENSIONS, sealedmatch_item_picture(pixels, n, 0, 64, 256, SEALEDMATCH_RGBA8, &item));
    EXPECT(SEALEDMATCH_BAD_DIMENSIONS,
           sealedmatch_item_picture(pixels, n, 64, UINT32_MAX, 256, SEALEDMATCH_RGBA8, &item));
    EXPECT(SEALEDMATCH_TOO_MANY_PIXELS,
           sealedmatch_item_picture(pixels, n, 65535, 65535, SIZE_MAX, SEALEDMATCH_GRAY8, &item));
    EXPECT(SEALEDMATCH_ROW_TOO_SHORT, sealedmatch_item_picture(pixels, n, 64, 64, 255, SEALEDMATCH_RGBA8, &item));
    EXPECT(SEALEDMATCH_ROW_TOO_SHORT, sealedmatch_item_picture(pixels, n, 64, 64, SIZE_MAX, SEALEDMATCH_RGBA8, &item));
    EXPECT(SEALEDMATCH_BUFFER_TOO_SHORT,
           sealedmatch_item_picture(pixels, n, 64, 64, SIZE_MAX / 2, SEALEDMATCH_RGBA8, &item));
    EXPECT(SEALEDMATCH_BUFFER_TOO_SHORT,
           sealedmatch_item_picture(pixels, n, 64, 64, SIZE_MAX / 126, SEALEDMATCH_RGBA8, &item));
    EXPECT(SEALEDMATCH_BUFFER_TOO_SHORT,
           sealedmatch_item_picture(pixels, n - 1, 64, 64, 256, SEALEDMATCH_RGBA8, &item));
    EXPECT(SEALEDMATCH_BUFFER_TOO_SHORT, sealedmatch_item_picture(pixels, 0, 64, 64, 256, SEALEDMATCH_RGBA8, &item));
    /* The last row without padding; every size up to 70 in memory of just that size. */
    EXPECT(SEALEDMATCH_OK, sealedmatch_item_picture(pixels, 63 * 256 + 192, 64, 64, 256, SEALEDMATCH_RGB8, picture));
    for (uint32_t side = 1; side <= 70; side++)
        for (uint32_t format = 1; format <= 4; format++) {
            const size_t pixel = format == 1 ? 1 : format == 2 ? 3 : 4;
            uint8_t *exact = malloc(pixel * side * 3);
            memcpy(exact, pixels, pixel * side * 3);
            EXPECT(SEALEDMATCH_OK,
                   sealedmatch_item_picture(exact, pixel * side * 3, side, 3, pixel * side, format, &item));
            EXPECT(SEALEDMATCH_OK,
                   sealedmatch_item_picture(exact, pixel * side * 3, 3, side, pixel * 3, format, &item));
            free(exact);
        }
    EXPECT(SEALEDMATCH_OK, sealedmatch_item_pdq(picture, hash, &quality));
    REQUIRE(quality == 100);
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_item_pdq(NULL, hash, &quality));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_item_pdq(picture, NULL, &quality));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_item_pdq(picture, hash, NULL));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_item_exact(NULL, &item));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_item_exact(digest, NULL));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_item_unreadable(NULL));
    EXPECT(SEALEDMATCH_OK, sealedmatch_item_unreadable(&item));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_item_pdq(&item, hash, &quality));
    item = *picture;
    item.bytes[0] ^= 1;
    EXPECT(SEALEDMATCH_INVALID_MAGIC, sealedmatch_item_pdq(&item, hash, &quality));
    for (size_t at = 4; at < 40; at++) {
        item = *picture;
        item.bytes[at] ^= 0x80;
        EXPECT(SEALEDMATCH_NON_CANONICAL, sealedmatch_item_pdq(&item, hash, &quality));
    }
    item = *picture;
    memset(item.bytes + 40, 0xff, 4); /* a NaN */
    EXPECT(SEALEDMATCH_NON_CANONICAL, sealedmatch_item_pdq(&item, hash, &quality));
}

static void secrets(sealedmatch_set set) {
    sealedmatch_secret secret, other, none = {0};
    uint8_t bytes[41], commitment[32], second[32];
    size_t count;
    uint32_t epoch;
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_secret_create(set, now, NULL));
    EXPECT(SEALEDMATCH_PARAMETER_OUT_OF_RANGE, sealedmatch_secret_create(set, UINT64_MAX, &secret));
    EXPECT(SEALEDMATCH_SET_NOT_YET_ISSUED, sealedmatch_secret_create(set, 0, &secret));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_secret_create((sealedmatch_set){0}, now, &secret));
    REQUIRE(secret.id == 0);
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_create(set, now, &secret));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_secret_export(secret, bytes, sizeof bytes, NULL));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_secret_export(secret, NULL, 1, &count));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_secret_export(secret, bytes, SIZE_MAX, &count));
    EXPECT(SEALEDMATCH_BUFFER_TOO_SMALL, sealedmatch_secret_export(secret, NULL, 0, &count));
    REQUIRE(count == SEALEDMATCH_SECRET_BYTES);
    memset(bytes, 0xee, sizeof bytes);
    EXPECT(SEALEDMATCH_BUFFER_TOO_SMALL, sealedmatch_secret_export(secret, bytes, 39, &count));
    for (size_t i = 0; i < sizeof bytes; i++) REQUIRE(bytes[i] == 0xee);
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_export(secret, bytes, sizeof bytes, &count));
    REQUIRE(count == 40 && bytes[40] == 0xee && memcmp(bytes, "SMA1", 4) == 0);
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_secret_import(NULL, 40, &other));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_secret_import(bytes, 40, NULL));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_secret_import(bytes, SIZE_MAX, &other));
    EXPECT(SEALEDMATCH_WRONG_LENGTH, sealedmatch_secret_import(bytes, 39, &other));
    EXPECT(SEALEDMATCH_WRONG_LENGTH, sealedmatch_secret_import(bytes, 0, &other));
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_import(bytes, 40, &other));
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_epoch(other, &epoch));
    REQUIRE(epoch == now / 2592000);
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_secret_epoch(other, NULL));
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_commitment(secret, set, account, commitment));
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_commitment(other, set, account, second));
    REQUIRE(memcmp(commitment, second, 32) == 0);
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_secret_commitment(secret, set, NULL, commitment));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_secret_commitment(secret, set, account, NULL));
    EXPECT(SEALEDMATCH_EPOCH_IN_PAST, sealedmatch_secret_ratchet(other, now - 2592000));
    EXPECT(SEALEDMATCH_EPOCH_TOO_FAR, sealedmatch_secret_ratchet(other, now + (uint64_t)65 * 2592000));
    EXPECT(SEALEDMATCH_PARAMETER_OUT_OF_RANGE, sealedmatch_secret_ratchet(other, UINT64_MAX));
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_ratchet(other, now + 2592000));
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_commitment(other, set, account, second));
    REQUIRE(memcmp(commitment, second, 32) != 0);
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_secret_epoch(none, &epoch));
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_close(secret));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_secret_export(secret, bytes, sizeof bytes, &count));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_secret_ratchet(secret, now));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_secret_commitment(secret, set, account, commitment));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_secret_close(secret));
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_close(other));
}

static void sealers(sealedmatch_set set, const sealedmatch_item *picture) {
    sealedmatch_secret secret;
    sealedmatch_sealer sealer, none = {0};
    sealedmatch_set no_set = {0};
    sealedmatch_set_info info;
    uint8_t voucher[SEALEDMATCH_VOUCHER_BYTES_MAXIMUM], state[4096], registration[SEALEDMATCH_REGISTRATION_BYTES],
        bytes[40], note[SEALEDMATCH_VOUCHER_BYTES_MAXIMUM] = {0};
    size_t count, state_count;
    int32_t is_new;
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_describe(set, &info, sizeof info));
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_create(set, now, &secret));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_sealer_open(set, secret, NULL, NULL, 0, now, &sealer));
    REQUIRE(sealer.id == 0);
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_sealer_open(set, secret, account, NULL, 0, now, NULL));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_sealer_open(set, secret, account, NULL, 5, now, &sealer));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_sealer_open(set, secret, account, bytes, SIZE_MAX, now, &sealer));
    EXPECT(SEALEDMATCH_WRONG_LENGTH, sealedmatch_sealer_open(set, secret, account, bytes, SIZE_MAX / 2, now, &sealer));
    EXPECT(SEALEDMATCH_WRONG_LENGTH, sealedmatch_sealer_open(set, secret, account, bytes, 0, now, &sealer));
    EXPECT(SEALEDMATCH_INVALID_MAGIC, sealedmatch_sealer_open(set, secret, account, note, 60, now, &sealer));
    EXPECT(SEALEDMATCH_SET_EXPIRED, sealedmatch_sealer_open(set, secret, account, NULL, 0, UINT64_MAX, &sealer));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_sealer_open(no_set, secret, account, NULL, 0, now, &sealer));
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_open(set, secret, account, NULL, 0, now, &sealer));
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_close(secret));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_sealer_open(set, secret, account, NULL, 0, now, &none));

    /* What is refused leaves the state as it is. */
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_state(sealer, state, sizeof state, &state_count));
    REQUIRE(state_count == 60);
    memset(voucher, 0xee, sizeof voucher);
    EXPECT(SEALEDMATCH_BUFFER_TOO_SMALL, sealedmatch_sealer_seal(sealer, picture, NULL, 0, NULL, 0, &count));
    REQUIRE(count == info.voucher_bytes);
    EXPECT(SEALEDMATCH_BUFFER_TOO_SMALL, sealedmatch_sealer_seal(sealer, picture, NULL, 0, voucher, count - 1, &count));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_sealer_seal(sealer, NULL, NULL, 0, voucher, sizeof voucher, &count));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT,
           sealedmatch_sealer_seal(sealer, picture, NULL, 1, voucher, sizeof voucher, &count));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT,
           sealedmatch_sealer_seal(sealer, picture, note, SIZE_MAX, voucher, sizeof voucher, &count));
    EXPECT(SEALEDMATCH_PAYLOAD_TOO_LONG,
           sealedmatch_sealer_seal(sealer, picture, note, SIZE_MAX / 2, voucher, sizeof voucher, &count));
    EXPECT(SEALEDMATCH_PAYLOAD_TOO_LONG, sealedmatch_sealer_seal(sealer, picture, note, info.maximum_note_bytes + 1,
                                                                 voucher, sizeof voucher, &count));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_sealer_seal(sealer, picture, note, 0, voucher, sizeof voucher, NULL));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_sealer_seal(sealer, picture, note, 0, NULL, sizeof voucher, &count));
    for (size_t i = 0; i < sizeof voucher; i++) REQUIRE(voucher[i] == 0xee);
    uint8_t same[4096];
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_state(sealer, same, sizeof same, &count));
    REQUIRE(count == state_count && memcmp(same, state, count) == 0);

    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_seal(sealer, picture, note, info.maximum_note_bytes, voucher,
                                                   info.voucher_bytes, &count));
    REQUIRE(count == info.voucher_bytes && voucher[count] == 0xee && memcmp(voucher, "SMV2", 4) == 0 &&
            memcmp(voucher + 64, info.root, 32) == 0);
    EXPECT(SEALEDMATCH_BUFFER_TOO_SMALL, sealedmatch_sealer_state(sealer, state, 60, &state_count));
    REQUIRE(state_count == 60 + 8 * info.probes);
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_state(sealer, state, state_count, &state_count));
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_merge(sealer, state, state_count));
    EXPECT(SEALEDMATCH_WRONG_LENGTH, sealedmatch_sealer_merge(sealer, state, state_count - 1));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_sealer_merge(sealer, NULL, 60));
    EXPECT(SEALEDMATCH_WRONG_LENGTH, sealedmatch_sealer_merge(sealer, NULL, 0));
    // Another t, k or profile in the same epoch; in another epoch it is ignored.
    for (size_t place = 16; place <= 28; place += place == 18 ? 10 : 2) {
        state[place] ^= 1;
        EXPECT(SEALEDMATCH_SET_MISMATCH, sealedmatch_sealer_merge(sealer, state, state_count));
        state[4] ^= 1;
        EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_merge(sealer, state, state_count));
        state[4] ^= 1;
        state[place] ^= 1;
    }
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_sealer_registration(sealer, NULL));
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_registration(sealer, registration));
    REQUIRE(memcmp(registration, "SMR2", 4) == 0);
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_advance(sealer, now, &is_new));
    REQUIRE(is_new == 0);
    EXPECT(SEALEDMATCH_SET_EXPIRED, sealedmatch_sealer_advance(sealer, UINT64_MAX, &is_new));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_sealer_advance(sealer, now, NULL));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_sealer_adopt(sealer, no_set));
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_adopt(sealer, set));
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_advance(sealer, now + 2592000, &is_new));
    REQUIRE(is_new == 1);
    EXPECT(SEALEDMATCH_BUFFER_TOO_SMALL, sealedmatch_sealer_secret(sealer, NULL, 0, &count));
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_secret(sealer, bytes, sizeof bytes, &count));
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_close(sealer));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_sealer_seal(sealer, picture, NULL, 0, voucher, sizeof voucher, &count));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_sealer_close(sealer));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_sealer_secret(sealer, bytes, sizeof bytes, &count));
}

/* A video of noise, sealed by a sealer; the client seals another in clients(). */
static void videos(sealedmatch_set set) {
    sealedmatch_video video = {77}, none = {0}, other = {set.id};
    sealedmatch_secret secret;
    sealedmatch_sealer sealer;
    sealedmatch_set_info info;
    uint8_t pixels[64 * 64], voucher[SEALEDMATCH_VOUCHER_BYTES_MAXIMUM], state[60 + 8 * 64];
    size_t count, before, after;
    uint32_t seed = 5;
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_describe(set, &info, sizeof info));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_video_open(NULL));
    EXPECT(SEALEDMATCH_OK, sealedmatch_video_open(&video));
    for (size_t i = 0; i < sizeof pixels; i++) pixels[i] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
    for (int i = 0; i < 40; i++) {
        EXPECT(SEALEDMATCH_OK, sealedmatch_video_sample(video, pixels, sizeof pixels, 64, 64, 64, SEALEDMATCH_GRAY8));
        EXPECT(SEALEDMATCH_BAD_ARGUMENT,
               sealedmatch_video_sample(video, NULL, sizeof pixels, 64, 64, 64, SEALEDMATCH_GRAY8));
        EXPECT(SEALEDMATCH_BAD_ARGUMENT,
               sealedmatch_video_sample(video, pixels, SIZE_MAX, 64, 64, 64, SEALEDMATCH_GRAY8));
        EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_video_sample(video, pixels, sizeof pixels, 64, 64, 64, 5));
        EXPECT(SEALEDMATCH_BAD_DIMENSIONS,
               sealedmatch_video_sample(video, pixels, sizeof pixels, 0, 64, 64, SEALEDMATCH_GRAY8));
        EXPECT(SEALEDMATCH_ROW_TOO_SHORT,
               sealedmatch_video_sample(video, pixels, sizeof pixels, 64, 64, 63, SEALEDMATCH_GRAY8));
        EXPECT(SEALEDMATCH_BUFFER_TOO_SHORT,
               sealedmatch_video_sample(video, pixels, sizeof pixels - 1, 64, 64, 64, SEALEDMATCH_GRAY8));
        EXPECT(SEALEDMATCH_BAD_HANDLE,
               sealedmatch_video_sample(none, pixels, sizeof pixels, 64, 64, 64, SEALEDMATCH_GRAY8));
        EXPECT(SEALEDMATCH_BAD_HANDLE,
               sealedmatch_video_sample(other, pixels, sizeof pixels, 64, 64, 64, SEALEDMATCH_GRAY8));
    }
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_create(set, now, &secret));
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_open(set, secret, account, NULL, 0, now, &sealer));
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_close(secret));
    EXPECT(SEALEDMATCH_BAD_HANDLE,
           sealedmatch_sealer_seal_video(sealer, none, NULL, 0, voucher, sizeof voucher, &count));
    EXPECT(SEALEDMATCH_BAD_HANDLE,
           sealedmatch_sealer_seal_video(sealer, other, NULL, 0, voucher, sizeof voucher, &count));
    EXPECT(SEALEDMATCH_BUFFER_TOO_SMALL, sealedmatch_sealer_seal_video(sealer, video, NULL, 0, NULL, 0, &count));
    EXPECT(SEALEDMATCH_PAYLOAD_TOO_LONG,
           sealedmatch_sealer_seal_video(sealer, video, voucher, info.maximum_note_bytes + 1, voucher, sizeof voucher,
                                         &count));
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_state(sealer, state, sizeof state, &before));
    REQUIRE(before == 60);
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_seal_video(sealer, video, NULL, 0, voucher, sizeof voucher, &count));
    REQUIRE(count == info.voucher_bytes);
    /* One sample is chosen of forty equal ones: it probes as a picture does. */
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_state(sealer, state, sizeof state, &after));
    REQUIRE(after == before + 8 * info.probes);
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_seal_video(sealer, video, NULL, 0, voucher, sizeof voucher, &count));
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_state(sealer, state, sizeof state, &after));
    REQUIRE(after == before + 8 * info.probes);
    EXPECT(SEALEDMATCH_OK, sealedmatch_video_close(video));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_video_close(video));
    EXPECT(SEALEDMATCH_BAD_HANDLE,
           sealedmatch_sealer_seal_video(sealer, video, NULL, 0, voucher, sizeof voucher, &count));
    /* No sample: a voucher like any other. */
    EXPECT(SEALEDMATCH_OK, sealedmatch_video_open(&video));
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_seal_video(sealer, video, NULL, 0, voucher, sizeof voucher, &count));
    REQUIRE(count == info.voucher_bytes);
    EXPECT(SEALEDMATCH_OK, sealedmatch_video_close(video));
    EXPECT(SEALEDMATCH_OK, sealedmatch_sealer_close(sealer));
}

static void clients(sealedmatch_set set, const sealedmatch_item *picture, const char *directory, int round) {
    char box[4200], sub[4200];
    sealedmatch_client client, second;
    sealedmatch_outbox outbox;
    sealedmatch_entry entry, forged;
    uint8_t buffer[SEALEDMATCH_VOUCHER_BYTES_MAXIMUM], retry[SEALEDMATCH_VOUCHER_BYTES_MAXIMUM];
    size_t count, unreadable;
    snprintf(sub, sizeof sub, "%s/client%d", directory, round);
    snprintf(box, sizeof box, "%s/box%d", directory, round);
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_client_open(NULL, set, account, no_secret, 0, now, &client));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_client_open(sub, set, NULL, no_secret, 0, now, &client));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_client_open(sub, set, account, no_secret, 0, now, NULL));
    EXPECT(SEALEDMATCH_FILE_FAILED,
           sealedmatch_client_open(in(directory, "no/such"), set, account, no_secret, 0, now, &client));
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_open(sub, set, account, no_secret, 0, now, &client));
    EXPECT(SEALEDMATCH_FILE_FAILED, sealedmatch_client_open(sub, set, account, no_secret, 0, now, &second));
    EXPECT(SEALEDMATCH_BUFFER_TOO_SMALL,
           sealedmatch_client_registrations(client, buffer, SEALEDMATCH_REGISTRATION_BYTES - 1, &count));
    REQUIRE(count == SEALEDMATCH_REGISTRATION_BYTES);
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_registrations(client, buffer, SEALEDMATCH_REGISTRATION_BYTES, &count));
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_next(client, NULL, UINT64_MAX, &entry, NULL, 0, &count, NULL));
    REQUIRE(count == 0);
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_client_seal(client, NULL, NULL, 0, now));
    EXPECT(SEALEDMATCH_SET_EXPIRED, sealedmatch_client_seal(client, picture, NULL, 0, UINT64_MAX));
    EXPECT(SEALEDMATCH_PAYLOAD_TOO_LONG, sealedmatch_client_seal(client, picture, buffer, 17000, now));
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_seal(client, picture, "note", 4, now));
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_seal(client, picture, NULL, 0, now));
    EXPECT(SEALEDMATCH_BUFFER_TOO_SMALL,
           sealedmatch_client_next(client, NULL, now, &entry, NULL, 0, &count, &unreadable));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT,
           sealedmatch_client_next(client, NULL, now, NULL, buffer, sizeof buffer, &count, NULL));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT,
           sealedmatch_client_next(client, NULL, now, &entry, buffer, sizeof buffer, NULL, NULL));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_client_acknowledge(client, NULL));
    memset(&forged, 0xff, sizeof forged);
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_acknowledge(client, &forged));
    EXPECT(SEALEDMATCH_OK,
           sealedmatch_client_next(client, NULL, now, &entry, buffer, sizeof buffer, &count, &unreadable));
    EXPECT(SEALEDMATCH_OK,
           sealedmatch_client_next(client, NULL, now, &entry, retry, sizeof retry, &count, &unreadable));
    REQUIRE(unreadable == 0 && memcmp(buffer, retry, count) == 0);
    const size_t voucher_count = count;

    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_outbox_open(NULL, 0, &outbox));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_outbox_open(box, 0, NULL));
    EXPECT(SEALEDMATCH_OK, sealedmatch_outbox_open(box, 0, &outbox));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_outbox_put(outbox, NULL, count, now));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_outbox_put(outbox, buffer, SIZE_MAX, now));
    EXPECT(SEALEDMATCH_WRONG_LENGTH, sealedmatch_outbox_put(outbox, buffer, 0, now));
    EXPECT(SEALEDMATCH_WRONG_LENGTH, sealedmatch_outbox_put(outbox, buffer, SIZE_MAX / 2, now));
    EXPECT(SEALEDMATCH_WRONG_LENGTH, sealedmatch_outbox_put(outbox, buffer, count - 1, now));
    EXPECT(SEALEDMATCH_OK, sealedmatch_outbox_put(outbox, buffer, count, now));
    sealedmatch_entry waiting;
    EXPECT(SEALEDMATCH_OK, sealedmatch_outbox_next(outbox, NULL, now, &waiting, retry, sizeof retry, &count, NULL));
    REQUIRE(memcmp(buffer, retry, count) == 0);
    EXPECT(SEALEDMATCH_OK, sealedmatch_outbox_next(outbox, &waiting, now, &forged, retry, sizeof retry, &count, NULL));
    REQUIRE(count == 0);
    EXPECT(SEALEDMATCH_OK, sealedmatch_outbox_next(outbox, NULL, now - 1, &forged, retry, sizeof retry, &count, NULL));
    REQUIRE(count == 0);
    EXPECT(SEALEDMATCH_OK, sealedmatch_outbox_acknowledge(outbox, &waiting));
    EXPECT(SEALEDMATCH_OK, sealedmatch_outbox_close(outbox));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_outbox_acknowledge(outbox, &waiting));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_outbox_put(outbox, buffer, voucher_count, now));

    EXPECT(SEALEDMATCH_OK, sealedmatch_client_acknowledge(client, &entry));
    EXPECT(SEALEDMATCH_OK,
           sealedmatch_client_next(client, NULL, now, &entry, buffer, sizeof buffer, &count, &unreadable));
    REQUIRE(count > 0);
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_close(client));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_client_seal(client, picture, NULL, 0, now));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_client_close(client));
    /* Closed means unlocked, at once; the voucher still waits. */
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_open(sub, set, account, no_secret, 0, now, &client));
    EXPECT(SEALEDMATCH_OK,
           sealedmatch_client_next(client, NULL, now, &forged, retry, sizeof retry, &count, &unreadable));
    REQUIRE(memcmp(&entry, &forged, sizeof entry) == 0 && memcmp(buffer, retry, count) == 0);
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_close(client));
}

/* Two devices of one account. */
static void devices(sealedmatch_set set, const sealedmatch_item *picture, const char *directory, int round) {
    char first_path[4200], second_path[4200];
    sealedmatch_client first, second;
    sealedmatch_secret secret, stranger;
    sealedmatch_entry entry;
    uint8_t bytes[41], commitment[33], other[32], state[4096], registration[SEALEDMATCH_REGISTRATION_BYTES],
        voucher[SEALEDMATCH_VOUCHER_BYTES_MAXIMUM];
    size_t count, size;
    snprintf(first_path, sizeof first_path, "%s/first%d", directory, round);
    snprintf(second_path, sizeof second_path, "%s/second%d", directory, round);
    EXPECT(SEALEDMATCH_SET_NOT_YET_ISSUED, sealedmatch_client_open(first_path, set, account, no_secret, 0, 0, &first));
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_open(first_path, set, account, no_secret, 0, now, &first));
    EXPECT(SEALEDMATCH_BUFFER_TOO_SMALL, sealedmatch_client_secret(first, NULL, 0, &count));
    REQUIRE(count == SEALEDMATCH_SECRET_BYTES);
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_client_secret(first, bytes, sizeof bytes, NULL));
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_secret(first, bytes, sizeof bytes, &count));
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_import(bytes, count, &secret));
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_open(second_path, set, account, secret, 0, now, &second));
    commitment[32] = 0xee;
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_commitment(first, commitment));
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_commitment(second, other));
    REQUIRE(memcmp(commitment, other, 32) == 0 && commitment[32] == 0xee);
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_client_commitment(first, NULL));
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_registrations(first, registration, sizeof registration, &count));
    REQUIRE(count == sizeof registration && memcmp(registration + 72, commitment, 32) == 0);

    EXPECT(SEALEDMATCH_BUFFER_TOO_SMALL, sealedmatch_client_state(first, NULL, 0, &size));
    REQUIRE(size == 60);
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_seal(first, picture, NULL, 0, now));
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_state(first, state, sizeof state, &size));
    REQUIRE(size > 60);
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_client_merge(second, NULL, size));
    EXPECT(SEALEDMATCH_WRONG_LENGTH, sealedmatch_client_merge(second, state, size - 8));
    EXPECT(SEALEDMATCH_WRONG_LENGTH, sealedmatch_client_merge(second, state, SIZE_MAX / 2));
    EXPECT(SEALEDMATCH_INVALID_MAGIC, sealedmatch_client_merge(second, voucher, 60));
    state[3] = '1';
    EXPECT(SEALEDMATCH_INVALID_MAGIC, sealedmatch_client_merge(second, state, size));
    state[3] = '2';
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_merge(second, state, size));
    /* It is on disk: the tags are there after the directory is opened again, and the secret may be given again. */
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_close(second));
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_open(second_path, set, account, secret, 0, now, &second));
    EXPECT(SEALEDMATCH_BUFFER_TOO_SMALL, sealedmatch_client_state(second, NULL, 0, &count));
    REQUIRE(count == size);
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_close(second));
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_create(set, now, &stranger));
    EXPECT(SEALEDMATCH_COMMITMENT_CONFLICT,
           sealedmatch_client_open(second_path, set, account, stranger, 0, now, &second));
    REQUIRE(second.id == 0);
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_close(stranger));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_client_open(second_path, set, account, stranger, 0, now, &second));

    /* Set aside: not due any more, and not lost. */
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_next(first, NULL, now, &entry, voucher, sizeof voucher, &count, NULL));
    EXPECT(SEALEDMATCH_BAD_ARGUMENT, sealedmatch_client_refuse(first, NULL));
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_refuse(first, &entry));
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_refuse(first, &entry));
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_next(first, NULL, now, &entry, voucher, sizeof voucher, &count, NULL));
    REQUIRE(count == 0);

    /* A clock that was 60 days ahead parks nothing: as soon as nothing is due, it gets another time. */
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_seal(first, picture, NULL, 0, now + 60 * 86400));
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_next(first, NULL, now, &entry, NULL, 0, &count, NULL));
    REQUIRE(count == 0);
    EXPECT(SEALEDMATCH_BUFFER_TOO_SMALL, sealedmatch_client_next(first, NULL, now, &entry, NULL, 0, &count, NULL));

    /* A size query changes nothing: five epochs on, registrations are all there, however often they are asked for. */
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_seal(first, picture, NULL, 0, now + (uint64_t)5 * 2592000));
    for (int i = 0; i < 2; i++) {
        EXPECT(SEALEDMATCH_BUFFER_TOO_SMALL, sealedmatch_client_registrations(first, NULL, 0, &count));
        REQUIRE(count == 3 * SEALEDMATCH_REGISTRATION_BYTES);
    }
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_registrations(first, state, sizeof state, &count));
    REQUIRE(count == 3 * sizeof registration && memcmp(state, registration, sizeof registration) == 0);
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_close(first));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_client_secret(first, bytes, sizeof bytes, &count));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_client_state(first, state, sizeof state, &count));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_client_merge(first, state, 60));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_client_commitment(first, commitment));
    EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_client_refuse(first, &entry));

    /* The state is gone: nothing begins afresh unnoticed, and the secret brings it back. */
    REQUIRE(unlink(in(second_path, "client")) == 0);
    EXPECT(SEALEDMATCH_STATE_MISSING, sealedmatch_client_open(second_path, set, account, no_secret, 0, now, &second));
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_open(second_path, set, account, secret, 0, now, &second));
    EXPECT(SEALEDMATCH_OK, sealedmatch_client_close(second));
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_close(secret));
    REQUIRE(chmod(in(second_path, "client"), 0644) == 0);
    EXPECT(SEALEDMATCH_NOT_PRIVATE, sealedmatch_client_open(second_path, set, account, no_secret, 0, now, &second));
    REQUIRE(chmod(in(second_path, "client"), 0600) == 0 && chmod(second_path, 0777) == 0);
    EXPECT(SEALEDMATCH_NOT_PRIVATE, sealedmatch_client_open(second_path, set, account, no_secret, 0, now, &second));
}

/* Guarded memory is mapped, not allocated, so that no leak checker sees it. */
static int mappings(void) {
    int lines = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    REQUIRE(maps);
    for (int c; (c = getc(maps)) != EOF;) lines += c == '\n';
    fclose(maps);
    return lines;
}

static int descriptors(void) {
    int open_ones = 0;
    for (int i = 0; i < 1024; i++) {
        struct stat status;
        open_ones += fstat(i, &status) == 0;
    }
    return open_ones;
}

static void too_many(void) {
    static sealedmatch_secret secrets[5000];
    uint8_t bytes[40] = "SMA1";
    size_t opened = 0;
    int32_t code = SEALEDMATCH_OK;
    while (opened < 5000 && (code = sealedmatch_secret_import(bytes, 40, &secrets[opened])) == SEALEDMATCH_OK) opened++;
    REQUIRE(code == SEALEDMATCH_TOO_MANY_HANDLES && opened == 4096 && secrets[opened].id == 0);
    for (size_t i = 0; i < opened; i++) EXPECT(SEALEDMATCH_OK, sealedmatch_secret_close(secrets[i]));
    for (size_t i = 0; i < opened; i++) EXPECT(SEALEDMATCH_BAD_HANDLE, sealedmatch_secret_close(secrets[i]));
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_import(bytes, 40, &secrets[0]));
    EXPECT(SEALEDMATCH_OK, sealedmatch_secret_close(secrets[0]));
}

int main(int argc, char **argv) {
    read_arguments(argc, argv);
    sealedmatch_item picture;
    sealedmatch_set set;
    versions();
    accounts();
    sets(argv[1], argv[2]);
    items(&picture);
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_open(argv[1], &trust, now, 0, &set));
    int mapped = 0, opened = 0;
    for (int round = 0; round < 8; round++) {
        secrets(set);
        sealers(set, &picture);
        videos(set);
        clients(set, &picture, argv[2], round);
        devices(set, &picture, argv[2], round);
        sets(argv[1], argv[2]);
        if (round == 1) mapped = mappings(), opened = descriptors();
    }
    /* One lost secret in each of the six rounds since would be a dozen mappings and more. */
    REQUIRE(mappings() < mapped + 6 && descriptors() == opened);
    EXPECT(SEALEDMATCH_OK, sealedmatch_set_close(set));
    too_many();
    puts("refused all of it");
    return 0;
}
