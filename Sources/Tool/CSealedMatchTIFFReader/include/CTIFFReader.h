/* Reads the first picture of a TIFF file in memory as RGB. libtiff's calls take any number of arguments, which Swift
   cannot call. */
#ifndef SEALEDMATCH_CTIFFREADER_H
#define SEALEDMATCH_CTIFFREADER_H

#include <stddef.h>
#include <stdint.h>

#define CTIFF_READER_MESSAGE 128

enum ctiff_reader_result {
    CTIFF_READER_OK = 0,
    /* Not a TIFF that can be read; `message` says why. */
    CTIFF_READER_DAMAGED = 1,
    CTIFF_READER_NO_MEMORY = 2,
    /* The caller's buffer is not width * height * 3 bytes. */
    CTIFF_READER_BAD_SIZE = 3
};

struct ctiff_reader_header {
    uint32_t width;
    uint32_t height;
    /* 1 to 8, the number of tag 274; 1 where there is none. */
    uint16_t orientation;
};

/* Allocates nothing that depends on width and height. */
int ctiff_reader_read_header(const uint8_t *bytes, size_t count, struct ctiff_reader_header *header,
                             char message[CTIFF_READER_MESSAGE]);

/* Decodes to 8-bit RGB as stored, tightly packed: palette and grey expanded, 16-bit samples cut to their upper byte,
   alpha dropped. `size` must be width * height * 3. */
int ctiff_reader_rgb(const uint8_t *bytes, size_t count, uint8_t *rgb, size_t size, char message[CTIFF_READER_MESSAGE]);

#endif
