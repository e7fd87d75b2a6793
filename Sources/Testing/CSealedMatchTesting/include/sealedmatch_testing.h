/* A test world in C: starts `sealedmatch kit`, sends it requests, and reads its answers (Docs/Testing.md). For tests
 * alone. All of it is in this header; it needs C11 or C++11 and POSIX, and no library. Include it first, or compile
 * with -D_POSIX_C_SOURCE=200809L.
 *
 *     sealedmatch_kit kit;
 *     if (!sealedmatch_kit_start(&kit, NULL)) fail(kit.problem);
 *     if (!sealedmatch_kit_ask(&kit, SEALEDMATCH_JSON({"call" : "world", "threshold" : 3}))) fail(kit.problem);
 *     int64_t now;
 *     if (!sealedmatch_kit_number(&kit, "/result/now", &now)) fail(kit.problem);
 *     if (!sealedmatch_kit_end(&kit)) fail(kit.problem);
 *
 * Every function that fails says why in `kit.problem`. Places in an answer are JSON Pointers (RFC 6901):
 * "/result/outcomes/0/code". What a function returns a pointer to is the kit's memory, until the next request or the
 * end. A kit is not for several threads at a time. */
#ifndef SEALEDMATCH_TESTING_H
#define SEALEDMATCH_TESTING_H

#if defined(__STRICT_ANSI__) && !defined(_POSIX_C_SOURCE) && !defined(_GNU_SOURCE) && !defined(_DEFAULT_SOURCE)
#define _POSIX_C_SOURCE 200809L
#endif
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifndef MSG_NOSIGNAL
#error "include sealedmatch_testing.h first, or compile with -D_POSIX_C_SOURCE=200809L"
#endif

#ifdef __cplusplus
extern "C" {
#endif

extern char **environ;

#if defined(__GNUC__)
#define SEALEDMATCH_PRINTS(format_at, first_at) __attribute__((__format__(__printf__, format_at, first_at)))
#else
#define SEALEDMATCH_PRINTS(format_at, first_at)
#endif

/* JSON as it is written, without a backslash before every quotation mark. */
#define SEALEDMATCH_JSON(...) #__VA_ARGS__

/* Bytes of a request, as the kit takes it; of an answer, so that a program that goes on for ever is noticed; and how
 * deep an answer may be nested. */
#define SEALEDMATCH_KIT_REQUEST_MAXIMUM ((size_t)64 << 20)
#define SEALEDMATCH_KIT_ANSWER_MAXIMUM ((size_t)256 << 20)
#define SEALEDMATCH_KIT_DEPTH_MAXIMUM 64

/* Memory that goes with the next request. */
typedef struct sealedmatch_kit_memory {
    struct sealedmatch_kit_memory *next;
} sealedmatch_kit_memory;

typedef struct sealedmatch_kit {
    /* Why the last call failed, for a person. */
    char problem[512];
    /* The last answer: one JSON object, `answer_size` bytes and a zero byte. Null before the first one. */
    char *answer;
    size_t answer_size;
    /* Milliseconds that the program has for an answer, and for its end. Yours to change. */
    int patience;
    /* The rest is this header's. */
    size_t capacity;
    sealedmatch_kit_memory *memory;
    int64_t requests;
    pid_t process;
    int channel;
} sealedmatch_kit;

/* -- Inside */

SEALEDMATCH_PRINTS(2, 3)
static inline bool sealedmatch_kit_fails_(sealedmatch_kit *kit, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(kit->problem, sizeof kit->problem, format, arguments);
    va_end(arguments);
    return false;
}

/* Ends the program at once, and says how it ended. */
static inline bool sealedmatch_kit_breaks_(sealedmatch_kit *kit, const char *what) {
    int status = 0;
    bool ended = false;
    if (kit->process > 0) {
        ended = waitpid(kit->process, &status, WNOHANG) == kit->process;
        if (!ended) {
            kill(kit->process, SIGKILL);
            while (waitpid(kit->process, &status, 0) < 0 && errno == EINTR) continue;
        }
    }
    kit->process = 0;
    if (kit->channel >= 0) close(kit->channel);
    kit->channel = -1;
    if (ended && WIFEXITED(status))
        return sealedmatch_kit_fails_(kit, "sealedmatch kit: %s (exit code %d)", what, WEXITSTATUS(status));
    if (ended && WIFSIGNALED(status))
        return sealedmatch_kit_fails_(kit, "sealedmatch kit: %s (signal %d)", what, WTERMSIG(status));
    return sealedmatch_kit_fails_(kit, "sealedmatch kit: %s", what);
}

static inline void *sealedmatch_kit_allocate_(sealedmatch_kit *kit, size_t count) {
    sealedmatch_kit_memory *memory = (sealedmatch_kit_memory *)malloc(sizeof *memory + count);
    if (!memory) {
        sealedmatch_kit_fails_(kit, "out of memory");
        return NULL;
    }
    memory->next = kit->memory;
    kit->memory = memory;
    return memory + 1;
}

static inline void sealedmatch_kit_forget_(sealedmatch_kit *kit) {
    while (kit->memory) {
        sealedmatch_kit_memory *next = kit->memory->next;
        free(kit->memory);
        kit->memory = next;
    }
}

static inline int64_t sealedmatch_kit_clock_(void) {
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) return 0;
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits for events of the channel until a moment: these, or 0 when the time is over. */
static inline int sealedmatch_kit_wait_(sealedmatch_kit *kit, short events, int64_t deadline) {
    for (;;) {
        int64_t left = deadline - sealedmatch_kit_clock_();
        struct pollfd channel = {kit->channel, events, 0};
        int ready = poll(&channel, 1, left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left);
        if (ready > 0) return channel.revents;
        if (ready == 0 || errno != EINTR) return 0;
    }
}

/* What is there to be read, behind the answer so far: how many bytes, 0 at the end, -1 if the line is too long. */
static inline ssize_t sealedmatch_kit_read_(sealedmatch_kit *kit) {
    if (kit->capacity - kit->answer_size < 2) {
        size_t capacity = kit->capacity ? 2 * kit->capacity : 4096;
        char *larger = kit->capacity > SEALEDMATCH_KIT_ANSWER_MAXIMUM ? NULL : (char *)realloc(kit->answer, capacity);
        if (!larger) return -1;
        kit->answer = larger;
        kit->capacity = capacity;
    }
    ssize_t count;
    do count = recv(kit->channel, kit->answer + kit->answer_size, kit->capacity - kit->answer_size - 1, 0);
    while (count < 0 && errno == EINTR);
    if (count < 0) return 0;
    kit->answer_size += (size_t)count;
    kit->answer[kit->answer_size] = 0;
    return count;
}

/* Sends a line, and reads until the end of another one: both at once, so that neither side waits for the other. */
static inline bool sealedmatch_kit_exchange_(sealedmatch_kit *kit, const char *line, size_t size) {
    int64_t deadline = sealedmatch_kit_clock_() + kit->patience;
    kit->answer_size = 0;
    for (;;) {
        int events = sealedmatch_kit_wait_(kit, (short)(size ? POLLIN | POLLOUT : POLLIN), deadline);
        if (events == 0) return sealedmatch_kit_breaks_(kit, "gave no answer in time");
        if (events & ~POLLOUT) {
            size_t before = kit->answer_size;
            ssize_t count = sealedmatch_kit_read_(kit);
            if (count < 0) return sealedmatch_kit_breaks_(kit, "an answer is too long");
            if (count == 0) {
                /* It has closed its output, and is about to end. */
                struct timespec moment = {0, 10000000};
                siginfo_t ended;
                for (int tries = 0; tries < 100; tries++) {
                    ended.si_pid = 0;
                    if (waitid(P_PID, (id_t)kit->process, &ended, WEXITED | WNOHANG | WNOWAIT) || ended.si_pid) break;
                    nanosleep(&moment, NULL);
                }
                return sealedmatch_kit_breaks_(kit, "ended");
            }
            const char *end = (const char *)memchr(kit->answer + before, '\n', kit->answer_size - before);
            if (end) {
                if (size || end + 1 != kit->answer + kit->answer_size)
                    return sealedmatch_kit_breaks_(kit, "wrote more than one answer to one request");
                kit->answer[--kit->answer_size] = 0;
                return true;
            }
        } else if (size) {
            ssize_t count = send(kit->channel, line, size, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (count > 0) {
                line += count;
                size -= (size_t)count;
            } else if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) {
                /* It reads no more. How it ended shows at its output. */
                size = 0;
            }
        }
    }
}

/* -- Reading JSON (RFC 8259). Each of these gives the place behind what it has read, or null where it is not that. */

static inline const char *sealedmatch_json_blank_(const char *at, const char *end) {
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) at++;
    return at;
}

static inline int sealedmatch_json_digit_(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* Four hexadecimal digits. */
static inline const char *sealedmatch_json_unit_(const char *at, const char *end, uint32_t *unit) {
    *unit = 0;
    if (end - at < 4) return NULL;
    for (int i = 0; i < 4; i++) {
        int digit = sealedmatch_json_digit_(at[i]);
        if (digit < 0) return NULL;
        *unit = *unit << 4 | (uint32_t)digit;
    }
    return at + 4;
}

/* One character of a text, decoded to `bytes`, at most 4 of them. */
static inline const char *sealedmatch_json_character_(const char *at, const char *end, char bytes[4], size_t *count) {
    static const char escapes[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
    *count = 1;
    if (at == end || (unsigned char)*at < 0x20 || *at == '"') return NULL;
    if (*at != '\\') {
        bytes[0] = *at;
        return at + 1;
    }
    if (++at == end) return NULL;
    if (*at != 'u') {
        for (const char *escape = escapes; *escape; escape += 2)
            if (*escape == *at) {
                bytes[0] = escape[1];
                return at + 1;
            }
        return NULL;
    }
    uint32_t point, low;
    at = sealedmatch_json_unit_(at + 1, end, &point);
    if (!at || (point >= 0xDC00 && point < 0xE000)) return NULL;
    if (point >= 0xD800 && point < 0xDC00) {
        if (end - at < 2 || at[0] != '\\' || at[1] != 'u') return NULL;
        at = sealedmatch_json_unit_(at + 2, end, &low);
        if (!at || low < 0xDC00 || low > 0xDFFF) return NULL;
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    }
    if (point < 0x80) {
        bytes[0] = (char)point;
        return at;
    }
    *count = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = *count - 1; i > 0; i--, point >>= 6) bytes[i] = (char)(0x80 | (point & 0x3F));
    bytes[0] = (char)((*count == 2 ? 0xC0 : *count == 3 ? 0xE0 : 0xF0) | point);
    return at;
}

static inline const char *sealedmatch_json_text_(const char *at, const char *end) {
    char bytes[4];
    size_t count;
    if (at == end || *at++ != '"') return NULL;
    while (at && at < end && *at != '"') at = sealedmatch_json_character_(at, end, bytes, &count);
    return at && at < end ? at + 1 : NULL;
}

static inline const char *sealedmatch_json_number_(const char *at, const char *end) {
#define SEALEDMATCH_DIGITS_                                                                                            \
    if (at == end || *at < '0' || *at > '9') return NULL;                                                              \
    while (at < end && *at >= '0' && *at <= '9') at++;
    if (at < end && *at == '-') at++;
    if (at < end && *at == '0') {
        at++;
    } else {
        SEALEDMATCH_DIGITS_
    }
    if (at < end && *at == '.') {
        at++;
        SEALEDMATCH_DIGITS_
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-')) at++;
        SEALEDMATCH_DIGITS_
    }
#undef SEALEDMATCH_DIGITS_
    return at;
}

/* A value, and what is blank behind it; not deeper than `depth`. */
static inline const char *sealedmatch_json_value_(const char *at, const char *end, int depth) {
    static const char *const words[] = {"true", "false", "null"};
    at = sealedmatch_json_blank_(at, end);
    if (at == end || depth < 0) return NULL;
    if (*at == '{' || *at == '[') {
        const char closing = *at == '{' ? '}' : ']';
        at = sealedmatch_json_blank_(at + 1, end);
        if (at < end && *at == closing) return sealedmatch_json_blank_(at + 1, end);
        for (;;) {
            if (closing == '}') {
                at = sealedmatch_json_text_(sealedmatch_json_blank_(at, end), end);
                if (!at) return NULL;
                at = sealedmatch_json_blank_(at, end);
                if (at == end || *at++ != ':') return NULL;
            }
            at = sealedmatch_json_value_(at, end, depth - 1);
            if (!at || at == end) return NULL;
            if (*at == closing) return sealedmatch_json_blank_(at + 1, end);
            if (*at++ != ',') return NULL;
        }
    }
    if (*at == '"') {
        at = sealedmatch_json_text_(at, end);
    } else if (*at == '-' || (*at >= '0' && *at <= '9')) {
        at = sealedmatch_json_number_(at, end);
    } else {
        size_t word = 0;
        while (word < 3 && ((size_t)(end - at) < strlen(words[word]) || memcmp(at, words[word], strlen(words[word]))))
            word++;
        at = word < 3 ? at + strlen(words[word]) : NULL;
    }
    return at ? sealedmatch_json_blank_(at, end) : NULL;
}

/* Whether a text, at its first quotation mark, is a step of a JSON Pointer. */
static inline bool sealedmatch_json_is_(const char *at, const char *end, const char *step, size_t size) {
    char bytes[4];
    size_t count;
    for (at++; at < end && *at != '"';) {
        at = sealedmatch_json_character_(at, end, bytes, &count);
        for (size_t i = 0; i < count; i++) {
            if (size == 0) return false;
            char wanted = *step++;
            size--;
            if (wanted == '~' && size > 0 && (*step == '0' || *step == '1')) {
                wanted = *step++ == '0' ? '~' : '/';
                size--;
            }
            if (wanted != bytes[i]) return false;
        }
    }
    return size == 0;
}

/* The value at a place of the answer, which is well-formed; null where there is none. */
static inline const char *sealedmatch_kit_find_(const sealedmatch_kit *kit, const char *place) {
    if (!kit->answer || kit->answer_size == 0) return NULL;
    const char *at = kit->answer, *end = kit->answer + kit->answer_size;
    while (*place == '/') {
        const char *step = ++place;
        place += strcspn(place, "/");
        size_t size = (size_t)(place - step), index = 0, wanted = 0;
        at = sealedmatch_json_blank_(at, end);
        const char opening = *at;
        if (opening != '{' && opening != '[') return NULL;
        if (opening == '[') {
            if (size == 0 || size > 9 || (size > 1 && *step == '0')) return NULL;
            for (size_t i = 0; i < size; i++) {
                if (step[i] < '0' || step[i] > '9') return NULL;
                wanted = 10 * wanted + (size_t)(step[i] - '0');
            }
        }
        at = sealedmatch_json_blank_(at + 1, end);
        for (;; index++) {
            if (*at == '}' || *at == ']') return NULL;
            bool found = opening == '[' ? index == wanted : sealedmatch_json_is_(at, end, step, size);
            if (opening == '{') at = sealedmatch_json_blank_(sealedmatch_json_text_(at, end), end) + 1;
            if (found) break;
            at = sealedmatch_json_value_(at, end, SEALEDMATCH_KIT_DEPTH_MAXIMUM);
            if (*at == ',') at = sealedmatch_json_blank_(at + 1, end);
        }
    }
    return *place ? NULL : sealedmatch_json_blank_(at, end);
}

static inline bool sealedmatch_kit_misses_(sealedmatch_kit *kit, const char *place, const char *what) {
    return sealedmatch_kit_fails_(kit, "%s: no %s in the answer %.300s", place, what,
                                  kit->answer && kit->answer_size ? kit->answer : "");
}

/* -- What an answer says */

/* A text, ended by a zero byte. Null if there is none at this place, or one with a zero byte in it. */
static inline const char *sealedmatch_kit_text(sealedmatch_kit *kit, const char *place) {
    const char *at = sealedmatch_kit_find_(kit, place);
    if (!at || *at != '"') {
        sealedmatch_kit_misses_(kit, place, "text");
        return NULL;
    }
    const char *end = kit->answer + kit->answer_size;
    /* An escape is never shorter than what it stands for. */
    char *text = (char *)sealedmatch_kit_allocate_(kit, (size_t)(sealedmatch_json_text_(at, end) - at) + 4);
    if (!text) return NULL;
    size_t length = 0, count;
    for (at++; *at != '"'; length += count) {
        at = sealedmatch_json_character_(at, end, text + length, &count);
        if (text[length] == 0) {
            sealedmatch_kit_misses_(kit, place, "text without a zero byte");
            return NULL;
        }
    }
    text[length] = 0;
    return text;
}

/* An integer. */
static inline bool sealedmatch_kit_number(sealedmatch_kit *kit, const char *place, int64_t *number) {
    const char *at = sealedmatch_kit_find_(kit, place);
    if (!at || (*at != '-' && (*at < '0' || *at > '9'))) return sealedmatch_kit_misses_(kit, place, "integer");
    char *behind;
    errno = 0;
    long long value = strtoll(at, &behind, 10);
    if (errno || *behind == '.' || *behind == 'e' || *behind == 'E')
        return sealedmatch_kit_misses_(kit, place, "integer of 64 bits");
    *number = value;
    return true;
}

/* True or false. */
static inline bool sealedmatch_kit_truth(sealedmatch_kit *kit, const char *place, bool *truth) {
    const char *at = sealedmatch_kit_find_(kit, place);
    if (!at || (*at != 't' && *at != 'f')) return sealedmatch_kit_misses_(kit, place, "truth value");
    *truth = *at == 't';
    return true;
}

/* Whether there is a value at this place, and it is not null. */
static inline bool sealedmatch_kit_has(const sealedmatch_kit *kit, const char *place) {
    const char *at = sealedmatch_kit_find_(kit, place);
    return at && *at != 'n';
}

/* How many elements a list has. */
static inline bool sealedmatch_kit_count(sealedmatch_kit *kit, const char *place, size_t *count) {
    const char *at = sealedmatch_kit_find_(kit, place);
    if (!at || *at != '[') return sealedmatch_kit_misses_(kit, place, "list");
    const char *end = kit->answer + kit->answer_size;
    *count = 0;
    for (at = sealedmatch_json_blank_(at + 1, end); *at != ']'; (*count)++) {
        at = sealedmatch_json_value_(at, end, SEALEDMATCH_KIT_DEPTH_MAXIMUM);
        if (*at == ',') at++;
    }
    return true;
}

/* Bytes that are written as base64. */
static inline const uint8_t *sealedmatch_kit_bytes(sealedmatch_kit *kit, const char *place, size_t *count) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *text = sealedmatch_kit_text(kit, place);
    if (!text) return NULL;
    size_t size = strlen(text), padding = 0;
    uint8_t *bytes = size % 4 ? NULL : (uint8_t *)sealedmatch_kit_allocate_(kit, size / 4 * 3 + 1);
    uint32_t word = 0;
    while (bytes && padding < 2 && padding < size && text[size - 1 - padding] == '=') padding++;
    *count = 0;
    for (size_t i = 0; bytes && i < size - padding; i++) {
        const char *digit = strchr(alphabet, text[i]);
        if (!digit) {
            bytes = NULL;
            break;
        }
        word = word << 6 | (uint32_t)(digit - alphabet);
        if (i % 4) bytes[(*count)++] = (uint8_t)(word >> (6 - 2 * (i % 4)));
    }
    /* Bits behind the last byte are zero: each string of bytes is written in one way. */
    if (bytes && (padding == 0 || (word & (padding == 1 ? 3U : 15U)) == 0)) return bytes;
    sealedmatch_kit_misses_(kit, place, "base64");
    return NULL;
}

/* Bytes that are written in hexadecimal digits; exactly `count` of them. */
static inline bool sealedmatch_kit_digits(sealedmatch_kit *kit, const char *place, uint8_t *bytes, size_t count) {
    const char *text = sealedmatch_kit_text(kit, place);
    if (!text) return false;
    bool good = strlen(text) == 2 * count;
    for (size_t i = 0; good && i < count; i++) {
        int high = sealedmatch_json_digit_(text[2 * i]), low = sealedmatch_json_digit_(text[2 * i + 1]);
        good = high >= 0 && low >= 0;
        if (good) bytes[i] = (uint8_t)(high << 4 | low);
    }
    return good ? true : sealedmatch_kit_misses_(kit, place, "hexadecimal digits of this number");
}

/* Bytes as base64, for a request. Null: out of memory. */
static inline const char *sealedmatch_kit_base64(sealedmatch_kit *kit, const void *data, size_t count) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *bytes = (const uint8_t *)data;
    char *text = (char *)sealedmatch_kit_allocate_(kit, (count + 2) / 3 * 4 + 1), *next = text;
    for (size_t i = 0; text && i < count; i += 3) {
        size_t here = count - i < 3 ? count - i : 3;
        uint32_t word = (uint32_t)bytes[i] << 16;
        if (here > 1) word |= (uint32_t)bytes[i + 1] << 8;
        if (here > 2) word |= bytes[i + 2];
        for (size_t digit = 0; digit < 4; digit++)
            *next++ = digit <= here ? alphabet[word >> (18 - 6 * digit) & 63] : '=';
    }
    if (text) *next = 0;
    return text;
}

/* -- The program */

/* Sends a request, {"call": ...} without an id, and reads its answer. True if that is a result; if it is an error, its
 * code is at "/error/code". The request is a format as printf's; a text that is put in must need no escapes, as base64
 * and hexadecimal digits. */
SEALEDMATCH_PRINTS(2, 3)
static inline bool sealedmatch_kit_ask(sealedmatch_kit *kit, const char *request, ...) {
    va_list arguments, again;
    va_start(arguments, request);
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, request, arguments);
    char *line = size < 0 ? NULL : (char *)malloc((size_t)size + 64);
    char *body = line ? line + 48 : NULL;
    if (body) vsnprintf(body, (size_t)size + 1, request, again);
    va_end(again);
    va_end(arguments);
    /* No longer needed: what was put in is copied. */
    sealedmatch_kit_forget_(kit);
    kit->answer_size = 0;
    bool good = false;
    if (kit->channel < 0) {
        sealedmatch_kit_fails_(kit, "sealedmatch kit does not run: it was not started, or has failed, or was ended");
    } else if (!body) {
        sealedmatch_kit_fails_(kit, "out of memory, or a format that cannot be written");
    } else if (*body != '{' || memchr(body, '\n', (size_t)size) ||
               sealedmatch_json_value_(body, body + size, SEALEDMATCH_KIT_DEPTH_MAXIMUM) != body + size) {
        sealedmatch_kit_fails_(kit, "a request is one JSON object in one line, not %.300s", body);
    } else if ((size_t)size + 48 > SEALEDMATCH_KIT_REQUEST_MAXIMUM) {
        sealedmatch_kit_fails_(kit, "the request has %d bytes; a line has at most 64 MiB", size);
    } else {
        /* The id goes before what the caller wrote, in the place that was left for it. */
        char identity[48];
        const char *comma = *sealedmatch_json_blank_(body + 1, body + size) == '}' ? "" : ",";
        int length = snprintf(identity, sizeof identity, "{\"id\": %lld%s", (long long)++kit->requests, comma);
        char *start = body + 1 - length;
        memcpy(start, identity, (size_t)length);
        body[size] = '\n';
        good = sealedmatch_kit_exchange_(kit, start, (size_t)(body + size + 1 - start));
    }
    free(line);
    if (!good) {
        kit->answer_size = 0;
        return false;
    }
    const char *end = kit->answer + kit->answer_size;
    int64_t id = 0;
    bool is_test = false;
    good = memchr(kit->answer, 0, kit->answer_size) == NULL && *kit->answer == '{' &&
           sealedmatch_json_value_(kit->answer, end, SEALEDMATCH_KIT_DEPTH_MAXIMUM) == end &&
           sealedmatch_kit_number(kit, "/id", &id) && id == kit->requests &&
           sealedmatch_kit_truth(kit, "/test", &is_test) && is_test &&
           sealedmatch_kit_has(kit, "/result") != sealedmatch_kit_has(kit, "/error");
    if (!good) {
        char what[400];
        snprintf(what, sizeof what, "wrote what is no answer: %.300s", kit->answer);
        kit->answer_size = 0;
        return sealedmatch_kit_breaks_(kit, what);
    }
    if (sealedmatch_kit_has(kit, "/result")) return true;
    const char *code = sealedmatch_kit_text(kit, "/error/code"), *message = sealedmatch_kit_text(kit, "/error/message");
    return sealedmatch_kit_fails_(kit, "%s [%s]", message ? message : "an error", code ? code : "without a code");
}

/* Starts the program: `tool`, or null for what SEALEDMATCH_TOOL names, or else `sealedmatch` on PATH. Its standard
 * error is the test's. */
static inline bool sealedmatch_kit_start(sealedmatch_kit *kit, const char *tool) {
    memset(kit, 0, sizeof *kit);
    kit->channel = -1;
    kit->patience = 300000;
    if (!tool) tool = getenv("SEALEDMATCH_TOOL");
    if (!tool || !*tool) tool = "sealedmatch";
    int pair[2], ends[2];
    /* One socket for both directions: unlike a pipe it can be told to send no signal. */
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        return sealedmatch_kit_fails_(kit, "no socket: %s", strerror(errno));
    for (int i = 0; i < 2; i++) {
        /* Not 0, 1 or 2, which the program gets as its own; and no other program gets it. */
        ends[i] = fcntl(pair[i], F_DUPFD_CLOEXEC, 3);
        close(pair[i]);
    }
    posix_spawn_file_actions_t actions;
    int problem = posix_spawn_file_actions_init(&actions);
    if (problem == 0) {
        problem = ends[0] < 0 || ends[1] < 0 ? EMFILE : 0;
        if (problem == 0) problem = posix_spawn_file_actions_adddup2(&actions, ends[1], 0);
        if (problem == 0) problem = posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
        /* The call takes what it does not change as not constant. */
        char *arguments[] = {(char *)(uintptr_t)tool, (char *)(uintptr_t)"kit", NULL};
        if (problem == 0) problem = posix_spawnp(&kit->process, tool, &actions, NULL, arguments, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    if (ends[1] >= 0) close(ends[1]);
    kit->channel = ends[0];
    if (problem != 0) {
        kit->process = 0;
        sealedmatch_kit_breaks_(kit, "");
        return sealedmatch_kit_fails_(kit, "%.300s: %s; install sealedmatch, or name it by SEALEDMATCH_TOOL", tool,
                                      strerror(problem));
    }
    int64_t version = 0;
    if (!sealedmatch_kit_ask(kit, SEALEDMATCH_JSON({"call" : "hello"}))) return false;
    if (!sealedmatch_kit_number(kit, "/result/kit", &version) || version != 1)
        return sealedmatch_kit_breaks_(kit, "speaks another version; take header and program of the same release");
    return true;
}

/* Ends the program by the end of its input, and frees everything. False if it did not end well; once is enough. */
static inline bool sealedmatch_kit_end(sealedmatch_kit *kit) {
    bool good = true;
    if (kit->channel >= 0) {
        int64_t deadline = sealedmatch_kit_clock_() + kit->patience;
        char rest[4096];
        ssize_t count = 1;
        shutdown(kit->channel, SHUT_WR);
        while (count > 0 && sealedmatch_kit_clock_() < deadline && sealedmatch_kit_wait_(kit, POLLIN, deadline)) do
                count = recv(kit->channel, rest, sizeof rest, 0);
            while (count < 0 && errno == EINTR);
        int status = 0;
        pid_t ended;
        while ((ended = waitpid(kit->process, &status, WNOHANG)) == 0 && sealedmatch_kit_clock_() < deadline) {
            struct timespec moment = {0, 1000000};
            nanosleep(&moment, NULL);
        }
        if (ended == 0) {
            good = sealedmatch_kit_breaks_(kit, "did not end with its input");
        } else {
            kit->process = 0;
            close(kit->channel);
            kit->channel = -1;
            if (ended < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
                good = sealedmatch_kit_fails_(kit, "sealedmatch kit did not end well (status %d)", status);
        }
    }
    sealedmatch_kit_forget_(kit);
    free(kit->answer);
    kit->answer = NULL;
    kit->answer_size = kit->capacity = 0;
    return good;
}

#ifdef __cplusplus
}
#endif

#endif
