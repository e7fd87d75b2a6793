#include "CPNGReader.h"

#include <png.h>
#include <setjmp.h>
#include <string.h>

struct input {
    const uint8_t *bytes;
    size_t count;
    size_t offset;
    char *message;
};

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
    if (count > input->count - input->offset) png_error(png, "file is truncated");
    memcpy(target, input->bytes + input->offset, count);
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
    /* A damaged checksum of a chunk that is not needed is no reason to refuse a picture; a needed one is. */
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_WARN_DISCARD);
}

static uint32_t big_endian(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Walks the chunks: the file must reach IEND, and pixel data must not be longer than the pixels could need, so that
   data behind the last row cannot be a bomb (libpng inflates it to look for the end). */
static int check_chunks(const uint8_t *bytes, size_t count, uint64_t raw, char *message) {
    size_t offset = 8;
    uint64_t data = 0;
    for (;;) {
        if (count - offset < 12) break;
        uint64_t length = big_endian(bytes + offset);
        if (length > (uint64_t)(count - offset - 12)) break;
        const uint8_t *type = bytes + offset + 4;
        if (memcmp(type, "IDAT", 4) == 0) data += length;
        if (memcmp(type, "IEND", 4) == 0) {
            if (data <= raw + raw / 8 + 65536) return CPNG_READER_OK;
            note(message, "more pixel data than pixels");
            return CPNG_READER_DAMAGED;
        }
        offset += 12 + (size_t)length;
    }
    note(message, "file is truncated");
    return CPNG_READER_DAMAGED;
}

int cpng_reader_header(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height,
                       char message[CPNG_READER_MESSAGE]) {
    struct input input = {bytes, count, 0, message};
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

int cpng_reader_rgb(const uint8_t *bytes, size_t count, uint8_t *rgb, size_t size,
                    char message[CPNG_READER_MESSAGE]) {
    struct input input = {bytes, count, 0, message};
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
    uint64_t width = png_get_image_width(png, info);
    uint64_t height = png_get_image_height(png, info);
    /* Rows with their filter bytes; interlacing adds at most seven passes of them. */
    uint64_t raw = height * (uint64_t)png_get_rowbytes(png, info) + 16 * height + 64;
    int checked = check_chunks(bytes, count, raw, message);
    if (checked != CPNG_READER_OK) {
        png_destroy_read_struct(&owned, &owned_info, NULL);
        return checked;
    }
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
        for (uint64_t row = 0; row < height; row++) png_read_row(png, rgb + row * width * 3, NULL);
    }
    png_destroy_read_struct(&owned, &owned_info, NULL);
    return CPNG_READER_OK;
}
