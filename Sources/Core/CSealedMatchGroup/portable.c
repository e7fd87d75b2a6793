#include "field_portable.h"
#include "group.h"

const group_backend group_portable = BACKEND("portable");
