#define _GNU_SOURCE
#include "CSpawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

/* Only our end does not block: the program expects to wait. */
static int make_pipe(int ends[2], int ours) {
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    if (fcntl(ends[ours], F_SETFL, O_NONBLOCK) == 0) return 0;
    int status = errno;
    close(ends[0]);
    close(ends[1]);
    return status;
}

int cspawn_pipe(int ends[2]) { return make_pipe(ends, 0); }

int cspawn_input_pipe(int ends[2]) { return make_pipe(ends, 1); }

/* The descriptors as they shall be. */
static int set_descriptors(posix_spawn_file_actions_t *actions, const int copies[3]) {
    int status = 0;
    for (int target = 0; target < 3 && status == 0; target++)
        status = posix_spawn_file_actions_adddup2(actions, copies[target], target);
    if (status == 0) status = posix_spawn_file_actions_addclosefrom_np(actions, 3);
    return status;
}

static int set_attributes(posix_spawnattr_t *attributes) {
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    int status = posix_spawnattr_setsigdefault(attributes, &all);
    if (status == 0) status = posix_spawnattr_setsigmask(attributes, &none);
    if (status == 0) status = posix_spawnattr_setpgroup(attributes, 0);
    if (status == 0)
        status = posix_spawnattr_setflags(attributes,
                                          POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    return status;
}

static int start(char *const arguments[], char *const environment[], const int copies[3], pid_t *process) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int status = posix_spawn_file_actions_init(&actions);
    if (status != 0) return status;
    status = posix_spawnattr_init(&attributes);
    if (status == 0) {
        status = set_descriptors(&actions, copies);
        if (status == 0) status = set_attributes(&attributes);
        if (status == 0)
            status = posix_spawn(process, arguments[0], &actions, &attributes, arguments,
                                 environment == NULL ? environ : environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return status;
}

int cspawn_start(char *const arguments[], char *const environment[], int input, int output, int errors,
                 pid_t *process) {
    /* Copies from 3 on: a wanted descriptor may itself be 0, 1 or 2 in a process that was started without them, and
     * must not be overwritten before it is used. */
    const int wanted[] = {input, output, errors};
    int copies[3], count = 0, status = 0;
    for (; count < 3 && status == 0; count++) {
        copies[count] = fcntl(wanted[count], F_DUPFD_CLOEXEC, 3);
        if (copies[count] < 0) {
            status = errno;
            break;
        }
    }
    if (status == 0) status = start(arguments, environment, copies, process);
    while (count > 0) close(copies[--count]);
    return status;
}
