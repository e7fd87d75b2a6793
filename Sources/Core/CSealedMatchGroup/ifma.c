#if defined(__x86_64__)
#include "field_ifma.h"
#include "group.h"

const group_backend group_ifma = BACKEND("ifma");

#pragma clang attribute pop
#endif
