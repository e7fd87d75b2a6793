/* Reads a PNG file in memory as RGB. libpng reports errors by longjmp, which Swift cannot catch: so the calls that may
   jump stay here, in C. libpng's simplified interface does not jump, but it converts by gAMA and composes alpha. */
#ifndef SEALEDMATCH_CPNGREADER_H
#define SEALEDMATCH_CPNGREADER_H

#include <stddef.h>
#include <stdint.h>

#define CPNG_READER_MESSAGE 128

enum cpng_reader_result {
    CPNG_READER_OK = 0,
    /* Not a well-formed PNG; `message` says why. */
    CPNG_READER_DAMAGED = 1,
    /* libpng could not be set up. */
    CPNG_READER_NO_MEMORY = 2,
    /* The caller's buffer is not width * height * 3 bytes. */
    CPNG_READER_BAD_SIZE = 3,
    /* Rows are missing or damaged from somewhere on; those before are there. `message` says why. */
    CPNG_READER_CUT = 4
};

/* Width and height from the header. Allocates nothing that depends on them. */
int cpng_reader_header(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height,
                       char message[CPNG_READER_MESSAGE]);

/* Decodes to 8-bit RGB, tightly packed: palette and grey expanded, 16-bit samples cut to their upper byte, alpha and
   transparent colours dropped, gAMA and colour profiles ignored. `size` must be width * height * 3. Pixels that are
   missing are black, or the palette's first colour. */
int cpng_reader_rgb(const uint8_t *bytes, size_t count, uint8_t *rgb, size_t size, char message[CPNG_READER_MESSAGE]);

#endif
