/* Random sequences of calls of the C interface with hostile arguments: libFuzzer's input is a program of calls. A call
 * may fail with any documented code; it may not crash, leak, write beyond a buffer, hang, or give a code that has no
 * text. Memory is allocated with just the size that is told to the library, so that AddressSanitizer sees the first
 * byte too many.
 *
 * The environment names a signed set and its sources' keys: Tests/Fuzzing/README.md.
 */
#include <sealedmatch.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HANDLES = 4 };

static uint8_t keys[16][32], *set_bytes;
static size_t key_count, set_count;
static const char *set_path;
static char directory[64];
static uint64_t real_now;

/* The rest of the input. */
static const uint8_t *input;
static size_t left;

static uint8_t byte(void) {
    if (left == 0) return 0;
    left--;
    return *input++;
}

static uint64_t word(void) {
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) value = value << 8 | byte();
    return value;
}

/* Numbers near where arithmetic goes wrong. */
static uint64_t number(void) {
    switch (byte() % 12) {
    case 0:
        return 0;
    case 1:
        return 1;
    case 2:
        return UINT64_MAX - byte();
    case 3:
        return (uint64_t)INT64_MAX + byte();
    case 4:
        return (uint64_t)1 << (byte() & 63);
    case 5:
        return (uint64_t)UINT32_MAX + byte();
    case 6:
        return word();
    case 7:
        return UINT64_MAX / (byte() + 1u);
    case 8:
        return byte() * 32u;
    default:
        return byte();
    }
}

static uint64_t now(void) {
    switch (byte() % 8) {
    case 0:
        return number();
    case 1:
        return real_now + (uint64_t)byte() * 2592000;
    case 2:
        return real_now - (uint64_t)byte() * 2592000;
    default:
        return real_now + byte();
    }
}

/* Memory of exactly `count` bytes from the input, repeated. */
static uint8_t *filled(size_t count) {
    uint8_t *bytes = malloc(count ? count : 1);
    if (!bytes) abort();
    const uint8_t first = byte();
    for (size_t i = 0; i < count; i++) bytes[i] = left > 0 && i < 64 ? byte() : (uint8_t)(first + 7 * i);
    return bytes;
}

static void checked(int32_t code) {
    static const char *unknown;
    if (!unknown) unknown = sealedmatch_error_text(-1);
    if (code < 0 || sealedmatch_error_text(code) == unknown) {
        fprintf(stderr, "an undocumented code: %d\n", code);
        abort();
    }
}

/* What is open; used and closed handles stay, and are tried again. */
static sealedmatch_set sets[HANDLES];
static sealedmatch_secret secrets[HANDLES];
static sealedmatch_sealer sealers[HANDLES];
static sealedmatch_client clients[HANDLES];
static sealedmatch_outbox outboxes[HANDLES];
static sealedmatch_video videos[HANDLES];
static sealedmatch_item last_item;
static sealedmatch_entry last_entry;
static uint8_t last_voucher[SEALEDMATCH_VOUCHER_BYTES_MAXIMUM], last_state[1 << 16], last_secret[40];
static size_t last_voucher_count, last_state_count;

#define PICK(table) (table[byte() % HANDLES])
/* Now and then a number that is no handle, or another kind's. */
#define TWIST(handle)                                                                                                  \
    do {                                                                                                               \
        const uint8_t twist_ = byte();                                                                                 \
        if (twist_ < 16)                                                                                               \
            (handle).id ^= (uint64_t)1 << (word() & 63);                                                               \
        else if (twist_ < 24)                                                                                          \
            (handle).id = word();                                                                                      \
        else if (twist_ < 32)                                                                                          \
            (handle).id = PICK(sealers).id;                                                                            \
    } while (0)

static void open_set(void) {
    sealedmatch_trust trust, *given = byte() < 8 ? NULL : &trust;
    checked(sealedmatch_trust_defaults(&trust, sizeof trust));
    trust.sources = keys[0];
    trust.source_count = key_count;
    trust.minimum_signatures = 1;
    trust.minimum_entries = 1;
    uint8_t *odd = NULL;
    switch (byte() % 16) {
    case 0:
        trust.size = (uint32_t)number();
        break;
    case 1:
        trust.sources = NULL;
        break;
    case 2:
        trust.source_count = byte();
        trust.sources = odd = filled(32 * trust.source_count);
        break;
    case 3:
        trust.minimum_signatures = (uint32_t)number();
        break;
    case 4:
        trust.minimum_threshold = (uint32_t)number();
        break;
    case 5:
        trust.minimum_entries = number();
        break;
    case 6:
        trust.maximum_cells = number();
        break;
    case 7:
        trust.source_count = SIZE_MAX - byte();
        break;
    case 8:
        trust.minimum_probes = (uint32_t)number();
        break;
    case 9:
        trust.maximum_check_levels[byte() % sizeof trust.maximum_check_levels] = byte();
        break;
    default:
        break;
    }
    sealedmatch_set *place = &PICK(sets), opened = {0};
    const uint64_t at = now(), last = byte() < 16 ? number() : 0;
    if (place->id != 0) sealedmatch_set_close(*place);
    if (byte() & 1) {
        checked(sealedmatch_set_open(set_path, given, at, last, byte() < 4 ? NULL : &opened));
    } else {
        size_t count = set_count;
        uint8_t *copy = malloc(count);
        if (!copy) abort();
        memcpy(copy, set_bytes, count);
        const uint8_t kind = byte();
        if (kind < 64) {
            for (int i = 0; i <= kind % 4; i++)
                copy[(kind < 48 ? word() % 4096 : word()) % count] ^= (uint8_t)(1 + byte() % 255);
        } else if (kind < 80) {
            count = word() % count;
            copy = realloc(copy, count + 1);
        }
        checked(sealedmatch_set_open_memory(byte() < 4 ? NULL : copy, count, given, at, last, &opened));
        free(copy);
    }
    *place = opened;
    free(odd);
}

static void describe(void) {
    sealedmatch_set set = PICK(sets);
    sealedmatch_set_info info;
    TWIST(set);
    checked(sealedmatch_set_describe(set, byte() < 16 ? NULL : &info, byte() < 32 ? (size_t)number() : sizeof info));
}

struct pixels {
    uint8_t *bytes;
    size_t count, row;
    uint32_t width, height, format;
};

static struct pixels make_pixels(void) {
    struct pixels made;
    made.width = byte() < 32 ? (uint32_t)number() : 1u + byte() % 100,
    made.height = byte() < 32 ? (uint32_t)number() : 1u + byte() % 100;
    made.format = byte() < 16 ? (uint32_t)number() : 1u + byte() % 4;
    const size_t pixel = made.format == 1 ? 1 : made.format == 2 ? 3 : 4;
    made.row = byte() < 64 ? (size_t)number() : pixel * made.width + byte() % 5;
    /* Exactly enough, one too few, or a guess; never more than there is. */
    if (__builtin_mul_overflow(made.row, (size_t)made.height - 1, &made.count) ||
        __builtin_add_overflow(made.count, pixel * made.width, &made.count) || made.count > 1 << 20)
        made.count = 4096;
    if (byte() < 64 && made.count > 0) made.count -= 1 + byte() % made.count;
    made.bytes = filled(made.count);
    return made;
}

static void make_item(void) {
    sealedmatch_item item;
    uint8_t *bytes = NULL;
    int32_t code = SEALEDMATCH_BAD_ARGUMENT;
    switch (byte() % 4) {
    case 0: {
        const struct pixels given = make_pixels();
        bytes = given.bytes;
        code = sealedmatch_item_picture(byte() < 8 ? NULL : bytes, given.count, given.width, given.height, given.row,
                                        given.format, byte() < 8 ? NULL : &item);
        break;
    }
    case 1:
        bytes = filled(32);
        code = sealedmatch_item_exact(byte() < 8 ? NULL : bytes, &item);
        break;
    case 2:
        code = sealedmatch_item_unreadable(byte() < 8 ? NULL : &item);
        break;
    default:
        item = last_item;
        for (int i = 0; i <= byte() % 3; i++) item.bytes[word() % sizeof item.bytes] ^= byte();
        code = SEALEDMATCH_OK;
    }
    checked(code);
    if (code == SEALEDMATCH_OK) last_item = item;
    uint8_t hash[32];
    uint32_t quality;
    checked(sealedmatch_item_pdq(&last_item, byte() < 8 ? NULL : hash, &quality));
    free(bytes);
}

static void use_video(void) {
    sealedmatch_video *place = &PICK(videos), video = *place, opened = {0};
    TWIST(video);
    switch (byte() % 4) {
    case 0: {
        const int32_t code = sealedmatch_video_open(byte() < 8 ? NULL : &opened);
        checked(code);
        if (code == SEALEDMATCH_OK) {
            sealedmatch_video_close(*place);
            *place = opened;
        }
        break;
    }
    case 1:
    case 2: {
        /* A still shot of one to eight samples. */
        const struct pixels given = make_pixels();
        for (int i = 0; i <= byte() % 8; i++)
            checked(sealedmatch_video_sample(video, byte() < 8 ? NULL : given.bytes, given.count, given.width,
                                             given.height, given.row, given.format));
        free(given.bytes);
        break;
    }
    default:
        checked(sealedmatch_video_close(video));
    }
}

static void use_secret(void) {
    sealedmatch_secret *place = &PICK(secrets), secret = *place, opened = {0};
    TWIST(secret);
    switch (byte() % 6) {
    case 0:
        if (place->id != 0) sealedmatch_secret_close(*place);
        checked(sealedmatch_secret_create(PICK(sets), now(), &opened));
        *place = opened;
        break;
    case 1: {
        const size_t count = byte() < 32 ? byte() : 40;
        uint8_t *bytes = filled(count);
        if (count == 40 && byte() < 200) memcpy(bytes, last_secret, 40);
        if (place->id != 0) sealedmatch_secret_close(*place);
        checked(sealedmatch_secret_import(byte() < 8 ? NULL : bytes, byte() < 8 ? SIZE_MAX - byte() : count, &opened));
        *place = opened;
        free(bytes);
        break;
    }
    case 2: {
        const size_t capacity = byte() < 64 ? byte() : 40;
        uint8_t *buffer = malloc(capacity ? capacity : 1);
        size_t count = 0;
        const int32_t code =
            sealedmatch_secret_export(secret, byte() < 8 ? NULL : buffer, capacity, byte() < 8 ? NULL : &count);
        checked(code);
        if (code == SEALEDMATCH_OK && count == 40) memcpy(last_secret, buffer, 40);
        free(buffer);
        break;
    }
    case 3:
        checked(sealedmatch_secret_ratchet(secret, now()));
        break;
    case 4: {
        uint8_t account[32] = {byte()}, commitment[32];
        checked(sealedmatch_secret_commitment(secret, PICK(sets), byte() < 8 ? NULL : account,
                                              byte() < 8 ? NULL : commitment));
        break;
    }
    default:
        checked(sealedmatch_secret_close(secret));
    }
}

static void use_sealer(void) {
    sealedmatch_sealer *place = &PICK(sealers), sealer = *place, opened = {0};
    TWIST(sealer);
    switch (byte() % 8) {
    case 0: {
        uint8_t account[32] = {byte()}, *state = NULL;
        size_t count = 0;
        const uint8_t kind = byte();
        if (kind < 64) {
            count = kind < 32 ? byte() : last_state_count;
            state = filled(count);
            if (kind >= 32 && count > 0) {
                memcpy(state, last_state, count);
                if (kind < 56) state[word() % count] ^= byte();
            }
        }
        if (place->id != 0) sealedmatch_sealer_close(*place);
        checked(sealedmatch_sealer_open(PICK(sets), PICK(secrets), byte() < 8 ? NULL : account, state,
                                        kind == 255 ? SIZE_MAX : count, now(), &opened));
        *place = opened;
        free(state);
        break;
    }
    case 1: {
        int32_t is_new;
        checked(sealedmatch_sealer_advance(sealer, now(), byte() < 8 ? NULL : &is_new));
        break;
    }
    case 2:
        checked(sealedmatch_sealer_adopt(sealer, PICK(sets)));
        break;
    case 3: {
        uint8_t *state = filled(last_state_count);
        memcpy(state, last_state, last_state_count);
        if (last_state_count > 0 && (byte() & 1)) state[word() % last_state_count] ^= byte();
        checked(sealedmatch_sealer_merge(sealer, byte() < 8 ? NULL : state, last_state_count));
        free(state);
        break;
    }
    case 4:
    case 5: {
        const size_t note_count = byte() < 16 ? (size_t)number() : byte(),
                     there = note_count < 1 << 16 ? note_count : 64;
        uint8_t *note = filled(there);
        const size_t capacity = byte() < 32 ? byte() : byte() < 32 ? 4415 : 4416;
        uint8_t *buffer = malloc(capacity ? capacity : 1);
        size_t count = 0;
        int32_t code;
        /* A length that is not there may be told only where it must be refused unread. */
        if (note_count == there || note_count > 24336)
            code = byte() < 96
                       ? sealedmatch_sealer_seal_video(sealer, PICK(videos), note, note_count,
                                                       byte() < 8 ? NULL : buffer, capacity, &count)
                       : sealedmatch_sealer_seal(sealer, byte() < 8 ? NULL : &last_item, byte() < 8 ? NULL : note,
                                                 note_count, byte() < 8 ? NULL : buffer, capacity, &count);
        else
            code = SEALEDMATCH_OK;
        checked(code);
        if (code == SEALEDMATCH_OK && count > 0) memcpy(last_voucher, buffer, last_voucher_count = count);
        free(buffer);
        free(note);
        break;
    }
    case 6: {
        const size_t capacity = byte() < 64 ? byte() : sizeof last_state;
        uint8_t *buffer = malloc(capacity ? capacity : 1);
        size_t count = 0;
        if (byte() & 1) {
            const int32_t code = sealedmatch_sealer_state(sealer, buffer, capacity, &count);
            checked(code);
            if (code == SEALEDMATCH_OK) memcpy(last_state, buffer, last_state_count = count);
        } else {
            checked(sealedmatch_sealer_secret(sealer, buffer, capacity, byte() < 8 ? NULL : &count));
        }
        uint8_t registration[SEALEDMATCH_REGISTRATION_BYTES];
        checked(sealedmatch_sealer_registration(sealer, byte() < 8 ? NULL : registration));
        free(buffer);
        break;
    }
    default:
        checked(sealedmatch_sealer_close(sealer));
    }
}

/* A path that exists, is odd, or is no text. */
static const char *some_path(char *space, size_t size) {
    switch (byte() % 10) {
    case 0:
        return NULL;
    case 1:
        return "";
    case 2:
        return "/dev/null";
    case 3:
        return "/nonexistent/directory";
    case 4:
        memset(space, byte() | 1, size - 1);
        space[size - 1] = 0;
        return space;
    default:
        snprintf(space, size, "%s/%c", directory, 'a' + byte() % 3);
        return space;
    }
}

static void use_client(void) {
    sealedmatch_client *place = &PICK(clients), client = *place, opened = {0};
    char space[4200];
    size_t count = 0, unreadable;
    sealedmatch_entry entry;
    TWIST(client);
    switch (byte() % 10) {
    case 0: {
        uint8_t account[32] = {byte()};
        if (place->id != 0) sealedmatch_client_close(*place);
        checked(sealedmatch_client_open(some_path(space, sizeof space), PICK(sets), byte() < 8 ? NULL : account,
                                        PICK(secrets), byte() < 128 ? 0 : number(), now(), &opened));
        *place = opened;
        break;
    }
    case 1: {
        const size_t capacity = byte() < 128 ? byte() : 4096;
        uint8_t *buffer = malloc(capacity ? capacity : 1);
        checked(sealedmatch_client_registrations(client, byte() < 8 ? NULL : buffer, capacity, &count));
        free(buffer);
        break;
    }
    case 2: {
        const size_t note_count = byte();
        uint8_t *note = filled(note_count);
        checked(byte() < 96
                    ? sealedmatch_client_seal_video(client, PICK(videos), byte() < 8 ? NULL : note, note_count, now())
                    : sealedmatch_client_seal(client, byte() < 8 ? NULL : &last_item, byte() < 8 ? NULL : note,
                                              note_count, now()));
        free(note);
        break;
    }
    case 3: {
        const size_t capacity = byte() < 64 ? byte() : 4416;
        uint8_t *buffer = malloc(capacity ? capacity : 1);
        const int32_t code = sealedmatch_client_next(client, byte() < 128 ? NULL : &last_entry, now(),
                                                     byte() < 8 ? NULL : &entry, byte() < 8 ? NULL : buffer, capacity,
                                                     byte() < 8 ? NULL : &count, byte() < 8 ? NULL : &unreadable);
        checked(code);
        if (code == SEALEDMATCH_OK && count > 0) last_entry = entry;
        free(buffer);
        break;
    }
    case 4:
        if (byte() < 32) last_entry.bytes[byte() % 24] ^= byte();
        checked(sealedmatch_client_acknowledge(client, byte() < 8 ? NULL : &last_entry));
        break;
    case 5:
        checked(sealedmatch_client_refuse(client, byte() < 8 ? NULL : &last_entry));
        break;
    case 6: {
        const size_t capacity = byte() < 64 ? byte() : 4096;
        uint8_t *buffer = malloc(capacity ? capacity : 1);
        checked(byte() < 128 ? sealedmatch_client_secret(client, byte() < 8 ? NULL : buffer, capacity, &count)
                             : sealedmatch_client_state(client, byte() < 8 ? NULL : buffer, capacity,
                                                        byte() < 8 ? NULL : &count));
        free(buffer);
        break;
    }
    case 7: {
        const size_t capacity = 4096;
        uint8_t *buffer = malloc(capacity);
        if (sealedmatch_client_state(PICK(clients), buffer, capacity, &count) == SEALEDMATCH_OK) {
            if (count > 0 && byte() < 64) buffer[word() % count] ^= byte();
            checked(
                sealedmatch_client_merge(client, byte() < 8 ? NULL : buffer, byte() < 8 ? SIZE_MAX - byte() : count));
        }
        free(buffer);
        break;
    }
    case 8: {
        uint8_t commitment[32], name[256];
        memset(name, byte(), sizeof name);
        checked(sealedmatch_client_commitment(client, byte() < 8 ? NULL : commitment));
        checked(sealedmatch_account(byte() < 8 ? NULL : name, byte(), byte() < 8 ? NULL : commitment));
        break;
    }
    default:
        checked(sealedmatch_client_close(client));
    }
}

static void use_outbox(void) {
    sealedmatch_outbox *place = &PICK(outboxes), outbox = *place, opened = {0};
    char space[4200];
    size_t count = 0, unreadable;
    sealedmatch_entry entry;
    TWIST(outbox);
    switch (byte() % 6) {
    case 0:
        if (place->id != 0) sealedmatch_outbox_close(*place);
        checked(sealedmatch_outbox_open(some_path(space, sizeof space), byte() < 128 ? 0 : number(), &opened));
        *place = opened;
        break;
    case 1: {
        const size_t size = byte() < 64 ? byte() * 100u : last_voucher_count;
        uint8_t *voucher = filled(size);
        if (size == last_voucher_count) memcpy(voucher, last_voucher, size);
        if (size > 0 && byte() < 64) voucher[word() % (size < 96 ? size : 96)] ^= byte();
        checked(
            sealedmatch_outbox_put(outbox, byte() < 8 ? NULL : voucher, byte() < 8 ? SIZE_MAX - byte() : size, now()));
        free(voucher);
        break;
    }
    case 2: {
        const size_t capacity = byte() < 64 ? byte() : 4416;
        uint8_t *buffer = malloc(capacity ? capacity : 1);
        checked(sealedmatch_outbox_next(outbox, byte() < 128 ? NULL : &last_entry, now(), &entry, buffer, capacity,
                                        &count, &unreadable));
        free(buffer);
        break;
    }
    case 3:
        checked(sealedmatch_outbox_acknowledge(outbox, byte() < 8 ? NULL : &last_entry));
        break;
    case 4:
        checked(sealedmatch_outbox_refuse(outbox, byte() < 8 ? NULL : &last_entry));
        break;
    default:
        checked(sealedmatch_outbox_close(outbox));
    }
}

static void close_all(void) {
    for (int i = 0; i < HANDLES; i++) {
        sealedmatch_set_close(sets[i]);
        sealedmatch_secret_close(secrets[i]);
        sealedmatch_sealer_close(sealers[i]);
        sealedmatch_client_close(clients[i]);
        sealedmatch_outbox_close(outboxes[i]);
        sealedmatch_video_close(videos[i]);
    }
    memset(sets, 0, sizeof sets);
    memset(secrets, 0, sizeof secrets);
    memset(sealers, 0, sizeof sealers);
    memset(clients, 0, sizeof clients);
    memset(outboxes, 0, sizeof outboxes);
    memset(videos, 0, sizeof videos);
}

/* Now and then a file of a client is damaged or removed. */
static void disturb_files(void) {
    char space[512];
    snprintf(space, sizeof space, "%s/%c%s", directory, 'a' + byte() % 3, byte() & 1 ? "/outbox" : "");
    DIR *listing = opendir(space);
    if (!listing) return;
    struct dirent *found;
    const uint8_t kind = byte();
    for (int skip = byte() % 4; (found = readdir(listing)) && (found->d_name[0] == '.' || skip-- > 0);) {
    }
    if (found && found->d_name[0] != '.' && strcmp(found->d_name, "outbox") != 0) {
        char file[1024];
        snprintf(file, sizeof file, "%s/%s", space, found->d_name);
        if (kind < 128) {
            unlink(file);
        } else {
            FILE *stream = fopen(file, "r+b");
            if (stream) {
                fseek(stream, byte(), SEEK_SET);
                fputc(byte(), stream);
                if (kind < 160) (void)!ftruncate(fileno(stream), byte());
                fclose(stream);
            }
        }
    }
    closedir(listing);
}

static void remove_tree(const char *path) {
    DIR *listing = opendir(path);
    if (!listing) {
        unlink(path);
        return;
    }
    for (struct dirent *found; (found = readdir(listing));) {
        if (strcmp(found->d_name, ".") == 0 || strcmp(found->d_name, "..") == 0) continue;
        char inner[1024];
        snprintf(inner, sizeof inner, "%s/%s", path, found->d_name);
        remove_tree(inner);
    }
    closedir(listing);
    rmdir(path);
}

static void finish(void) {
    close_all();
    remove_tree(directory);
}

int LLVMFuzzerInitialize(int *count, char ***arguments) {
    (void)count;
    (void)arguments;
    set_path = getenv("SEALEDMATCH_FUZZ_SET");
    const char *list = getenv("SEALEDMATCH_FUZZ_KEYS"), *clock = getenv("SEALEDMATCH_FUZZ_NOW");
    FILE *file = set_path ? fopen(set_path, "rb") : NULL;
    if (!file || !list || !clock) {
        fprintf(stderr, "SEALEDMATCH_FUZZ_SET, _KEYS and _NOW are needed\n");
        exit(2);
    }
    for (const char *at = list; *at && key_count < 16; at += strspn(at, " ")) {
        for (int i = 0; i < 32; i++, at += 2)
            if (sscanf(at, "%2hhx", &keys[key_count][i]) != 1) exit(2);
        key_count++;
    }
    real_now = strtoull(clock, NULL, 10);
    fseek(file, 0, SEEK_END);
    set_count = (size_t)ftell(file);
    rewind(file);
    set_bytes = malloc(set_count);
    if (!set_bytes || fread(set_bytes, 1, set_count, file) != set_count) exit(2);
    fclose(file);
    snprintf(directory, sizeof directory, "%s/fuzz-abi-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!mkdtemp(directory)) exit(2);
    atexit(finish);
    return 0;
}

/* Guarded memory is mapped, not allocated, so that no leak checker sees it. */
static void check_mappings(void) {
    static int first;
    int lines = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    if (!maps) abort();
    for (int c; (c = getc(maps)) != EOF;) lines += c == '\n';
    fclose(maps);
    if (first == 0) first = lines;
    if (lines > first + 500) {
        fprintf(stderr, "guarded memory is lost: %d mappings, %d at first\n", lines, first);
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    input = data;
    left = size;
    /* Sound state to begin with, most of the time. */
    if (byte() & 3) {
        sealedmatch_trust trust;
        uint8_t account[32] = {1};
        checked(sealedmatch_trust_defaults(&trust, sizeof trust));
        trust.sources = keys[0];
        trust.source_count = key_count;
        trust.minimum_signatures = 1;
        trust.minimum_entries = 1;
        checked(sealedmatch_set_open(set_path, &trust, real_now, 0, &sets[0]));
        checked(sealedmatch_secret_create(sets[0], real_now, &secrets[0]));
        checked(sealedmatch_sealer_open(sets[0], secrets[0], account, NULL, 0, real_now, &sealers[0]));
        checked(sealedmatch_item_unreadable(&last_item));
    }
    for (int calls = 0; left > 0 && calls < 200; calls++) {
        switch (byte() % 13) {
        case 11:
            use_video();
            break;
        case 0:
            open_set();
            break;
        case 1:
            describe();
            break;
        case 2:
        case 3:
            make_item();
            break;
        case 4:
            use_secret();
            break;
        case 5:
        case 6:
        case 7:
            use_sealer();
            break;
        case 8:
            use_client();
            break;
        case 9:
            use_outbox();
            break;
        case 10: {
            sealedmatch_set set = PICK(sets);
            TWIST(set);
            checked(sealedmatch_set_close(set));
            checked(sealedmatch_check_abi((uint32_t)number()));
            break;
        }
        default:
            disturb_files();
        }
    }
    close_all();
    static unsigned runs;
    runs++;
    if (runs % 1024 == 0) check_mappings();
    /* Waiting vouchers would fill the disk. */
    if (runs % 256 == 0) {
        remove_tree(directory);
        if (mkdir(directory, 0700) != 0) abort();
    }
    return 0;
}
