#include "CTIFFReader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

/* What libtiff may allocate at once: a strip or tile of the most pixels that the caller allows, at four bytes. */
#define MAXIMUM_ALLOCATION ((tmsize_t)1 << 29)

struct input {
    const uint8_t *bytes;
    size_t count;
    size_t offset;
    char *message;
};

static tmsize_t take(thandle_t handle, void *target, tmsize_t count) {
    struct input *input = handle;
    if (count < 0 || input->offset >= input->count) return 0;
    size_t left = input->count - input->offset;
    size_t got = (size_t)count < left ? (size_t)count : left;
    memcpy(target, input->bytes + input->offset, got);
    input->offset += got;
    return (tmsize_t)got;
}

static tmsize_t refuse(thandle_t handle, void *source, tmsize_t count) {
    (void)handle;
    (void)source;
    (void)count;
    return 0;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    struct input *input = handle;
    if (whence == SEEK_CUR) offset += input->offset;
    if (whence == SEEK_END) offset += input->count;
    if (offset > (toff_t)SIZE_MAX) return (toff_t)-1;
    input->offset = (size_t)offset;
    return offset;
}

static int leave(thandle_t handle) {
    (void)handle;
    return 0;
}

static toff_t size(thandle_t handle) { return ((struct input *)handle)->count; }

static int note(TIFF *tiff, void *context, const char *module, const char *format, va_list arguments) {
    (void)tiff;
    (void)module;
    vsnprintf(((struct input *)context)->message, CTIFF_READER_MESSAGE, format, arguments);
    return 1;
}

static int ignore(TIFF *tiff, void *context, const char *module, const char *format, va_list arguments) {
    (void)tiff;
    (void)context;
    (void)module;
    (void)format;
    (void)arguments;
    return 1;
}

static TIFF *open_reader(struct input *input) {
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (options == NULL) return NULL;
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, MAXIMUM_ALLOCATION);
    TIFFOpenOptionsSetErrorHandlerExtR(options, note, input);
    TIFFOpenOptionsSetWarningHandlerExtR(options, ignore, NULL);
    /* "m": not mapped, the bytes are here. */
    TIFF *tiff = TIFFClientOpenExt("picture", "rm", input, take, refuse, seek, leave, size, NULL, NULL, options);
    TIFFOpenOptionsFree(options);
    return tiff;
}

static int read_header(TIFF *tiff, struct ctiff_reader_header *header) {
    header->orientation = 1;
    if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &header->width)) return 0;
    if (!TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &header->height)) return 0;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &header->orientation);
    return 1;
}

int ctiff_reader_read_header(const uint8_t *bytes, size_t count, struct ctiff_reader_header *header,
                             char message[CTIFF_READER_MESSAGE]) {
    struct input input = {bytes, count, 0, message};
    snprintf(message, CTIFF_READER_MESSAGE, "no picture");
    TIFF *tiff = open_reader(&input);
    if (tiff == NULL) return CTIFF_READER_DAMAGED;
    int found = read_header(tiff, header);
    TIFFClose(tiff);
    return found ? CTIFF_READER_OK : CTIFF_READER_DAMAGED;
}

/* Rows of grey or RGB with 8 or 16 bits, samples of a pixel together: taken as they are, so that neither alpha nor
   rounding changes them. Returns 1 for grey, 3 for RGB, 0 for all other kinds. */
static int plain_colors(TIFF *tiff) {
    uint16_t bits = 0, samples = 0, planes = 0, kind = 0, format = 0;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planes);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
    if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &kind)) return 0;
    int colors = kind == PHOTOMETRIC_RGB ? 3 : kind == PHOTOMETRIC_MINISBLACK ? 1 : 0;
    int isPlain = !TIFFIsTiled(tiff) && (bits == 8 || bits == 16) && planes == PLANARCONFIG_CONTIG &&
                  format == SAMPLEFORMAT_UINT && samples >= colors;
    return isPlain ? colors : 0;
}

static int read_plain(TIFF *tiff, int colors, uint8_t *rgb, uint32_t width, uint32_t height) {
    uint16_t bits = 0, samples = 0;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
    tmsize_t length = TIFFScanlineSize(tiff);
    if (length <= 0 || (uint64_t)length < (uint64_t)width * samples * (bits / 8)) return CTIFF_READER_DAMAGED;
    /* A row is at most the file's limit of pixels with 65,535 samples: bounded like every other allocation. */
    if (length > MAXIMUM_ALLOCATION) return CTIFF_READER_NO_MEMORY;
    uint8_t *row = malloc((size_t)length);
    if (row == NULL) return CTIFF_READER_NO_MEMORY;
    int result = CTIFF_READER_OK;
    for (uint32_t y = 0; y < height && result == CTIFF_READER_OK; y++) {
        if (TIFFReadScanline(tiff, row, y, 0) != 1) result = CTIFF_READER_DAMAGED;
        for (uint32_t x = 0; x < width && result == CTIFF_READER_OK; x++) {
            for (int channel = 0; channel < 3; channel++) {
                size_t at = (size_t)x * samples + (colors == 3 ? (size_t)channel : 0);
                uint16_t wide = 0;
                if (bits == 16) memcpy(&wide, row + 2 * at, 2);
                *rgb++ = bits == 16 ? (uint8_t)(wide >> 8) : row[at];
            }
        }
    }
    free(row);
    return result;
}

static int read_other(TIFF *tiff, uint8_t *rgb, uint32_t width, uint32_t height, uint16_t orientation) {
    uint32_t *raster = malloc((size_t)width * height * sizeof *raster);
    if (raster == NULL) return CTIFF_READER_NO_MEMORY;
    /* Asked for in its own orientation, the picture is not turned. */
    int done = TIFFReadRGBAImageOriented(tiff, width, height, raster, orientation, 1);
    for (size_t at = 0; done && at < (size_t)width * height; at++) {
        rgb[3 * at] = TIFFGetR(raster[at]);
        rgb[3 * at + 1] = TIFFGetG(raster[at]);
        rgb[3 * at + 2] = TIFFGetB(raster[at]);
    }
    free(raster);
    return done ? CTIFF_READER_OK : CTIFF_READER_DAMAGED;
}

int ctiff_reader_rgb(const uint8_t *bytes, size_t count, uint8_t *rgb, size_t size,
                     char message[CTIFF_READER_MESSAGE]) {
    struct input input = {bytes, count, 0, message};
    snprintf(message, CTIFF_READER_MESSAGE, "no picture");
    TIFF *tiff = open_reader(&input);
    if (tiff == NULL) return CTIFF_READER_DAMAGED;
    struct ctiff_reader_header header;
    int result = CTIFF_READER_DAMAGED;
    if (read_header(tiff, &header)) {
        if (header.width == 0 || header.height == 0 || size / 3 / header.width != header.height ||
            size != (size_t)header.width * header.height * 3) {
            result = CTIFF_READER_BAD_SIZE;
        } else if (plain_colors(tiff) > 0) {
            result = read_plain(tiff, plain_colors(tiff), rgb, header.width, header.height);
        } else {
            result = read_other(tiff, rgb, header.width, header.height, header.orientation);
        }
    }
    TIFFClose(tiff);
    return result;
}
