/*
 * SealedMatch for C: what an end-to-end encrypted messenger calls before it encrypts an attachment.
 *
 * The library fingerprints the media, probes a blinded and signed set, and gives back a sealed voucher. Nobody, the
 * caller included, learns from a call or from a voucher whether something matched. This header is the manual;
 * Docs/Embedding.md shows how to link and the usual order of calls, Docs/Protocol.md says what happens inside,
 * Docs/Security.md what it is worth.
 *
 * Results. Every function that can fail returns SEALEDMATCH_OK (0) or a positive code of `enum sealedmatch_code`;
 * sealedmatch_error_text() says it in words. No code, no size and no running time depends on a match. After an error
 * nothing has changed, unless the function says otherwise, and handles to be returned are null ({0}).
 *
 * Handles (sealedmatch_set, _secret, _sealer, _client, _outbox) are numbers, not addresses: a closed, foreign or
 * invented one gives SEALEDMATCH_BAD_HANDLE and no more. The null handle is {0}. At most 4,096 of a kind are open at
 * once (SEALEDMATCH_TOO_MANY_HANDLES). Each is closed by its own function.
 *
 * Memory is the caller's: the library keeps no pointer after a call, and returns none but constant texts. Where a
 * result's size varies, the caller passes `buffer`, its `capacity` in bytes, and `count`. On success *count bytes were
 * written. If they do not fit, nothing is written or changed, *count is what is needed, and the result is
 * SEALEDMATCH_BUFFER_TOO_SMALL; with capacity 0, buffer may be NULL: that is the size query. Other pointers must not be
 * NULL unless stated (SEALEDMATCH_BAD_ARGUMENT), and must point to as many bytes as the declaration says. Arguments
 * must not overlap results.
 *
 * Threads. Every function may be called from any thread at any time. Calls on one secret, sealer, client or outbox run
 * one after another; calls on different ones, on one set too, run in parallel. No lock is held across handles, and the
 * library never calls back into the caller. Closing waits for a running call on the same handle. After fork() only the
 * parent may go on. No function may be called from a signal handler.
 *
 * Times are seconds since 1970 in UTC, from the caller's clock. Paths are UTF-8, at most 4,095 bytes, and absolute
 * where directories are opened: they are kept as text. Numbers in byte
 * encodings are little-endian; an account is the 32 bytes that sealedmatch_account() makes of its name.
 *
 * Limits. If the process runs out of memory inside a call, it ends, as with most allocators; guarded memory for secrets
 * that cannot be had is SEALEDMATCH_OUT_OF_MEMORY. Whoever truncates a set file while it is open ends the process with
 * SIGBUS, as with every mapping: replace set files by renaming.
 */
#ifndef SEALEDMATCH_H
#define SEALEDMATCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* -- Version ------------------------------------------------------------------------------------------------------- */

/* The major number is the SONAME's and changes when a caller must be changed; the minor one grows with additions. */
#define SEALEDMATCH_ABI_MAJOR 4
#define SEALEDMATCH_ABI_MINOR 0
#define SEALEDMATCH_ABI_VERSION ((uint32_t)(SEALEDMATCH_ABI_MAJOR << 16 | SEALEDMATCH_ABI_MINOR))

/* The library's SEALEDMATCH_ABI_VERSION: major << 16 | minor. */
uint32_t sealedmatch_abi_version(void);

/* Whether this library serves a caller that was compiled with `version`: pass SEALEDMATCH_ABI_VERSION.
 * Errors: SEALEDMATCH_WRONG_ABI for another major number, or a greater minor one than the library's. */
int32_t sealedmatch_check_abi(uint32_t version);

/* -- Errors -------------------------------------------------------------------------------------------------------- */

/* The numbers are those of Docs/Protocol.md, section 6, in every language. Most codes that no function below
 * gives are listed too: collector, authority and builder use them. */
enum sealedmatch_code {
    SEALEDMATCH_OK = 0,

    /* Pictures */
    SEALEDMATCH_BAD_DIMENSIONS = 1,
    SEALEDMATCH_TOO_MANY_PIXELS = 2,
    SEALEDMATCH_ROW_TOO_SHORT = 3,
    SEALEDMATCH_BUFFER_TOO_SHORT = 4,
    SEALEDMATCH_BAD_HEXADECIMAL = 5,
    SEALEDMATCH_BAD_HASH_LENGTH = 6,
    SEALEDMATCH_BAD_PROFILE = 7,

    /* The machine */
    SEALEDMATCH_SODIUM_UNAVAILABLE = 101,
    SEALEDMATCH_RANDOM_SOURCE_FAILED = 102,
    SEALEDMATCH_OUT_OF_MEMORY = 103,
    SEALEDMATCH_PRIMITIVE_FAILED = 104,
    SEALEDMATCH_FILE_FAILED = 105,
    SEALEDMATCH_INTERRUPTED = 106,
    SEALEDMATCH_NOT_PRIVATE = 107,

    /* Encodings */
    SEALEDMATCH_WRONG_LENGTH = 201,
    SEALEDMATCH_INVALID_POINT = 202,
    SEALEDMATCH_IDENTITY_POINT = 203,
    SEALEDMATCH_INVALID_SCALAR = 204,
    SEALEDMATCH_INVALID_MAGIC = 206,
    SEALEDMATCH_NON_CANONICAL = 207,
    SEALEDMATCH_PARAMETER_OUT_OF_RANGE = 208,
    SEALEDMATCH_AUTHENTICATION_FAILED = 209,

    /* Sets */
    SEALEDMATCH_BELOW_FLOOR = 301,
    SEALEDMATCH_TOO_FEW_SIGNATURES = 302,
    SEALEDMATCH_INVALID_SIGNATURE = 303,
    SEALEDMATCH_ROOT_MISMATCH = 304,
    SEALEDMATCH_SET_EXPIRED = 305,
    SEALEDMATCH_SET_ROLLED_BACK = 306,
    SEALEDMATCH_UNKNOWN_PROFILE = 307,
    SEALEDMATCH_TOO_MANY_ENTRIES = 308,
    SEALEDMATCH_PEELING_FAILED = 309,
    SEALEDMATCH_SET_NOT_YET_ISSUED = 310,
    SEALEDMATCH_SUPPORT_NOT_CONFIRMED = 311,
    SEALEDMATCH_TEST_SET = 312,
    SEALEDMATCH_PROOF_MISSING = 313,
    SEALEDMATCH_PROOF_OF_OTHER_SET = 314,
    SEALEDMATCH_UNKNOWN_LOG = 315,
    SEALEDMATCH_INVALID_LOG_SIGNATURE = 316,
    SEALEDMATCH_TOO_FEW_COSIGNATURES = 317,
    SEALEDMATCH_PROOF_TOO_OLD = 318,
    SEALEDMATCH_INCONSISTENT_LOG = 319,
    SEALEDMATCH_MALFORMED_LOG = 320,

    /* Vouchers and the state around them */
    SEALEDMATCH_EPOCH_IN_PAST = 401,
    SEALEDMATCH_EPOCH_TOO_FAR = 402,
    SEALEDMATCH_PAYLOAD_TOO_LONG = 403,
    SEALEDMATCH_SET_MISMATCH = 404,
    SEALEDMATCH_STORE_FULL = 405,
    SEALEDMATCH_NOT_REGISTERED = 406,
    SEALEDMATCH_COMMITMENT_CONFLICT = 407,
    SEALEDMATCH_VOUCHER_CONFLICT = 408,
    SEALEDMATCH_UNKNOWN_SET = 409,
    SEALEDMATCH_QUOTA_EXCEEDED = 410,
    SEALEDMATCH_STATE_MISSING = 411,

    /* Proofs, and the authority's side */
    SEALEDMATCH_PROOF_REJECTED = 501,
    SEALEDMATCH_NOT_AUDITED = 502,
    SEALEDMATCH_BELOW_THRESHOLD = 601,
    SEALEDMATCH_NOT_DECODABLE = 602,
    SEALEDMATCH_COMMITMENT_MISMATCH = 603,

    /* This interface */
    SEALEDMATCH_BAD_ARGUMENT = 801,     /* a null pointer, a number out of range, a path that is not UTF-8 */
    SEALEDMATCH_BAD_HANDLE = 802,       /* closed, of another kind, or never given out */
    SEALEDMATCH_BUFFER_TOO_SMALL = 803, /* *count is the size that is needed */
    SEALEDMATCH_TOO_MANY_HANDLES = 804, /* something is not being closed */
    SEALEDMATCH_WRONG_ABI = 805         /* the library is not the one that the caller was compiled for */
};

/* 1, or 0 once the kernel refused to lock memory for a secret of this process (RLIMIT_MEMLOCK; a sealer or client takes
 * 64 kB of it). Nothing fails for that: such secrets are guarded and wiped like all others, but may be swapped
 * out. A program that cannot have this raises its limit and looks here after opening. */
int32_t sealedmatch_memory_is_locked(void);

/* What a code means: an English text in constant memory, never NULL, valid while the library is loaded. */
const char *sealedmatch_error_text(int32_t code);

/* -- Accounts ------------------------------------------------------------------------------------------------------ */

/* The account that the messenger's name for it stands for, 32 bytes: a labelled hash of the name's `count` bytes, 1 to
 * 4,096 of them, UTF-8 where it is text. Names are compared as bytes. A messenger that names accounts by 32 bytes of
 * its own anyway may use these instead; client and collector must do the same. Nothing of it is secret.
 * Errors: BAD_ARGUMENT, WRONG_LENGTH. */
int32_t sealedmatch_account(const void *name, size_t count, uint8_t account[32]);

/* -- Sets ---------------------------------------------------------------------------------------------------------- */

typedef struct sealedmatch_set { uint64_t id; } sealedmatch_set;

/* Fingerprint profiles of Docs/Protocol.md, 5.11. A deployment that moves from one to another pins both: a client takes
 * the new set with the next epoch. */
enum sealedmatch_profiles { SEALEDMATCH_PROFILE_2 = 1, SEALEDMATCH_PROFILE_3 = 2 };

/* What the messenger pins: whose signatures a set needs, which fingerprint profiles, and the floors below which no
 * signature helps. A set of another profile is SEALEDMATCH_UNKNOWN_PROFILE. sealedmatch_trust_defaults() fills it; then
 * set `sources`, `source_count` and `minimum_signatures`. */
typedef struct sealedmatch_trust {
    uint32_t size;               /* bytes of this structure, written by sealedmatch_trust_defaults() */
    uint32_t minimum_signatures; /* how many of the pinned sources must have signed: no default, at least 1 */
    const uint8_t *sources;      /* Ed25519 keys, 32 bytes each, one after another */
    size_t source_count;         /* 1 to 1,024 */
    uint32_t minimum_threshold;  /* floor of t: matching vouchers that open an account's (30) */
    uint32_t minimum_polynomials;
    uint32_t minimum_probes;     /* floor of M (32): M/N slots of a voucher open by chance, which hides matches */
    uint32_t minimum_confirmed_sources; /* floor of sealedmatch_set_info.confirmed_sources, at least 1 (2) */
    uint32_t minimum_separation;
    uint8_t maximum_check_levels[12]; /* ceilings of N_0 ... N_11: each 1 to 255, none below the one before */
    uint64_t minimum_entries;
    uint64_t maximum_cells;      /* bounds the file: 32 bytes a cell (30,000,000) */
    uint64_t maximum_lifetime;   /* ceiling of expires_at - issued_at, in seconds (34,560,000: 400 days) */
    uint32_t allow_test_sets;    /* 1 takes sets that are marked as for tests (0); for tests alone */
    uint32_t profiles;           /* sealedmatch_profiles that a set may have, added up, at least one (PROFILE_2) */
    /* The log that a set must be in, and whose cosignatures its proof needs: the text of a policy file
     * (c2sp.org/tlog-policy), at most 65,536 bytes; NULL and 0 ask for no proof (the default). With it a set is opened
     * only by the functions that take a proof. */
    const void *log_policy;
    size_t log_policy_count;
    uint64_t maximum_proof_age;  /* greatest age of a cosignature, in seconds, at least 1 (2,592,000: 30 days) */
} sealedmatch_trust;

/* Fills `trust` with the defaults of Docs/Protocol.md, section 2, and no source. `size` is sizeof(sealedmatch_trust).
 * Errors: BAD_ARGUMENT. */
int32_t sealedmatch_trust_defaults(sealedmatch_trust *trust, size_t size);

/* Opens a set file and checks everything that Docs/Protocol.md, 5.15, asks for: form, pinned signatures, floors,
 * the profile, expiry, version, and the table's digest. The file is mapped, not read into memory: a million entries
 * take 40 MB of shared, droppable pages and a few kilobytes of private ones. Time: one BLAKE2b over the file.
 * `now`: a set is refused from its expiry on, and while it is dated more than a day ahead. `last_version`: the newest
 * version that this client has used, 0 at first; older sets are refused. Keep sealedmatch_set_info.version for it.
 * Which error depends on the file and the arguments alone.
 * Errors: BAD_ARGUMENT, TOO_MANY_HANDLES, FILE_FAILED, WRONG_LENGTH, INVALID_MAGIC, INVALID_POINT, IDENTITY_POINT,
 * NON_CANONICAL, PARAMETER_OUT_OF_RANGE, TEST_SET, UNKNOWN_PROFILE, BELOW_FLOOR, TOO_FEW_SIGNATURES,
 * SUPPORT_NOT_CONFIRMED, INVALID_SIGNATURE, ROOT_MISMATCH, SET_NOT_YET_ISSUED, SET_EXPIRED, SET_ROLLED_BACK;
 * PROOF_MISSING if `trust` has a log policy, MALFORMED_LOG if that policy is none. */
int32_t sealedmatch_set_open(
    const char *path, const sealedmatch_trust *trust, uint64_t now, uint64_t last_version, sealedmatch_set *set);

/* The same with the set's proof that it is in the log, the `proof_count` bytes of the file that its publisher serves
 * beside it (ROOT.proof), NULL and 0 for none. No network is asked. Without a log policy the proof is not looked at.
 * With one, `now` decides whether its cosignatures are too old, too: open the set with a newer proof from time to time.
 * Errors: those of sealedmatch_set_open(); PROOF_MISSING, MALFORMED_LOG, PROOF_OF_OTHER_SET, UNKNOWN_LOG,
 * INVALID_LOG_SIGNATURE, TOO_FEW_COSIGNATURES, PROOF_TOO_OLD, INCONSISTENT_LOG. */
int32_t sealedmatch_set_open_with_proof(
    const char *path, const void *proof, size_t proof_count, const sealedmatch_trust *trust, uint64_t now,
    uint64_t last_version, sealedmatch_set *set);

/* The same for a set file in memory. The bytes are copied before they are checked, so that the caller may change or
 * free them at once: the set takes `count` bytes of private memory. Prefer a path.
 * Errors: as sealedmatch_set_open() without FILE_FAILED; OUT_OF_MEMORY. */
int32_t sealedmatch_set_open_memory(
    const void *bytes, size_t count, const sealedmatch_trust *trust, uint64_t now, uint64_t last_version,
    sealedmatch_set *set);

/* Both: a set file and its proof in memory.
 * Errors: those of sealedmatch_set_open_memory() and sealedmatch_set_open_with_proof(). */
int32_t sealedmatch_set_open_memory_with_proof(
    const void *bytes, size_t count, const void *proof, size_t proof_count, const sealedmatch_trust *trust,
    uint64_t now, uint64_t last_version, sealedmatch_set *set);

/* What a messenger can show its user: what the pictures are checked against, who vouches for it, and from how many
 * matches on somebody can look. Nothing of it is secret. */
typedef struct sealedmatch_set_info {
    uint32_t size;                /* bytes of this structure that are valid */
    uint32_t threshold;           /* t: different matching items of one account in one epoch of 30 days to open */
    uint64_t version;
    uint64_t issued_at;
    uint64_t expires_at;
    uint64_t entries;             /* n */
    uint64_t cells;               /* m */
    uint8_t root[32];             /* the set's name; every voucher carries it */
    uint32_t polynomials;         /* k */
    uint8_t check_levels[12];     /* N_0 ... N_11 */
    /* How many of the pinned sources, at least, have each entry on their own list, if they audit as they promise. Show
     * this to users. It is not the number of sources that the set names: who builds a set can name invented ones. */
    uint32_t confirmed_sources;
    uint32_t separation;          /* r */
    uint32_t profile;             /* the fingerprint profile's number */
    uint32_t key_bits;            /* b */
    uint32_t probes;              /* M */
    uint32_t minimum_quality;     /* listed hashes of a lower PDQ quality are not in the set */
    uint32_t voucher_bytes;       /* every voucher under this set has this size */
    uint32_t maximum_note_bytes;  /* the longest note */
    uint32_t source_count;        /* S, 1 to 16 */
    uint32_t signed_by;           /* bit i: source i has signed, and its signature is valid */
    uint8_t sources[16][32];      /* Ed25519 keys of the sources, in their order; zero from source_count on */
    uint32_t is_test;             /* 1 for a set that is marked as for tests */
    uint32_t is_logged;           /* 1 if the set was opened under a log policy; else what follows is zero */
    uint32_t custodian_count;     /* custodians that hold parts of the matching key; 0: one authority has all of it */
    uint32_t custodian_threshold; /* how many of them must take part in opening */
    uint64_t log_index;           /* the set's place in the log, from 0: what users of one set can compare */
    uint64_t log_size;            /* entries of the log when the witnesses cosigned it */
    uint8_t statement[32];        /* SHA-256 of the set's statement for people: its purpose and its legal basis */
} sealedmatch_set_info;

/* `size` is sizeof(sealedmatch_set_info).
 * Errors: BAD_ARGUMENT, BAD_HANDLE. */
int32_t sealedmatch_set_describe(sealedmatch_set set, sealedmatch_set_info *info, size_t size);

/* Sealers and clients that use the set keep it open for themselves.
 * Errors: BAD_HANDLE. */
int32_t sealedmatch_set_close(sealedmatch_set set);

/* -- Media items --------------------------------------------------------------------------------------------------- */

/* A media item as far as a voucher is concerned: its fingerprint, and a picture's luma at 256 × 256. Plain memory of
 * the caller, to be copied, moved to another process of the messenger (out of a sandboxed decoder, say) and dropped
 * at will; the bytes are not for others to read, and are as private as the picture. It serves the library's same
 * major version. */
typedef struct sealedmatch_item { uint8_t bytes[66600]; } sealedmatch_item;

/* How the 8-bit channels of a pixel lie in memory. Alpha is ignored, not composited: divide premultiplied colours
 * first. */
enum sealedmatch_format {
    SEALEDMATCH_GRAY8 = 1, /* 1 byte */
    SEALEDMATCH_RGB8 = 2,  /* 3 bytes: red, green, blue */
    SEALEDMATCH_RGBA8 = 3, /* 4 bytes: red, green, blue, ignored */
    SEALEDMATCH_BGRA8 = 4  /* 4 bytes: blue, green, red, ignored */
};

/* A picture's raster and its PDQ fingerprint at its own size, bit for bit that of PyPI's pdqhash 0.2.8 for the same
 * pixels. Decode pictures upright, as the user sees them.
 * `pixels`: rows from the top, `bytes_per_row` apart; the last row may end without padding. `count`: bytes that may be
 * read. Width and height: 1 to 65,535; at most 2^28 pixels. `format`: of enum sealedmatch_format. At most
 * 20 MB of memory meanwhile, 0.5 MB for 1920 × 1080. A picture of low quality still gives an item, which
 * cannot match.
 * Errors: BAD_ARGUMENT, BAD_DIMENSIONS, TOO_MANY_PIXELS, ROW_TOO_SHORT, BUFFER_TOO_SHORT. */
int32_t sealedmatch_item_picture(
    const void *pixels, size_t count, uint32_t width, uint32_t height, size_t bytes_per_row, uint32_t format,
    sealedmatch_item *item);

/* Media without a perceptual hash, by SHA-256 of the file's bytes before encryption: its exact-hash key.
 * Errors: BAD_ARGUMENT. */
int32_t sealedmatch_item_exact(const uint8_t sha256[32], sealedmatch_item *item);

/* Media that could not be decoded. Seal it all the same: every attachment gets a voucher of the same form and size, or
 * the missing ones would tell. This one cannot match.
 * Errors: BAD_ARGUMENT. */
int32_t sealedmatch_item_unreadable(sealedmatch_item *item);

/* A picture's hash (32 bytes, bit 255 first: its hexadecimal form is what PDQ's tools print) and quality, 0 to 100.
 * Errors: BAD_ARGUMENT, also for an item that is no picture; INVALID_MAGIC, NON_CANONICAL. */
int32_t sealedmatch_item_pdq(const sealedmatch_item *item, uint8_t hash[32], uint32_t *quality);

/* -- Videos -------------------------------------------------------------------------------------------------------- */

/* A video while its samples are taken: up to 8 of them are kept, chosen by what they show (Docs/Protocol.md, 5.11,
 * "Videos"). At most 1 MB, however long the video is. As private as the video. */
typedef struct sealedmatch_video { uint64_t id; } sealedmatch_video;

/* Errors: BAD_ARGUMENT, TOO_MANY_HANDLES. */
int32_t sealedmatch_video_open(sealedmatch_video *video);

/* The next sample: what the video shows at 0, 125, 250, ... milliseconds, upright; what is shown longer is given again.
 * From 256 pixels on a side reducing it loses nothing. Arguments as for sealedmatch_item_picture(). After an error the
 * sample does not count.
 * Errors: BAD_ARGUMENT, BAD_HANDLE, BAD_DIMENSIONS, TOO_MANY_PIXELS, ROW_TOO_SHORT, BUFFER_TOO_SHORT. */
int32_t sealedmatch_video_sample(
    sealedmatch_video video, const void *pixels, size_t count, uint32_t width, uint32_t height, size_t bytes_per_row,
    uint32_t format);

/* Seal the video before it is closed: sealedmatch_client_seal_video(), sealedmatch_sealer_seal_video().
 * Errors: BAD_HANDLE. */
int32_t sealedmatch_video_close(sealedmatch_video video);

/* The secret that an account's devices share over their own channel; in guarded memory. A thief who also has the
 * authority's openings reads payloads of this and later epochs, none of earlier ones. Its functions come after those of
 * clients. */
typedef struct sealedmatch_secret { uint64_t id; } sealedmatch_secret;

/* -- Clients: all state in a directory ----------------------------------------------------------------------------- */

/* A client keeps one account's secret, state and outbox on one device in a directory of its own. A messenger with an
 * encrypted store should use a sealer instead: the files here are in the clear, for their owner only (0600 and 0700).
 * Whoever copies them can test which keys were probed, and has the secret. */
typedef struct sealedmatch_client { uint64_t id; } sealedmatch_client;

#define SEALEDMATCH_REGISTRATION_BYTES 106
#define SEALEDMATCH_VOUCHER_BYTES_MAXIMUM 24780

/* Opens the directory, or makes one; its parent must exist. It is locked against other processes and other handles
 * until it is closed. For a newer set, close and open again.
 * `secret`: null ({0}) on the first run of an account's first device, which makes a new account secret, and usually
 * later; on another device's first run what sealedmatch_secret_import() gave for it: then merge that device's state
 * (sealedmatch_client_merge()) before the first item is sealed. It is copied, and its handle stays open. `window`:
 * seconds over which the outbox spreads vouchers, at most 2,592,000; 86400 is usual, 0 is for tests and lets everybody
 * link vouchers and attachments.
 * `now`: a clock behind the saved epoch does not turn it back.
 * Errors: BAD_ARGUMENT, BAD_HANDLE, TOO_MANY_HANDLES, FILE_FAILED (locked, too), NOT_PRIVATE (other users may write
 * into the directory, or read the state), AUTHENTICATION_FAILED (the directory is another account's),
 * COMMITMENT_CONFLICT (it has another account secret than the one given, or had another one, t, k or profile in this
 * epoch), STATE_MISSING (its state is gone while other files say that it was there: Docs/Embedding.md, "When the state
 * is lost"), SET_NOT_YET_ISSUED (a first run with a clock more than a day before the set was issued), SET_EXPIRED,
 * SET_ROLLED_BACK, SET_MISMATCH (t, k or the profile changed inside an epoch: use the old set until it ends),
 * EPOCH_TOO_FAR (the clock is more than 64 epochs ahead of the secret, or the secret given more than one ahead of the
 * clock and ahead of the state: one of two devices' clocks is wrong), PARAMETER_OUT_OF_RANGE, WRONG_LENGTH,
 * INVALID_MAGIC, NON_CANONICAL, SODIUM_UNAVAILABLE, RANDOM_SOURCE_FAILED, OUT_OF_MEMORY. */
int32_t sealedmatch_client_open(
    const char *directory, sealedmatch_set set, const uint8_t account[32], sealedmatch_secret secret,
    uint64_t window, uint64_t now, sealedmatch_client *client);

/* The commitment of the current epoch, for the devices of an account to compare: equal if and only if they share the
 * secret, and their sets have the same t, k and profile. Public.
 * Errors: BAD_ARGUMENT, BAD_HANDLE. */
int32_t sealedmatch_client_commitment(sealedmatch_client client, uint8_t commitment[32]);

/* The account secret as it is in the current epoch, 40 bytes, for the account's other devices: never in the clear.
 * Errors: BAD_ARGUMENT, BAD_HANDLE, BUFFER_TOO_SMALL, OUT_OF_MEMORY. */
int32_t sealedmatch_client_secret(sealedmatch_client client, void *buffer, size_t capacity, size_t *count);

/* This device's state, for the account's other devices to merge, as sealedmatch_sealer_state() writes it.
 * Errors: BAD_ARGUMENT, BAD_HANDLE, BUFFER_TOO_SMALL. */
int32_t sealedmatch_client_state(sealedmatch_client client, void *buffer, size_t capacity, size_t *count);

/* Takes in the state of another device of the account, so that what it sealed counts as sealed; on disk when this
 * returns. State of another epoch is ignored.
 * Errors: as sealedmatch_sealer_merge(); FILE_FAILED. */
int32_t sealedmatch_client_merge(sealedmatch_client client, const void *state, size_t state_count);

/* What to register with the collector over the account's authenticated channel before any voucher is sent: 106 bytes
 * (SEALEDMATCH_REGISTRATION_BYTES) for each epoch whose vouchers may still wait, one after another, the earliest first.
 * Register all of them after sealedmatch_client_open() and daily; registering again is no error. Each tells the
 * collector, and nobody else, which pseudonym is the account's in its epoch: vouchers carry the pseudonym.
 *
 * A messenger may sign each with the account's identity key: the signature is of "SealedMatch/1 registration", a zero
 * byte, and the first 104 bytes; its length (2 bytes, little-endian, at most 8,192) takes the place of the last two
 * bytes, which are zero, and the signature follows. A collector that replaces a commitment is then found out.
 * Errors: BAD_ARGUMENT, BAD_HANDLE, BUFFER_TOO_SMALL, FILE_FAILED, WRONG_LENGTH, INVALID_MAGIC. */
int32_t sealedmatch_client_registrations(sealedmatch_client client, void *buffer, size_t capacity, size_t *count);

/* Seals one item, once, before it is encrypted; when this returns, its voucher is in the outbox, on disk. `note`: bytes
 * for the reviewer of a revealed match, for example where the ciphertext is; NULL if note_count is 0. Time: as
 * sealedmatch_sealer_seal(), and the disk's for two synced files. After FILE_FAILED either nothing has changed and
 * the item may be sealed again, or the voucher may be there: then a second one is a repeat, which cannot match.
 * Errors: BAD_ARGUMENT, BAD_HANDLE, PAYLOAD_TOO_LONG, STORE_FULL, FILE_FAILED, SET_EXPIRED (fetch a newer set),
 * EPOCH_TOO_FAR, INVALID_MAGIC or NON_CANONICAL (not an item), RANDOM_SOURCE_FAILED, OUT_OF_MEMORY. */
int32_t sealedmatch_client_seal(
    sealedmatch_client client, const sealedmatch_item *item, const void *note, size_t note_count, uint64_t now);

/* The same for a video, of the samples that were given: one voucher, as for any item. A video without samples, or poor
 * throughout, gets one that cannot match.
 * Errors: as sealedmatch_client_seal() without INVALID_MAGIC and NON_CANONICAL. */
int32_t sealedmatch_client_seal_video(
    sealedmatch_client client, sealedmatch_video video, const void *note, size_t note_count, uint64_t now);

/* Names a waiting voucher, until it is acknowledged; for the next run of the program too. Plain memory of the caller.
 * It tells when the voucher became due, and nothing else. */
typedef struct sealedmatch_entry { uint8_t bytes[24]; } sealedmatch_entry;

/* The first due voucher after `previous` (NULL: the first of all) in the random order of release. *count = 0 says that
 * none is due; vouchers whose time lies further ahead than the window, because a clock was wrong, then get another
 * time. Upload it over a connection that carries no attachment, then acknowledge; a retry sends the same bytes.
 * *unreadable, unless NULL, counts files passed over that are no vouchers.
 * Errors: BAD_ARGUMENT, BAD_HANDLE, BUFFER_TOO_SMALL, FILE_FAILED. */
int32_t sealedmatch_client_next(
    sealedmatch_client client, const sealedmatch_entry *previous, uint64_t now, sealedmatch_entry *entry, void *buffer,
    size_t capacity, size_t *count, size_t *unreadable);

/* Forgets a voucher that the collector has acknowledged. One that is gone already is no error.
 * Errors: BAD_ARGUMENT, BAD_HANDLE, FILE_FAILED. */
int32_t sealedmatch_client_acknowledge(sealedmatch_client client, const sealedmatch_entry *entry);

/* Sets aside a voucher that the collector will never take (Docs/Protocol.md, 5.14, step 5): it is never due again and
 * stands before nobody. Its file stays, with .refused behind its name. One that is gone already is no error.
 * Errors: BAD_ARGUMENT, BAD_HANDLE, FILE_FAILED. */
int32_t sealedmatch_client_refuse(sealedmatch_client client, const sealedmatch_entry *entry);

/* Wipes the secrets from memory and unlocks the directory; its files stay.
 * Errors: BAD_HANDLE. */
int32_t sealedmatch_client_close(sealedmatch_client client);

/* -- Account secrets: for messengers with a store of their own ----------------------------------------------------- */

#define SEALEDMATCH_SECRET_BYTES 40

/* A new secret, for the epoch of `now`. `set`: the one that the account begins with; it tells whether the clock can be
 * right, because a secret of 1970 could never be taken to the present.
 * Errors: BAD_ARGUMENT, BAD_HANDLE, TOO_MANY_HANDLES, SET_NOT_YET_ISSUED (more than a day before the set was issued),
 * PARAMETER_OUT_OF_RANGE (the clock), SODIUM_UNAVAILABLE, RANDOM_SOURCE_FAILED, OUT_OF_MEMORY. */
int32_t sealedmatch_secret_create(sealedmatch_set set, uint64_t now, sealedmatch_secret *secret);

/* From the 40 bytes of an export. The caller wipes its copy.
 * Errors: BAD_ARGUMENT, TOO_MANY_HANDLES, WRONG_LENGTH, INVALID_MAGIC, SODIUM_UNAVAILABLE, OUT_OF_MEMORY. */
int32_t sealedmatch_secret_import(const void *bytes, size_t count, sealedmatch_secret *secret);

/* Writes the secret, 40 bytes, for storage or for another device: never in the clear.
 * Errors: BAD_ARGUMENT, BAD_HANDLE, BUFFER_TOO_SMALL, OUT_OF_MEMORY. */
int32_t sealedmatch_secret_export(sealedmatch_secret secret, void *buffer, size_t capacity, size_t *count);

/* Goes to the epoch of `now` by the one-way ratchet: earlier epochs' secrets are gone from this handle, and should be
 * wiped from storage. A clock that is ahead takes the secret along, and no set bounds it here: a sealer does this by
 * itself, under its set's expiry.
 * Errors: BAD_HANDLE, EPOCH_IN_PAST, EPOCH_TOO_FAR (more than 64 epochs), PARAMETER_OUT_OF_RANGE, OUT_OF_MEMORY. */
int32_t sealedmatch_secret_ratchet(sealedmatch_secret secret, uint64_t now);

/* Errors: BAD_ARGUMENT, BAD_HANDLE. */
int32_t sealedmatch_secret_epoch(sealedmatch_secret secret, uint32_t *epoch);

/* The commitment that follows from the account's key of the secret's epoch under the set's t, k and profile: what a
 * registration carries, for devices to compare. Public.
 * Errors: BAD_ARGUMENT, BAD_HANDLE, OUT_OF_MEMORY. */
int32_t sealedmatch_secret_commitment(
    sealedmatch_secret secret, sealedmatch_set set, const uint8_t account[32], uint8_t commitment[32]);

/* Wipes it from memory.
 * Errors: BAD_HANDLE. */
int32_t sealedmatch_secret_close(sealedmatch_secret secret);

/* -- Sealers: state as bytes --------------------------------------------------------------------------------------- */

/* Seals vouchers for one account on one device; the messenger keeps secret, state and vouchers. */
typedef struct sealedmatch_sealer { uint64_t id; } sealedmatch_sealer;

/* `secret` is copied and its handle stays open; the sealer's copy goes to the epoch of `now`. `state`: what
 * sealedmatch_sealer_state() gave after the last voucher, or NULL with state_count 0 on the very first run; a pointer
 * to no bytes is WRONG_LENGTH, because a store that lost its state must not begin afresh unnoticed. With older state a
 * picture that was sent may count again.
 * Errors: as sealedmatch_client_open() without FILE_FAILED. */
int32_t sealedmatch_sealer_open(
    sealedmatch_set set, sealedmatch_secret secret, const uint8_t account[32], const void *state, size_t state_count,
    uint64_t now, sealedmatch_sealer *sealer);

/* What to register with the collector before a voucher of this epoch is sent. Ask again after
 * sealedmatch_sealer_advance() has said that the epoch is new, and keep it as long as the epoch's vouchers wait.
 * Errors: BAD_ARGUMENT, BAD_HANDLE. */
int32_t sealedmatch_sealer_registration(
    sealedmatch_sealer sealer, uint8_t registration[SEALEDMATCH_REGISTRATION_BYTES]);

/* Goes to the epoch of `now` if that is later; the earlier epoch's secrets are wiped. Call it before sealing. *is_new
 * is 1 if the epoch changed, else 0: then store secret and state, and register.
 * Errors: BAD_ARGUMENT, BAD_HANDLE, SET_EXPIRED, EPOCH_TOO_FAR, PARAMETER_OUT_OF_RANGE, OUT_OF_MEMORY. */
int32_t sealedmatch_sealer_advance(sealedmatch_sealer sealer, uint64_t now, int32_t *is_new);

/* Uses a newer set from now on. Vouchers under different sets count jointly.
 * Errors: BAD_HANDLE, SET_ROLLED_BACK, SET_MISMATCH. */
int32_t sealedmatch_sealer_adopt(sealedmatch_sealer sealer, sealedmatch_set set);

/* Takes in the state of another device of the account, so that what it sealed counts as sealed. State of another epoch
 * is ignored.
 * Errors: BAD_ARGUMENT, BAD_HANDLE, WRONG_LENGTH, INVALID_MAGIC, NON_CANONICAL, PARAMETER_OUT_OF_RANGE, STORE_FULL,
 * SET_MISMATCH (that device has another t, k or profile in this epoch: try again in the next one). */
int32_t sealedmatch_sealer_merge(sealedmatch_sealer sealer, const void *state, size_t state_count);

/* Seals one item, once, before it is encrypted: `voucher_bytes` of the set's description are written. Then store the
 * state, then the voucher; send it hours later, in random order, over a connection that carries no attachment. A retry
 * sends the same bytes. `note`: as for sealedmatch_client_seal(). Time: three variable-base and one base multiplication
 * for each of M slots, whatever the item. A size query seals nothing. A voucher tells: the account's pseudonym of this
 * epoch, epoch, set, and its check level, from which follows about how many vouchers this device has sealed in the
 * epoch. Not: attachment, time, size, whether it matched.
 * Errors: BAD_ARGUMENT, BAD_HANDLE, BUFFER_TOO_SMALL, PAYLOAD_TOO_LONG, STORE_FULL, INVALID_MAGIC or NON_CANONICAL (not
 * an item), RANDOM_SOURCE_FAILED, OUT_OF_MEMORY. */
int32_t sealedmatch_sealer_seal(
    sealedmatch_sealer sealer, const sealedmatch_item *item, const void *note, size_t note_count, void *buffer,
    size_t capacity, size_t *count);

/* The same for a video, as sealedmatch_client_seal_video().
 * Errors: as sealedmatch_sealer_seal() without INVALID_MAGIC and NON_CANONICAL. */
int32_t sealedmatch_sealer_seal_video(
    sealedmatch_sealer sealer, sealedmatch_video video, const void *note, size_t note_count, void *buffer,
    size_t capacity, size_t *count);

/* The state, distinctness store included: 144 bytes and 8 for each key probed in this epoch. As secret as the account
 * secret: with both, anybody can test which keys were probed.
 * Errors: BAD_ARGUMENT, BAD_HANDLE, BUFFER_TOO_SMALL. */
int32_t sealedmatch_sealer_state(sealedmatch_sealer sealer, void *buffer, size_t capacity, size_t *count);

/* The account secret as it is in the current epoch, 40 bytes, as sealedmatch_secret_export() writes it.
 * Errors: BAD_ARGUMENT, BAD_HANDLE, BUFFER_TOO_SMALL, OUT_OF_MEMORY. */
int32_t sealedmatch_sealer_secret(sealedmatch_sealer sealer, void *buffer, size_t capacity, size_t *count);

/* Wipes its secrets from memory.
 * Errors: BAD_HANDLE. */
int32_t sealedmatch_sealer_close(sealedmatch_sealer sealer);

/* -- Outboxes: vouchers of a sealer that wait in a directory ------------------------------------------------------- */

typedef struct sealedmatch_outbox { uint64_t id; } sealedmatch_outbox;

/* Opens the directory, or makes one; its parent must exist. It is locked until it is closed. `window`: as for
 * sealedmatch_client_open().
 * Errors: BAD_ARGUMENT, TOO_MANY_HANDLES, FILE_FAILED, NOT_PRIVATE, PARAMETER_OUT_OF_RANGE (the window). */
int32_t sealedmatch_outbox_open(const char *directory, uint64_t window, sealedmatch_outbox *outbox);

/* Puts a voucher in, on disk when this returns, under a name of its random release time. At most 65,536 wait.
 * Errors: BAD_ARGUMENT, BAD_HANDLE, STORE_FULL, FILE_FAILED, RANDOM_SOURCE_FAILED; WRONG_LENGTH, INVALID_MAGIC,
 * PARAMETER_OUT_OF_RANGE (not a voucher, or the clock). */
int32_t sealedmatch_outbox_put(sealedmatch_outbox outbox, const void *voucher, size_t voucher_count, uint64_t now);

/* As sealedmatch_client_next(). */
int32_t sealedmatch_outbox_next(
    sealedmatch_outbox outbox, const sealedmatch_entry *previous, uint64_t now, sealedmatch_entry *entry, void *buffer,
    size_t capacity, size_t *count, size_t *unreadable);

/* As sealedmatch_client_acknowledge(). */
int32_t sealedmatch_outbox_acknowledge(sealedmatch_outbox outbox, const sealedmatch_entry *entry);

/* As sealedmatch_client_refuse(). */
int32_t sealedmatch_outbox_refuse(sealedmatch_outbox outbox, const sealedmatch_entry *entry);

/* Unlocks the directory; its files stay.
 * Errors: BAD_HANDLE. */
int32_t sealedmatch_outbox_close(sealedmatch_outbox outbox);

#ifdef __cplusplus
}
#endif

#endif
