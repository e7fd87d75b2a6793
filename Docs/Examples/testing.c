/* The test of Docs/Testing.md in C: a client of sealedmatch.h on one side, and on the other sources, collector and
 * authority of `sealedmatch kit`.
 *
 *     cc -Wall -Wextra testing.c $(pkg-config --cflags --libs sealedmatch) -o testing
 *     ./testing DIRECTORY
 *
 * The program sealedmatch is on PATH, or named by SEALEDMATCH_TOOL. The client keeps its files below DIRECTORY, which
 * is there and has none of another run. */
#include <sealedmatch_testing.h>
#include <sealedmatch.h>

static sealedmatch_kit kit;
static sealedmatch_client client;
static uint64_t now;
static uint8_t sent[64][SEALEDMATCH_VOUCHER_BYTES_MAXIMUM];
static size_t sizes[64], count;

static void fail(const char *what, const char *why) {
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

static void check(int32_t code, const char *what) {
    if (code != SEALEDMATCH_OK) fail(what, sealedmatch_error_text(code));
}

/* A request that must have a result; what must be in an answer. */
#define ASK(...)                                                                                                       \
    do {                                                                                                               \
        if (!sealedmatch_kit_ask(&kit, __VA_ARGS__)) fail("kit", kit.problem);                                         \
    } while (0)
#define JSON SEALEDMATCH_JSON

static const char *text(const char *place) {
    const char *found = sealedmatch_kit_text(&kit, place);
    if (!found) fail("kit", kit.problem);
    return found;
}

static int64_t number(const char *place) {
    int64_t found = 0;
    if (!sealedmatch_kit_number(&kit, place, &found)) fail("kit", kit.problem);
    return found;
}

static const uint8_t *bytes(const char *place, size_t *size) {
    const uint8_t *found = sealedmatch_kit_bytes(&kit, place, size);
    if (!found) fail("kit", kit.problem);
    return found;
}

static void digits(const char *place, uint8_t *found, size_t size) {
    if (!sealedmatch_kit_digits(&kit, place, found, size)) fail("kit", kit.problem);
}

/* What a client of this world pins: its sources, test sets, and no floor. */
static sealedmatch_set distributed_set(void) {
    static uint8_t sources[2][32];
    sealedmatch_trust trust;
    sealedmatch_set set;
    size_t size;
    check(sealedmatch_trust_defaults(&trust, sizeof trust), "trust");
    ASK(JSON({"call" : "trust"}));
    digits("/result/sources/0", sources[0], 32);
    digits("/result/sources/1", sources[1], 32);
    trust.sources = sources[0];
    trust.source_count = trust.minimum_signatures = 2;
    trust.minimum_threshold = (uint32_t)number("/result/minimumThreshold");
    trust.minimum_entries = (uint64_t)number("/result/minimumEntries");
    trust.allow_test_sets = 1;
    ASK(JSON({"call" : "set"}));
    const uint8_t *file = bytes("/result/file", &size);
    check(sealedmatch_set_open_memory(file, size, &trust, now, 0, &set), "set");
    return set;
}

/* Registrations, then each voucher, again and again the same bytes until the collector has it. */
static void deliver(void) {
    uint8_t registrations[4 * SEALEDMATCH_REGISTRATION_BYTES];
    sealedmatch_entry entry;
    size_t size;
    check(sealedmatch_client_registrations(client, registrations, sizeof registrations, &size), "registrations");
    ASK(JSON({"call" : "register", "account" : "alice", "registrations" : "%s"}),
        sealedmatch_kit_base64(&kit, registrations, size));
    text("/result/outcomes/0");
    for (; count < 64; count++) {
        check(sealedmatch_client_next(client, NULL, now, &entry, sent[count], sizeof sent[count], &size, NULL),
              "outbox");
        if (size == 0) return;
        sizes[count] = size;
        ASK(JSON({"call" : "upload", "account" : "alice", "vouchers" : ["%s"]}),
            sealedmatch_kit_base64(&kit, sent[count], size));
        if (strcmp(text("/result/outcomes/0"), "stored") != 0) fail("upload", kit.answer);
        check(sealedmatch_client_acknowledge(client, &entry), "outbox");
    }
}

/* Items are named by a letter each. */
static void send_items(const char *names) {
    for (; *names; names++) {
        sealedmatch_item item;
        size_t size;
        ASK(JSON({"call" : "media", "name" : "%c"}), *names);
        const uint8_t *pixels = bytes("/result/picture/pixels", &size);
        uint32_t width = (uint32_t)number("/result/picture/width"), height = (uint32_t)number("/result/picture/height");
        check(sealedmatch_item_picture(pixels, size, width, height, width, SEALEDMATCH_GRAY8, &item), "picture");
        check(sealedmatch_client_seal(client, &item, names, 1, now), "seal");
    }
    deliver();
}

static void resend(void) {
    for (size_t i = 0; i < count; i++) {
        ASK(JSON({"call" : "upload", "account" : "alice", "vouchers" : ["%s"]}),
            sealedmatch_kit_base64(&kit, sent[i], sizes[i]));
        if (strcmp(text("/result/outcomes/0"), "alreadyStored") != 0) fail("resend", kit.answer);
    }
}

static void expect_revealed(const char *names) {
    size_t found;
    ASK(JSON({"call" : "revealed", "account" : "alice"}));
    if (!sealedmatch_kit_count(&kit, "/result/items", &found)) fail("kit", kit.problem);
    if (found != strlen(names)) fail(names, kit.answer);
    for (size_t i = 0; i < found; i++) {
        char place[40];
        snprintf(place, sizeof place, "/result/items/%zu", i);
        if (text(place)[0] != names[i]) fail(names, kit.answer);
    }
    printf("revealed: \"%s\"\n", names);
}

int main(int argc, char **argv) {
    uint8_t account[32];
    if (argc != 2) fail("usage", "testing DIRECTORY");
    if (!sealedmatch_kit_start(&kit, NULL)) fail("kit", kit.problem);
    ASK(JSON({"call" : "world", "threshold" : 3}));
    now = (uint64_t)number("/result/now");
    for (char name = 'a'; name <= 'f'; name++) ASK(JSON({"call" : "item", "name" : "%c", "synthetic" : true}), name);
    ASK(JSON({"call" : "publish", "known" : [ "a", "b", "c", "d", "e", "f" ]}));
    ASK(JSON({"call" : "account", "name" : "alice"}));
    digits("/result/id", account, sizeof account);
    sealedmatch_set set = distributed_set();
    check(sealedmatch_client_open(argv[1], set, account, (sealedmatch_secret){0}, 0, now, &client), "client");

    send_items("ab");
    resend();
    send_items("b");
    expect_revealed("");
    send_items("cd");
    expect_revealed("abcd");
    ASK(JSON({"call" : "advance", "nextEpoch" : true}));
    now = (uint64_t)number("/result/now");
    send_items("ef");
    expect_revealed("");

    check(sealedmatch_client_close(client), "client");
    check(sealedmatch_set_close(set), "set");
    if (!sealedmatch_kit_end(&kit)) fail("kit", kit.problem);
    return 0;
}
