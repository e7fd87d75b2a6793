// A statistical timing test by dudect's method (Reparaz, Balasch, Verbauwhede: Dude, is my code constant time?, 2017):
// the same operation on a fixed secret and on random ones by turns in random order, Welch's t of the two samples, on
// all times and on those below ever lower percentiles of the fastest. |t| above 10 speaks of a leak, below 4.5 of none
// that so many measurements can see. It asserts nothing: the machine's noise is in it.
//     timing [BACKEND [MEASUREMENTS]]
#define _GNU_SOURCE
#include "common.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { COUNT = 8, CUTS = 20, DST_LENGTH = 43 };

static uint8_t cells[COUNT][96], messages[COUNT][25], betas[COUNT][32], gammas[COUNT][32];
static uint8_t out[COUNT][32], other[COUNT][32], scalar[32], dst[DST_LENGTH], substitute[32];
static bool are_elements[COUNT];
static group_base generator;
static const group_backend *backend;
static uint64_t state = 88172645463325252;

static uint64_t next(void) {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}
static void fill(void *at, size_t length) {
    for (size_t i = 0; i < length; i++) ((uint8_t *)at)[i] = (uint8_t)(next() >> 32);
}
static double now(void) {
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0) exit(2);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static void multiply(void) { backend->multiply(out[0], NULL, COUNT, scalar); }
static void hash(void) { backend->hash(out[0], messages[0], 25, NULL, COUNT, dst, DST_LENGTH); }
static void evaluate(void) { backend->evaluate(out[0], messages[0], 25, NULL, COUNT, dst, DST_LENGTH, scalar); }
static void valid(void) { backend->valid(are_elements, out[0], COUNT); }
static void probes(void) {
    backend->probes(out[0], other[0], messages[0], 25, NULL, dst, DST_LENGTH, cells[0], betas[0], gammas[0], &generator,
                    &generator, substitute, COUNT);
}
// An operation that leaks, so that it is seen what that looks like: how many bytes of the scalar are equal from the
// start.
static void compare(void) {
    volatile size_t equal = 0;
    static const uint8_t zeros[32];
    for (int k = 0; k < 400; k++) {
        while (equal < 32 && scalar[equal] == zeros[equal]) equal++;
        equal = 0;
    }
}

// The fixed secrets are zeros, and encodings that are none.
static void prepare(bool fixed) {
    static uint8_t random_elements[COUNT][32];
    fill(messages, sizeof messages);
    group_portable.hash(random_elements[0], messages[0], 25, NULL, COUNT, dst, DST_LENGTH);
    fill(messages, sizeof messages);
    fill(scalar, sizeof scalar);
    fill(betas, sizeof betas);
    fill(gammas, sizeof gammas);
    memcpy(out, random_elements, sizeof out);
    for (int i = 0; i < COUNT; i++) {
        for (int k = 0; k < 3; k++) memcpy(cells[i] + 32 * k, random_elements[(i + k) % COUNT], 32);
    }
    // The same writes for both: only what is written differs.
    const uint8_t keep = fixed ? 0 : 0xff;
    uint8_t *const all[] = {messages[0], scalar, betas[0], gammas[0], out[0], cells[0]};
    const size_t sizes[] = {sizeof messages, sizeof scalar, sizeof betas, sizeof gammas, sizeof out, sizeof cells};
    for (int a = 0; a < 6; a++) {
        for (size_t i = 0; i < sizes[a]; i++) all[a][i] &= keep;
    }
    out[0][0] |= fixed;
    cells[0][0] |= fixed;
}

typedef struct {
    double count, mean, squares;
} sample;
static void include(sample *s, double x) {
    s->count++;
    const double delta = x - s->mean;
    s->mean += delta / s->count;
    s->squares += delta * (x - s->mean);
}
static double welch(const sample *a, const sample *b) {
    if (a->count < 2 || b->count < 2) return 0;
    const double error = a->squares / (a->count - 1) / a->count + b->squares / (b->count - 1) / b->count;
    return error > 0 ? (a->mean - b->mean) / sqrt(error) : 0;
}
static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const char *name, void (*operation)(void), size_t measurements) {
    double *times = malloc(measurements * sizeof *times), *sorted = malloc(measurements * sizeof *sorted);
    bool *fixed = malloc(measurements);
    if (times == NULL || sorted == NULL || fixed == NULL) exit(2);
    for (size_t i = 0; i < measurements; i++) {
        fixed[i] = next() >> 40 & 1;
        prepare(fixed[i]);
        const double start = now();
        operation();
        times[i] = sorted[i] = now() - start;
    }
    qsort(sorted, measurements, sizeof *sorted, ascending);
    double worst = 0, all = 0;
    for (int cut = 0; cut <= CUTS; cut++) {
        // dudect's percentiles: 1 - 0.5^(10 (cut + 1) / CUTS); and everything.
        const double share = cut == CUTS ? 1 : 1 - pow(0.5, 10.0 * (cut + 1) / CUTS);
        const double limit = sorted[(size_t)(share * (double)(measurements - 1))];
        sample classes[2] = {{0, 0, 0}, {0, 0, 0}};
        for (size_t i = 0; i < measurements; i++) {
            if (times[i] <= limit) include(&classes[fixed[i]], times[i]);
        }
        const double t = welch(&classes[0], &classes[1]);
        if (fabs(t) > fabs(worst)) worst = t;
        if (cut == CUTS) all = t;
    }
    printf("  %-22s median %9.0f ns   t of all %7.2f   largest t %7.2f\n", name, sorted[measurements / 2], all, worst);
    free(times);
    free(sorted);
    free(fixed);
}

int main(int count, char **arguments) {
    backend = count > 1 ? group_backend_named(arguments[1]) : group_backend_best();
    const size_t measurements = count > 2 ? strtoul(arguments[2], NULL, 10) : 20000;
    if (backend == NULL || measurements < 100) {
        fprintf(stderr, "timing [BACKEND [MEASUREMENTS]]: no such backend on this processor, or below 100\n");
        return 2;
    }
    fill(dst, sizeof dst);
    prepare(false);
    memcpy(substitute, out[0], 32);
    if (!backend->base(&generator, substitute)) return 2;
    printf("%s, %d elements, %zu measurements; |t| > 10 speaks of a leak\n", backend->name, COUNT, measurements);
    measure("multiply", multiply, measurements);
    measure("hash", hash, measurements);
    measure("evaluate", evaluate, measurements);
    measure("probes", probes, measurements);
    measure("valid", valid, measurements);
    measure("compare (it leaks)", compare, measurements);
    return 0;
}
