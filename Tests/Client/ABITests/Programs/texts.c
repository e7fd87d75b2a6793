/* What check_abi.py asks of a library that the machine's own Python cannot load: the ABI's version, then each code's
 * text, one a line. */
#include <sealedmatch.h>
#include <stdio.h>

int main(void) {
    printf("%u\n", sealedmatch_abi_version());
    for (int32_t code = -2; code < 1100; code++) printf("%s\n", sealedmatch_error_text(code));
    return 0;
}
