#define _GNU_SOURCE
#include "CSpawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
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

typedef int starter(char *const arguments[], char *const environment[], const int copies[3], pid_t *process);

static int start_with_copies(starter *start, char *const arguments[], char *const environment[], const int wanted[3],
                             pid_t *process) {
    /* Copies from 3 on: a wanted descriptor may itself be 0, 1 or 2 in a process that was started without them, and
     * must not be overwritten before it is used. */
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

int cspawn_start(char *const arguments[], char *const environment[], int input, int output, int errors,
                 pid_t *process) {
    const int wanted[] = {input, output, errors};
    return start_with_copies(start, arguments, environment, wanted, process);
}

/* What follows runs between fork and exec in a process that had other threads: only what signal handlers may call. */

static void run(char *const arguments[], char *const environment[], const int copies[3]) {
    struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++) sigaction(number, &standard, NULL);
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0);
    for (int target = 0; target < 3; target++)
        if (dup2(copies[target], target) != target) _exit(127);
    closefrom(3);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(arguments[0], arguments, environment);
    _exit(127);
}

/* Kills the children that there are, and reaps them. Returns whether there was one. */
static int kill_children(pid_t command, int *status) {
    char text[4096];
    int file = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    ssize_t count = file < 0 ? 0 : read(file, text, sizeof text - 1);
    if (file >= 0) close(file);
    if (count < 0) count = 0;
    int found = 0;
    pid_t process = 0;
    for (ssize_t place = 0; place < count; place++) {
        if (text[place] >= '0' && text[place] <= '9') {
            process = process * 10 + (text[place] - '0');
            continue;
        }
        /* A number that the end of the text cuts is looked at in the next round. */
        if (process > 0) {
            int ended = 0;
            kill(process, SIGKILL);
            while (waitpid(process, &ended, 0) < 0 && errno == EINTR) {
            }
            if (process == command) *status = ended;
            found = 1;
        }
        process = 0;
    }
    int ended = 0;
    pid_t reaped;
    while ((reaped = waitpid(-1, &ended, WNOHANG)) > 0) {
        if (reaped == command) *status = ended;
        found = 1;
    }
    return found;
}

/* Waits until the command ends or SIGTERM comes, then kills all that is left, and ends as the command did. */
static void keep(pid_t command) {
    sigset_t awaited;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGTERM);
    sigaddset(&awaited, SIGCHLD);
    int status = 0, has_ended = 0;
    while (!has_ended) {
        int number = sigwaitinfo(&awaited, NULL);
        if (number == SIGTERM) break;
        int ended = 0;
        pid_t reaped;
        while ((reaped = waitpid(-1, &ended, WNOHANG)) > 0)
            if (reaped == command) {
                status = ended;
                has_ended = 1;
            }
    }
    kill(-command, SIGKILL);
    /* Whose parent dies becomes a child of this process: until there is none. */
    while (kill_children(command, &status)) {
    }
    if (WIFSIGNALED(status)) {
        sigset_t all;
        sigfillset(&all);
        sigprocmask(SIG_UNBLOCK, &all, NULL);
        raise(WTERMSIG(status));
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 127);
}

static int start_kept(char *const arguments[], char *const environment[], const int copies[3], pid_t *process) {
    char *const *own = environment == NULL ? environ : environment;
    sigset_t all, old;
    sigfillset(&all);
    int status = pthread_sigmask(SIG_SETMASK, &all, &old);
    if (status != 0) return status;
    pid_t keeper = fork();
    if (keeper == 0) {
        struct sigaction standard = {.sa_handler = SIG_DFL};
        for (int number = 1; number < NSIG; number++) sigaction(number, &standard, NULL);
        setpgid(0, 0);
        /* It has this process's memory: nobody else may look at it. */
        if (prctl(PR_SET_DUMPABLE, 0) != 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) _exit(127);
        pid_t command = fork();
        if (command < 0) _exit(127);
        if (command == 0) run(arguments, (char *const *)own, copies);
        closefrom(0);
        keep(command);
    }
    if (keeper < 0) status = errno;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (keeper > 0) *process = keeper;
    return status;
}

int cspawn_start_kept(char *const arguments[], char *const environment[], int input, int output, int errors,
                      pid_t *keeper) {
    const int wanted[] = {input, output, errors};
    return start_with_copies(start_kept, arguments, environment, wanted, keeper);
}
