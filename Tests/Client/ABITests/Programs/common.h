/* What the C test programs share: arguments are SET DIRECTORY NOW SOURCE-KEY-IN-HEX... */
#include <sealedmatch.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static uint8_t keys[16][32];
static sealedmatch_trust trust;
static uint64_t now;

#define EXPECT(expected, call)                                                                                         \
    do {                                                                                                               \
        int32_t got_ = (call);                                                                                         \
        if (got_ != (expected)) {                                                                                      \
            fprintf(stderr, "%s:%d: %s gave %d (%s), not %d\n", __FILE__, __LINE__, #call, got_,                       \
                    sealedmatch_error_text(got_), (expected));                                                         \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)
#define REQUIRE(condition)                                                                                             \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                    \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)

static void read_arguments(int argc, char **argv) {
    REQUIRE(argc >= 5 && argc - 4 <= 16);
    now = strtoull(argv[3], NULL, 10);
    EXPECT(SEALEDMATCH_OK, sealedmatch_trust_defaults(&trust, sizeof trust));
    for (int i = 4; i < argc; i++)
        for (int j = 0; j < 32; j++) REQUIRE(sscanf(argv[i] + 2 * j, "%2hhx", &keys[i - 4][j]) == 1);
    trust.sources = keys[0];
    trust.source_count = (size_t)(argc - 4);
    trust.minimum_signatures = 2;
    trust.minimum_entries = 1;
    trust.minimum_threshold = 2;
}
