#include "CPNGReader.h"

#include <png.h>
#include <setjmp.h>
#include <string.h>

struct input {
    const uint8_t *bytes;
    size_t count;
    size_t offset;
    /* Where the length of a chunk of pixel data stands that is longer than the file, and what it is instead; behind the
       file, four zero bytes are then its checksum. libpng asks for its data in pieces, and would get none of the last.
     */
    size_t cut_at;
    uint8_t cut_length[4];
    size_t beyond;
    char *message;
};

static const size_t nowhere = (size_t)-1;

static void note(char *message, const char *text) {
    strncpy(message, text, CPNG_READER_MESSAGE - 1);
    message[CPNG_READER_MESSAGE - 1] = '\0';
}

static void fail(png_structp png, png_const_charp text) {
    struct input *input = png_get_error_ptr(png);
    note(input->message, text);
    png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static void take(png_structp png, png_bytep target, size_t count) {
    struct input *input = png_get_io_ptr(png);
    if (count > input->count + input->beyond - input->offset) png_error(png, "file is truncated");
    for (size_t at = 0; at < count;) {
        size_t from = input->offset + at;
        if (input->cut_at != nowhere && from >= input->cut_at && from < input->cut_at + 4) {
            target[at++] = input->cut_length[from - input->cut_at];
            continue;
        }
        size_t end = from < input->cut_at && input->cut_at < input->count ? input->cut_at : input->count;
        size_t piece = from < end ? end - from : count - at;
        if (piece > count - at) piece = count - at;
        if (from < end)
            memcpy(target + at, input->bytes + from, piece);
        else
            memset(target + at, 0, piece);
        at += piece;
    }
    input->offset += count;
}

/* Chunks that could expand (compressed text, profiles) or that are of no use here: skipped unread. */
static const png_byte skipped[] = "zTXt\0iTXt\0tEXt\0iCCP\0sPLT\0eXIf\0hIST\0gAMA\0cHRM\0sRGB\0bKGD";

static png_structp open_reader(struct input *input) {
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, input, fail, ignore);
    return png;
}

static void configure(png_structp png, struct input *input) {
    png_set_read_fn(png, input, take);
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff); /* the caller limits pixels */
    png_set_chunk_cache_max(png, 16);
    png_set_chunk_malloc_max(png, 0x7fffffff); /* bounded by the bytes at hand: nothing is kept */
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, skipped, (int)(sizeof skipped / 5));
    /* A damaged checksum is no reason to refuse a picture: what it guards is looked at by itself. */
    png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
    png_set_option(png, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
}

static uint32_t big_endian(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Where a chunk of pixel data is cut off, it gets a length that fits. */
static void mend(struct input *input) {
    size_t offset = 8;
    while (input->count >= offset + 8) {
        uint64_t length = big_endian(input->bytes + offset);
        size_t left = input->count - offset - 8;
        if (length + 4 > left) {
            if (memcmp(input->bytes + offset + 4, "IDAT", 4) != 0) return;
            size_t whole = length < left ? (size_t)length : left;
            input->cut_at = offset;
            for (int at = 0; at < 4; at++) input->cut_length[at] = (uint8_t)(whole >> (24 - 8 * at));
            input->count = offset + 8 + whole;
            input->beyond = 4;
            return;
        }
        offset += 12 + (size_t)length;
    }
}

/* Where the pixel data is longer than the pixels could need, the file ends for libpng: it inflates what is behind the
   last row to look for its end. */
static void bound(struct input *input, uint64_t raw) {
    size_t offset = 8;
    uint64_t data = 0;
    while (input->count >= offset + 12) {
        uint64_t length = big_endian(input->bytes + offset);
        if (length > input->count - offset - 12) return;
        if (memcmp(input->bytes + offset + 4, "IDAT", 4) == 0) data += length;
        offset += 12 + (size_t)length;
        if (data > raw + raw / 8 + 65536) {
            input->count = offset;
            input->cut_at = nowhere;
            input->beyond = 0;
            return;
        }
    }
}

/* What libpng leaves untouched: the palette's first colour, or black. */
static void fill(png_structp png, png_infop info, uint8_t *rgb, size_t size) {
    png_colorp palette = NULL;
    int colors = 0;
    if (png_get_PLTE(png, info, &palette, &colors) == 0 || colors < 1 ||
        png_get_color_type(png, info) != PNG_COLOR_TYPE_PALETTE) {
        memset(rgb, 0, size);
        return;
    }
    for (size_t at = 0; at + 2 < size; at += 3) {
        rgb[at] = palette[0].red;
        rgb[at + 1] = palette[0].green;
        rgb[at + 2] = palette[0].blue;
    }
}

int cpng_reader_header(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height,
                       char message[CPNG_READER_MESSAGE]) {
    struct input input = {bytes, count, 0, nowhere, {0}, 0, message};
    message[0] = '\0';
    png_structp volatile png = open_reader(&input);
    if (png == NULL) return CPNG_READER_NO_MEMORY;
    png_infop volatile info = png_create_info_struct(png);
    png_structp owned = png;
    png_infop owned_info = info;
    if (info == NULL) {
        png_destroy_read_struct(&owned, NULL, NULL);
        return CPNG_READER_NO_MEMORY;
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&owned, &owned_info, NULL);
        return CPNG_READER_DAMAGED;
    }
    configure(png, &input);
    png_read_info(png, info);
    *width = png_get_image_width(png, info);
    *height = png_get_image_height(png, info);
    png_destroy_read_struct(&owned, &owned_info, NULL);
    return CPNG_READER_OK;
}

int cpng_reader_rgb(const uint8_t *bytes, size_t count, uint8_t *rgb, size_t size, char message[CPNG_READER_MESSAGE]) {
    struct input input = {bytes, count, 0, nowhere, {0}, 0, message};
    message[0] = '\0';
    png_structp volatile png = open_reader(&input);
    if (png == NULL) return CPNG_READER_NO_MEMORY;
    png_infop volatile info = png_create_info_struct(png);
    png_structp owned = png;
    png_infop owned_info = info;
    if (info == NULL) {
        png_destroy_read_struct(&owned, NULL, NULL);
        return CPNG_READER_NO_MEMORY;
    }
    volatile uint64_t rows = 0; /* that are there; an interlaced picture has some of them several times */
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&owned, &owned_info, NULL);
        return rows > 0 ? CPNG_READER_CUT : CPNG_READER_DAMAGED;
    }
    configure(png, &input);
    mend(&input);
    png_read_info(png, info);
    uint64_t width = png_get_image_width(png, info);
    uint64_t height = png_get_image_height(png, info);
    /* Rows with their filter bytes; interlacing adds at most seven passes of them. */
    uint64_t raw = height * (uint64_t)png_get_rowbytes(png, info) + 16 * height + 64;
    bound(&input, raw);
    fill(png, info, rgb, size);
    png_set_expand(png);
    png_set_strip_16(png);
    png_set_gray_to_rgb(png);
    png_set_strip_alpha(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    if (width * height != size / 3 || size % 3 != 0 || png_get_rowbytes(png, info) != width * 3) {
        png_destroy_read_struct(&owned, &owned_info, NULL);
        return CPNG_READER_BAD_SIZE;
    }
    for (int pass = 0; pass < passes; pass++) {
        for (uint64_t row = 0; row < height; row++) {
            png_read_row(png, rgb + row * width * 3, NULL);
            rows++;
        }
    }
    png_destroy_read_struct(&owned, &owned_info, NULL);
    return CPNG_READER_OK;
}
