/* Does what the lines of standard input say, one call or a few of the C interface each, and answers each with a line:
 * the code, then what came out, in hexadecimal or decimal. Scripts/vectors.py writes the lines and judges the answers.
 * "-" stands for no bytes. */
#include <sealedmatch.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REQUIRE(condition)                                                                                             \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                    \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)

typedef struct {
    uint8_t *bytes;
    size_t count;
} data;

static sealedmatch_set set;
static sealedmatch_sealer sealer;
static sealedmatch_video video;
static sealedmatch_item item;
static data draws;
static int replaying;

/* The library takes its randomness from this function of libc, and a program's own comes first: while a voucher is
 * sealed the draws are those of the line, and no other. */
ssize_t getrandom(void *buffer, size_t count, unsigned flags) {
    if (!replaying) return (ssize_t)syscall(SYS_getrandom, buffer, count, flags);
    if (count > draws.count) {
        errno = EIO;
        return -1;
    }
    memcpy(buffer, draws.bytes, count);
    draws.bytes += count;
    draws.count -= count;
    return (ssize_t)count;
}

static char *word(void) {
    char *next = strtok(NULL, " \n");
    REQUIRE(next);
    return next;
}

static uint64_t number(void) {
    char *end, *text = word();
    uint64_t value = strtoull(text, &end, 10);
    REQUIRE(*end == 0);
    return value;
}

static data hexadecimal(void) {
    const char *text = word();
    data out = {NULL, strcmp(text, "-") == 0 ? 0 : strlen(text) / 2};
    REQUIRE(out.bytes = malloc(out.count + 1));
    for (size_t i = 0; i < out.count; i++) REQUIRE(sscanf(text + 2 * i, "%2hhx", &out.bytes[i]) == 1);
    return out;
}

static void answer(const void *bytes, size_t count) {
    static const char digits[] = "0123456789abcdef";
    putchar(' ');
    if (count == 0) putchar('-');
    for (size_t i = 0; i < count; i++) {
        putchar(digits[((const uint8_t *)bytes)[i] >> 4]);
        putchar(digits[((const uint8_t *)bytes)[i] & 15]);
    }
}

/* What comes before the answer; 1 if there is more to say. */
static int succeeded(int32_t code) {
    printf("%d", code);
    return code == SEALEDMATCH_OK;
}

/* account NAME */
static void account(void) {
    data name = hexadecimal();
    uint8_t id[32];
    if (succeeded(sealedmatch_account(name.bytes, name.count, id))) answer(id, sizeof id);
    free(name.bytes);
}

/* secret BYTES NOW: imported, ratcheted to NOW's epoch unless that is 0, exported */
static void secret(void) {
    data bytes = hexadecimal();
    uint64_t now = number();
    sealedmatch_secret handle = {0};
    uint8_t exported[SEALEDMATCH_SECRET_BYTES];
    uint32_t epoch = 0;
    size_t count = 0;
    int32_t code = sealedmatch_secret_import(bytes.bytes, bytes.count, &handle);
    if (code == SEALEDMATCH_OK && now != 0) code = sealedmatch_secret_ratchet(handle, now);
    if (code == SEALEDMATCH_OK) code = sealedmatch_secret_export(handle, exported, sizeof exported, &count);
    if (code == SEALEDMATCH_OK) code = sealedmatch_secret_epoch(handle, &epoch);
    if (succeeded(code)) {
        printf(" %u", epoch);
        answer(exported, count);
    }
    if (handle.id != 0) REQUIRE(sealedmatch_secret_close(handle) == SEALEDMATCH_OK);
    free(bytes.bytes);
}

/* set FILE NOW LAST-VERSION SOURCES SIGNATURES T K M CONFIRMED SEPARATION LEVELS ENTRIES CELLS LIFETIME TESTS */
static void open_set(void) {
    sealedmatch_trust trust;
    sealedmatch_set_info info;
    if (set.id != 0) REQUIRE(sealedmatch_set_close(set) == SEALEDMATCH_OK);
    REQUIRE(sealedmatch_trust_defaults(&trust, sizeof trust) == SEALEDMATCH_OK);
    const char *file = word();
    uint64_t now = number(), last = number();
    data sources = hexadecimal();
    trust.sources = sources.bytes;
    trust.source_count = sources.count / 32;
    trust.minimum_signatures = (uint32_t)number();
    trust.minimum_threshold = (uint32_t)number();
    trust.minimum_polynomials = (uint32_t)number();
    trust.minimum_probes = (uint32_t)number();
    trust.minimum_confirmed_sources = (uint32_t)number();
    trust.minimum_separation = (uint32_t)number();
    data levels = hexadecimal();
    REQUIRE(levels.count == sizeof trust.maximum_check_levels);
    memcpy(trust.maximum_check_levels, levels.bytes, levels.count);
    trust.minimum_entries = number();
    trust.maximum_cells = number();
    trust.maximum_lifetime = number();
    trust.allow_test_sets = (int32_t)number();
    if (succeeded(sealedmatch_set_open(file, &trust, now, last, &set))) {
        REQUIRE(sealedmatch_set_describe(set, &info, sizeof info) == SEALEDMATCH_OK);
        answer(info.root, sizeof info.root);
        answer(info.check_levels, sizeof info.check_levels);
        answer(info.sources, 32 * (size_t)info.source_count);
        printf(" %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64, info.version, info.issued_at,
               info.expires_at, info.entries, info.cells);
        printf(" %u %u %u %u %u %u %u %u %u %u %d", info.threshold, info.polynomials, info.confirmed_sources,
               info.separation, info.profile, info.key_bits, info.probes, info.minimum_quality, info.maximum_note_bytes,
               info.signed_by, info.is_test);
    }
    free(levels.bytes);
    free(sources.bytes);
}

/* sealer SECRET ACCOUNT NOW, under the set opened last: its registration */
static void open_sealer(void) {
    data bytes = hexadecimal(), id = hexadecimal();
    uint64_t now = number();
    uint8_t registration[SEALEDMATCH_REGISTRATION_BYTES];
    sealedmatch_secret handle;
    REQUIRE(id.count == 32);
    if (sealer.id != 0) REQUIRE(sealedmatch_sealer_close(sealer) == SEALEDMATCH_OK);
    REQUIRE(sealedmatch_secret_import(bytes.bytes, bytes.count, &handle) == SEALEDMATCH_OK);
    int32_t code = sealedmatch_sealer_open(set, handle, id.bytes, NULL, 0, now, &sealer);
    if (code == SEALEDMATCH_OK) code = sealedmatch_sealer_registration(sealer, registration);
    if (succeeded(code)) answer(registration, sizeof registration);
    REQUIRE(sealedmatch_secret_close(handle) == SEALEDMATCH_OK);
    free(bytes.bytes);
    free(id.bytes);
}

/* What is in FILE, WIDTH and HEIGHT pixels of CHANNELS (1 or 3) */
typedef struct {
    data pixels;
    uint32_t width, height, channels, format;
} pixels;

static pixels read_pixels(void) {
    FILE *file = fopen(word(), "rb");
    pixels in = {.width = (uint32_t)number(), .height = (uint32_t)number(), .channels = (uint32_t)number()};
    in.format = in.channels == 1 ? SEALEDMATCH_GRAY8 : SEALEDMATCH_RGB8;
    in.pixels.count = (size_t)in.width * in.height * in.channels;
    REQUIRE(file && (in.pixels.bytes = malloc(in.pixels.count)));
    REQUIRE(fread(in.pixels.bytes, 1, in.pixels.count, file) == in.pixels.count && fclose(file) == 0);
    return in;
}

/* picture FILE WIDTH HEIGHT CHANNELS: quality, hash, and all of the item */
static void picture(void) {
    pixels in = read_pixels();
    uint8_t hash[32];
    uint32_t quality = 0;
    int32_t code = sealedmatch_item_picture(in.pixels.bytes, in.pixels.count, in.width, in.height,
                                            (size_t)in.width * in.channels, in.format, &item);
    if (code == SEALEDMATCH_OK) code = sealedmatch_item_pdq(&item, hash, &quality);
    if (succeeded(code)) {
        printf(" %u", quality);
        answer(hash, sizeof hash);
        answer(&item, sizeof item);
    }
    free(in.pixels.bytes);
}

/* sample FILE WIDTH HEIGHT CHANNELS, of the video that begins with the first one */
static void sample(void) {
    pixels in = read_pixels();
    if (video.id == 0) REQUIRE(sealedmatch_video_open(&video) == SEALEDMATCH_OK);
    succeeded(sealedmatch_video_sample(video, in.pixels.bytes, in.pixels.count, in.width, in.height,
                                       (size_t)in.width * in.channels, in.format));
    free(in.pixels.bytes);
}

/* exact SHA-256, unreadable */
static void exact(void) {
    data digest = hexadecimal();
    REQUIRE(digest.count == 32);
    succeeded(sealedmatch_item_exact(digest.bytes, &item));
    free(digest.bytes);
}

static void unreadable(void) { succeeded(sealedmatch_item_unreadable(&item)); }

/* seal NOTE RANDOM: the item made last, or the video: the voucher, what is left of the randomness, and the state */
static void seal(void) {
    data note = hexadecimal(), random = hexadecimal();
    uint8_t *voucher = malloc(SEALEDMATCH_VOUCHER_BYTES_MAXIMUM), *state = malloc(1 << 16);
    size_t count, state_count = 0;
    REQUIRE(voucher && state);
    draws = random;
    replaying = 1;
    int32_t code = video.id != 0 ? sealedmatch_sealer_seal_video(sealer, video, note.bytes, note.count, voucher,
                                                                 SEALEDMATCH_VOUCHER_BYTES_MAXIMUM, &count)
                                 : sealedmatch_sealer_seal(sealer, &item, note.bytes, note.count, voucher,
                                                           SEALEDMATCH_VOUCHER_BYTES_MAXIMUM, &count);
    replaying = 0;
    if (code == SEALEDMATCH_OK) code = sealedmatch_sealer_state(sealer, state, 1 << 16, &state_count);
    if (succeeded(code)) {
        answer(voucher, count);
        printf(" %zu", draws.count);
        answer(state, state_count);
    }
    if (video.id != 0) REQUIRE(sealedmatch_video_close(video) == SEALEDMATCH_OK);
    video.id = 0;
    free(note.bytes);
    free(random.bytes);
    free(voucher);
    free(state);
}

int main(void) {
    static const struct {
        const char *name;
        void (*act)(void);
    } commands[] = {{"account", account},    {"secret", secret},         {"set", open_set},
                    {"sealer", open_sealer}, {"picture", picture},       {"sample", sample},
                    {"exact", exact},        {"unreadable", unreadable}, {"seal", seal}};
    char *line = NULL;
    size_t capacity = 0;
    REQUIRE(sealedmatch_check_abi(SEALEDMATCH_ABI_VERSION) == SEALEDMATCH_OK);
    while (getline(&line, &capacity, stdin) > 0) {
        const char *name = strtok(line, " \n");
        size_t i = 0;
        REQUIRE(name);
        while (i < sizeof commands / sizeof commands[0] && strcmp(commands[i].name, name) != 0) i++;
        REQUIRE(i < sizeof commands / sizeof commands[0]);
        commands[i].act();
        putchar('\n');
    }
    free(line);
    return 0;
}
