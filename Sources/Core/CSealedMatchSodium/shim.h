#include <sodium.h>
#include <stdatomic.h>

// Whether a secret got memory that could not be locked: noted, and asked. There is one flag in each Swift file that
// calls this, so one file alone does.
static inline int secret_memory_is_unlocked(int noted) {
    static _Atomic int unlocked;
    if (noted) atomic_store(&unlocked, 1);
    return atomic_load(&unlocked);
}
