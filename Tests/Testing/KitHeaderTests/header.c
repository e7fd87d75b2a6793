/* sealedmatch_testing.h by itself.
 *
 *     header reader        its reader of JSON, base64 and places, on tables
 *     header verdicts      a line of hexadecimal digits in, whether these bytes are a JSON value out: 0 or 1
 *     header talk TOOL     a conversation with a program that may misbehave: what each call says of it
 */
#include <sealedmatch_testing.h>
#include <assert.h>

/* In memory of just this size: a checker of memory sees every byte that is read behind it. */
static bool is_value(const char *bytes, size_t size) {
    char *exact = (char *)malloc(size ? size : 1);
    assert(exact);
    memcpy(exact, bytes, size);
    const char *end = sealedmatch_json_value_(exact, exact + size, SEALEDMATCH_KIT_DEPTH_MAXIMUM);
    bool is_all = end == exact + size;
    free(exact);
    return is_all;
}

static void answer(sealedmatch_kit *kit, const char *text) {
    free(kit->answer);
    kit->answer_size = strlen(text);
    kit->answer = (char *)malloc(kit->answer_size + 1);
    assert(kit->answer);
    memcpy(kit->answer, text, kit->answer_size + 1);
}

static void expect_text(sealedmatch_kit *kit, const char *json, const char *text) {
    char line[256];
    snprintf(line, sizeof line, "[%s]", json);
    answer(kit, line);
    assert(is_value(line, strlen(line)));
    const char *found = sealedmatch_kit_text(kit, "/0");
    if (text ? !found || strcmp(found, text) != 0 : found != NULL) {
        fprintf(stderr, "%s: %s\n", json, found ? found : kit->problem);
        exit(1);
    }
}

static void expect_number(sealedmatch_kit *kit, const char *json, bool is_integer, int64_t expected) {
    int64_t found = 77;
    answer(kit, json);
    assert(is_value(json, strlen(json)));
    assert(sealedmatch_kit_number(kit, "", &found) == is_integer && found == (is_integer ? expected : 77));
}

static void expect_bytes(sealedmatch_kit *kit, const char *base64, const char *bytes) {
    char line[64];
    size_t count = 0;
    snprintf(line, sizeof line, "\"%s\"", base64);
    answer(kit, line);
    const uint8_t *found = sealedmatch_kit_bytes(kit, "", &count);
    assert(bytes ? found && count == strlen(bytes) && memcmp(found, bytes, count) == 0 : found == NULL);
    if (bytes) assert(strcmp(sealedmatch_kit_base64(kit, bytes, strlen(bytes)), base64) == 0);
}

static int reader(void) {
    sealedmatch_kit kit;
    memset(&kit, 0, sizeof kit);
    kit.channel = -1;
    expect_text(&kit, "\"\"", "");
    expect_text(&kit, "\"a \\\"\\\\\\/\\b\\f\\n\\r\\t z\"", "a \"\\/\b\f\n\r\t z");
    expect_text(&kit, "\"\\u0041\\u00e9\\u20AC\\ud83d\\uDE00\"", "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    expect_text(&kit, "\"\xc3\xa9\"", "\xc3\xa9");
    expect_text(&kit, "\"\\u0000\"", NULL);
    expect_text(&kit, "1", NULL);
    expect_text(&kit, "null", NULL);
    expect_number(&kit, "0", true, 0);
    expect_number(&kit, "-0", true, 0);
    expect_number(&kit, " 9223372036854775807 ", true, INT64_MAX);
    expect_number(&kit, "-9223372036854775808", true, INT64_MIN);
    expect_number(&kit, "9223372036854775808", false, 0);
    expect_number(&kit, "1.0", false, 0);
    expect_number(&kit, "1e2", false, 0);
    expect_number(&kit, "\"1\"", false, 0);
    expect_number(&kit, "true", false, 0);

    /* RFC 4648, section 10; then what no encoder writes. */
    static const char *const encoded[][2] = {{"", ""},
                                             {"Zg==", "f"},
                                             {"Zm8=", "fo"},
                                             {"Zm9v", "foo"},
                                             {"Zm9vYg==", "foob"},
                                             {"Zm9vYmE=", "fooba"},
                                             {"++//", "\xfb\xef\xff"},
                                             {"Zm9vYmFy", "foobar"}};
    static const char *const wrong[] = {"Z",    "Zg",   "Zg=",      "Zh==", "Zm9=", "=",       "==",  "===",
                                        "====", "Z===", "Zg==Zg==", "Zm 9", "Zm-_", "Zg==\\n", "Z=g="};
    for (size_t i = 0; i < sizeof encoded / sizeof *encoded; i++) expect_bytes(&kit, encoded[i][0], encoded[i][1]);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) expect_bytes(&kit, wrong[i], NULL);

    uint8_t digits[3] = {0};
    answer(&kit, "[\"00fFa1\",\"00ff\",\"00ffa1a1\",\"00ffag\"]");
    assert(sealedmatch_kit_digits(&kit, "/0", digits, 3) && memcmp(digits, "\x00\xff\xa1", 3) == 0);
    for (int i = 1; i < 5; i++) {
        char place[8];
        snprintf(place, sizeof place, "/%d", i);
        assert(!sealedmatch_kit_digits(&kit, place, digits, 3));
    }

    /* Places: RFC 6901, section 5, and some that are not there. */
    answer(&kit, " { \"foo\" : [ \"bar\" , {\"a\":[[],{ }]} ] , \"\":0,\"a/b\":1,\"m~n\":8 , \"a\\u0062\" : 9, "
                 "\"foo\":10,\"t\":true, \"n\" : null} ");
    int64_t number;
    size_t count;
    bool truth = false;
    assert(is_value(kit.answer, kit.answer_size));
    assert(strcmp(sealedmatch_kit_text(&kit, "/foo/0"), "bar") == 0);
    assert(sealedmatch_kit_count(&kit, "/foo", &count) && count == 2);
    assert(sealedmatch_kit_count(&kit, "/foo/1/a", &count) && count == 2);
    assert(sealedmatch_kit_count(&kit, "/foo/1/a/0", &count) && count == 0);
    assert(sealedmatch_kit_number(&kit, "/", &number) && number == 0);
    assert(sealedmatch_kit_number(&kit, "/a~1b", &number) && number == 1);
    assert(sealedmatch_kit_number(&kit, "/m~0n", &number) && number == 8);
    assert(sealedmatch_kit_number(&kit, "/ab", &number) && number == 9);
    assert(sealedmatch_kit_truth(&kit, "/t", &truth) && truth && !sealedmatch_kit_truth(&kit, "/n", &truth));
    assert(sealedmatch_kit_has(&kit, "") && sealedmatch_kit_has(&kit, "/t") && !sealedmatch_kit_has(&kit, "/n"));
    static const char *const absent[] = {"foo",   "/fo",     "/fooo",        "/foo/2", "/foo/-", "/foo/00",
                                         "/foo/", "/foo/0/", "/foo/1/a/1/x", "/t/0",   "//",     "/foo/4294967296",
                                         "/a/b"};
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) assert(!sealedmatch_kit_has(&kit, absent[i]));
    assert(!sealedmatch_kit_number(&kit, "/no", &number) &&
           strncmp(kit.problem, "/no: no integer in the answer", 29) == 0);

    /* Cut off anywhere it is no value; and so with any byte before or behind it that is not blank. */
    const char *whole = "{\"a\":[1,-2.5e+3,true,false,null,\"\\u00e9\\ud83d\\ude00\\\"\"],\"b\":{}}";
    assert(is_value(whole, strlen(whole)));
    for (size_t size = 0; size < strlen(whole); size++) assert(!is_value(whole, size));
    char deep[2 * SEALEDMATCH_KIT_DEPTH_MAXIMUM + 4];
    for (size_t depth = 1; depth <= SEALEDMATCH_KIT_DEPTH_MAXIMUM + 2; depth++) {
        memset(deep, '[', depth);
        memset(deep + depth, ']', depth);
        if (2 * depth <= sizeof deep) assert(is_value(deep, 2 * depth) == (depth <= SEALEDMATCH_KIT_DEPTH_MAXIMUM + 1));
    }
    free(kit.answer);
    sealedmatch_kit_forget_(&kit);
    puts("reader: passed");
    return 0;
}

static int verdicts(void) {
    static char line[1 << 16], bytes[1 << 15];
    while (fgets(line, sizeof line, stdin)) {
        size_t size = strcspn(line, "\n") / 2;
        for (size_t i = 0; i < size; i++) {
            int high = sealedmatch_json_digit_(line[2 * i]), low = sealedmatch_json_digit_(line[2 * i + 1]);
            assert(high >= 0 && low >= 0);
            bytes[i] = (char)(high << 4 | low);
        }
        puts(is_value(bytes, size) ? "1" : "0");
    }
    return 0;
}

/* Calls until one fails, then the end: which of them it was, and what was wrong. */
static int talk(const char *tool) {
    sealedmatch_kit kit;
    int64_t now = 0;
    const char *failed = NULL;
    char problem[sizeof kit.problem] = "";
    bool is_started = sealedmatch_kit_start(&kit, tool);
    kit.patience = 1000;
    if (!is_started) failed = "start";
    if (!failed && !sealedmatch_kit_ask(&kit, SEALEDMATCH_JSON({"call" : "world", "known" : ["%s"]}), "a"))
        failed = "world";
    if (!failed && !sealedmatch_kit_number(&kit, "/result/now", &now)) failed = "now";
    if (!failed) {
        /* More than a socket holds. */
        size_t size = (size_t)1 << 22;
        char *zeros = (char *)calloc(size, 1);
        assert(zeros);
        if (!sealedmatch_kit_ask(&kit, SEALEDMATCH_JSON({"call" : "item", "name" : "zeros", "file" : "%s"}),
                                 sealedmatch_kit_base64(&kit, zeros, size)))
            failed = "item";
        free(zeros);
    }
    if (failed) {
        memcpy(problem, kit.problem, sizeof problem);
        /* After a failure nothing is asked any more, and nothing of an old answer is there. */
        if (kit.channel < 0) {
            assert(!sealedmatch_kit_ask(&kit, SEALEDMATCH_JSON({"call" : "hello"})));
            assert(!sealedmatch_kit_has(&kit, "") && !sealedmatch_kit_text(&kit, "/result"));
        }
    }
    bool ended_well = sealedmatch_kit_end(&kit);
    if (!failed && !ended_well) {
        failed = "end";
        memcpy(problem, kit.problem, sizeof problem);
    }
    assert(sealedmatch_kit_end(&kit));
    /* No process of ours is left, no zombie either. */
    assert(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
    printf("%s: %s\n", failed ? failed : "passed", problem);
    return 0;
}

/* Requests that no kit would take are not sent. */
static int wrong(const char *tool) {
    sealedmatch_kit kit;
    assert(sealedmatch_kit_start(&kit, tool));
    static const char *const requests[] = {
        "", "[]", "{", "{\"call\": \"hello\"}\n", "{\"call\": \"hello\"} {}", "{\"call\": }"};
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        assert(!sealedmatch_kit_ask(&kit, "%s", requests[i]));
        assert(strncmp(kit.problem, "a request is one JSON object in one line", 40) == 0);
        assert(!sealedmatch_kit_has(&kit, ""));
    }
    size_t size = (size_t)49 << 20;
    char *zeros = (char *)calloc(size, 1);
    assert(zeros);
    assert(!sealedmatch_kit_ask(&kit, SEALEDMATCH_JSON({"call" : "item", "file" : "%s"}),
                                sealedmatch_kit_base64(&kit, zeros, size)));
    assert(strstr(kit.problem, "at most 64 MiB"));
    free(zeros);
    assert(!sealedmatch_kit_ask(&kit, "{}") && strstr(kit.problem, "[badRequest]"));
    assert(!sealedmatch_kit_ask(&kit, SEALEDMATCH_JSON({"call" : "set"})) && strstr(kit.problem, "[noWorld]"));
    assert(strcmp(sealedmatch_kit_text(&kit, "/error/code"), "noWorld") == 0);
    assert(sealedmatch_kit_ask(&kit, SEALEDMATCH_JSON({"call" : "hello"})));
    assert(sealedmatch_kit_end(&kit));
    assert(!sealedmatch_kit_ask(&kit, SEALEDMATCH_JSON({"call" : "hello"})) && strstr(kit.problem, "does not run"));
    assert(sealedmatch_kit_end(&kit));
    puts("wrong requests: passed");
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "reader") == 0) return reader();
    if (argc == 2 && strcmp(argv[1], "verdicts") == 0) return verdicts();
    if (argc == 3 && strcmp(argv[1], "talk") == 0) return talk(argv[2]);
    if (argc == 3 && strcmp(argv[1], "wrong") == 0) return wrong(argv[2]);
    return 2;
}
