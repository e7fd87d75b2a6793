#if defined(__x86_64__)
#include "field_avx2.h"
#include "group.h"

const group_backend group_avx2 = BACKEND("avx2");

#pragma clang attribute pop
#endif
