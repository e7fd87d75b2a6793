// The few libc calls that the library makes, as C headers: Embedded Swift has no Glibc module. Wrappers stand in for
// what Swift cannot import: variadic functions, errno, and macros with casts.
#pragma once
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int platform_errno(void) { return errno; }
static inline int platform_open(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }
static inline int platform_is_regular(const struct stat *status) { return S_ISREG(status->st_mode); }

// A private read-only mapping, or NULL.
static inline void *platform_map(int descriptor, size_t count) {
    void *region = mmap(NULL, count, PROT_READ, MAP_PRIVATE, descriptor, 0);
    return region == MAP_FAILED ? NULL : region;
}

// Fresh private memory of its own pages, or NULL.
static inline void *platform_map_memory(size_t count) {
    void *region = mmap(NULL, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return region == MAP_FAILED ? NULL : region;
}

// A file without a name in a directory, for writing (Linux). It goes with its descriptor unless it is linked.
// The flag is Linux's O_TMPFILE, which glibc shows under _GNU_SOURCE only; that would make this module's fd_set another
// one than in modules beside it, which a compiler of both refuses.
static inline int platform_open_unnamed(const char *directory, mode_t mode) {
    return open(directory, 020000000 | O_DIRECTORY | O_WRONLY | O_CLOEXEC, mode);
}

// Gives it a name, where there is none of this name.
static inline int platform_link_unnamed(int descriptor, const char *path) {
    char own[64];
    snprintf(own, sizeof own, "/proc/self/fd/%d", descriptor);
    return linkat(AT_FDCWD, own, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

// Two files change names, at once.
static inline int platform_exchange(const char *one, const char *other) {
    return (int)syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, 1u << 1);
}
