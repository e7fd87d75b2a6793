/* Seals a voucher for each picture, then "uploads" what is due: one file a voucher.
 *
 *     cc -Wall -Wextra seal.c $(pkg-config --cflags --libs sealedmatch) -o seal
 *     ./seal SET DIRECTORY UPLOADS PICTURE.ppm... -- SOURCE-KEY-IN-HEX...
 *     sealedmatch collect --database collector.sqlite --account example UPLOADS
 */
#include <sealedmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void check(int32_t code, const char *what) {
    if (code == SEALEDMATCH_OK) return;
    fprintf(stderr, "%s: %s (%d)\n", what, sealedmatch_error_text(code), code);
    exit(1);
}

static int from_hex(const char *text, uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count && strlen(text) == 2 * count; i++)
        if (sscanf(text + 2 * i, "%2hhx", &bytes[i]) != 1) return 0;
    return text[2 * count] == 0;
}

/* A binary PPM of 8 bits, as a stand-in for the messenger's decoder. What cannot be decoded gets a voucher too. */
static void read_picture(const char *path, sealedmatch_item *item) {
    unsigned width = 0, height = 0, maximum = 0;
    uint8_t *pixels = NULL;
    size_t count = 0;
    FILE *file = fopen(path, "rb");
    if (file && fscanf(file, "P6 %u %u %u%*1[\n]", &width, &height, &maximum) == 3 && maximum == 255 && width < 65536 &&
        height < 65536) {
        pixels = malloc((size_t)3 * width * height + 1);
        if (pixels) count = fread(pixels, 1, (size_t)3 * width * height, file);
    }
    if (!pixels || sealedmatch_item_picture(pixels, count, width, height, (size_t)3 * width, SEALEDMATCH_RGB8, item) !=
                       SEALEDMATCH_OK)
        check(sealedmatch_item_unreadable(item), path);
    free(pixels);
    if (file) fclose(file);
}

static void save(const char *directory, const char *kind, unsigned number, const uint8_t *bytes, size_t count) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%u.%s", directory, number, kind);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, count, file) != count || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

int main(int argc, char **argv) {
    uint8_t keys[16][32], account[32], buffer[SEALEDMATCH_VOUCHER_BYTES_MAXIMUM];
    int pictures_end = 4, first_key;
    uint64_t now = (uint64_t)time(NULL);
    while (pictures_end < argc && strcmp(argv[pictures_end], "--") != 0) pictures_end++;
    first_key = pictures_end + 1;
    if (first_key >= argc || argc - first_key > 16) {
        fprintf(stderr, "usage: see the top of seal.c\n");
        return 2;
    }
    check(sealedmatch_check_abi(SEALEDMATCH_ABI_VERSION), "library");
    check(sealedmatch_account("example", 7, account), "account");

    /* Once: the set that the pinned sources signed. */
    sealedmatch_trust trust;
    check(sealedmatch_trust_defaults(&trust, sizeof trust), "trust");
    for (int i = first_key; i < argc; i++)
        if (!from_hex(argv[i], keys[i - first_key], 32)) {
            fprintf(stderr, "not a key: %s\n", argv[i]);
            return 2;
        }
    trust.sources = keys[0];
    trust.source_count = (size_t)(argc - first_key);
    trust.minimum_signatures = (uint32_t)trust.source_count;
    sealedmatch_set set;
    sealedmatch_set_info info;
    check(sealedmatch_set_open(argv[1], &trust, now, 0, &set), argv[1]);
    check(sealedmatch_set_describe(set, &info, sizeof info), argv[1]);
    printf("set %02x%02x%02x%02x, version %llu: %llu entries, each listed by at least %u of the sources given; "
           "from %u matches on somebody can look\n",
           info.root[0], info.root[1], info.root[2], info.root[3], (unsigned long long)info.version,
           (unsigned long long)info.entries, info.confirmed_sources, info.threshold);

    /* This account's state on this device, and what to register with the collector. The account's first device makes a
     * secret of its own: none is given. The window of 0 is for this example only. */
    sealedmatch_client client;
    size_t count;
    check(sealedmatch_client_open(argv[2], set, account, (sealedmatch_secret){0}, 0, now, &client), argv[2]);
    check(sealedmatch_client_registrations(client, buffer, sizeof buffer, &count), "registrations");
    for (unsigned i = 0; i < count / SEALEDMATCH_REGISTRATION_BYTES; i++)
        save(argv[3], "registration", i, buffer + i * SEALEDMATCH_REGISTRATION_BYTES, SEALEDMATCH_REGISTRATION_BYTES);

    /* For each picture, before it is encrypted. */
    for (int i = 4; i < pictures_end; i++) {
        sealedmatch_item item;
        read_picture(argv[i], &item);
        check(sealedmatch_client_seal(client, &item, argv[i], strlen(argv[i]), now), argv[i]);
    }

    /* Now and then: send what is due. Here "sending" is writing a file. */
    sealedmatch_entry entry;
    for (unsigned number = 0;; number++) {
        check(sealedmatch_client_next(client, NULL, now, &entry, buffer, sizeof buffer, &count, NULL), "outbox");
        if (count == 0) break;
        save(argv[3], "voucher", number, buffer, count);
        check(sealedmatch_client_acknowledge(client, &entry), "outbox");
    }
    check(sealedmatch_client_close(client), argv[2]);
    check(sealedmatch_set_close(set), argv[1]);
    return 0;
}
