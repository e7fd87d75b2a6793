// The structures' layout is part of the ABI: a change that a caller would not survive must not compile.
#include "sealedmatch.h"

#define AT(type, field, offset) _Static_assert(offsetof(type, field) == (offset), "the layout of " #type " has changed")
#define SIZE(type, size) _Static_assert(sizeof(type) == (size), "the size of " #type " has changed")

SIZE(sealedmatch_set, 8);
SIZE(sealedmatch_secret, 8);
SIZE(sealedmatch_sealer, 8);
SIZE(sealedmatch_client, 8);
SIZE(sealedmatch_outbox, 8);
SIZE(sealedmatch_item, 66600);
SIZE(sealedmatch_video, 8);
SIZE(sealedmatch_entry, 24);

_Static_assert(sizeof(void *) == 8, "64-bit machines only");

AT(sealedmatch_trust, sources, 8);
AT(sealedmatch_trust, minimum_threshold, 24);
AT(sealedmatch_trust, minimum_confirmed_sources, 36);
AT(sealedmatch_trust, maximum_check_levels, 44);
AT(sealedmatch_trust, minimum_entries, 56);
AT(sealedmatch_trust, maximum_lifetime, 72);
AT(sealedmatch_trust, profiles, 84);
AT(sealedmatch_trust, log_policy, 88);
AT(sealedmatch_trust, maximum_proof_age, 104);
SIZE(sealedmatch_trust, 112);

AT(sealedmatch_set_info, version, 8);
AT(sealedmatch_set_info, root, 48);
AT(sealedmatch_set_info, polynomials, 80);
AT(sealedmatch_set_info, check_levels, 84);
AT(sealedmatch_set_info, confirmed_sources, 96);
AT(sealedmatch_set_info, sources, 136);
AT(sealedmatch_set_info, is_logged, 652);
AT(sealedmatch_set_info, log_index, 664);
AT(sealedmatch_set_info, statement, 680);
SIZE(sealedmatch_set_info, 712);
