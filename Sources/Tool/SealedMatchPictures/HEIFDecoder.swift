internal import CSealedMatchHEIF

/// HEIC, what phones take pictures in, by libheif: the primary picture, turned as its own properties say. (They belong
/// to the picture: no decoder gives it without them. EXIF's orientation is not one in this format.)
enum HEIFDecoder {
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, limits: PictureLimits) throws(PictureError)
        -> StoredPicture
    {
        guard let context = unsafe heif_context_alloc() else { throw PictureError(.damaged, "no decoder") }
        defer { unsafe heif_context_free(context) }
        unsafe heif_context_set_maximum_image_size_limit(context, 32_768)
        unsafe heif_context_set_max_decoding_threads(context, 0)
        try unsafe check(heif_context_read_from_memory_without_copy(context, bytes.baseAddress, bytes.count, nil))
        var primary: OpaquePointer?
        try unsafe check(heif_context_get_primary_image_handle(context, &primary))
        guard let handle = unsafe primary else { throw PictureError(.damaged, "HEIF without a picture") }
        defer { unsafe heif_image_handle_release(handle) }
        try unsafe limits.check(
            width: Int(heif_image_handle_get_width(handle)), height: Int(heif_image_handle_get_height(handle)))
        guard let options = unsafe heif_decoding_options_alloc() else { throw PictureError(.damaged, "no decoder") }
        defer { unsafe heif_decoding_options_free(options) }
        unsafe options.pointee.convert_hdr_to_8bit = 1
        var decoded: OpaquePointer?
        try unsafe check(
            heif_decode_image(handle, &decoded, heif_colorspace_RGB, heif_chroma_interleaved_RGB, options))
        guard let image = unsafe decoded else { throw PictureError(.damaged, "HEIF without a picture") }
        defer { unsafe heif_image_release(image) }
        let width = unsafe Int(heif_image_get_width(image, heif_channel_interleaved))
        let height = unsafe Int(heif_image_get_height(image, heif_channel_interleaved))
        try limits.check(width: width, height: height)
        var stride: Int32 = 0
        guard let plane = unsafe heif_image_get_plane_readonly(image, heif_channel_interleaved, &stride),
            Int(stride) >= 3 * width
        else { throw PictureError(.damaged, "HEIF without pixels") }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(width * height * 3)
        for row in 0..<height {
            unsafe pixels.append(contentsOf: UnsafeBufferPointer(start: plane + row * Int(stride), count: 3 * width))
        }
        return StoredPicture(DecodedPicture(width: width, height: height, checked: pixels))
    }

    private static func check(_ status: heif_error) throws(PictureError) {
        guard unsafe status.code != heif_error_Ok else { return }
        let text = unsafe status.message.map { unsafe String(cString: $0) } ?? ""
        throw unsafe PictureError(
            status.code == heif_error_Unsupported_feature || status.code == heif_error_Unsupported_filetype
                ? .unsupported : .damaged, text)
    }
}
