import SealedMatchFingerprint
import Foundation
import SealedMatchPictures
import Testing

/// Equality with pdqhash on the user's pictures, through `Scripts/pdq_reference.py`.
///
/// `SEALEDMATCH_PICTURES` names a directory of JPEG, PNG and WebP files, `SEALEDMATCH_PYTHON` a Python that has pdqhash
/// 0.2.8 and Pillow (default `python3`). Once the directory is named, anything that is missing is a failure.
@Suite struct RealPictureTests {
    static let directory = ProcessInfo.processInfo.environment["SEALEDMATCH_PICTURES"]

    struct Reference: Decodable {
        let path: String
        let width: Int
        let height: Int
        let pixels: UInt32
        let hash: String
        let quality: Int
        let coefficients: UInt32?
    }

    @Test(.enabled(if: directory != nil, "set SEALEDMATCH_PICTURES to a directory of pictures"))
    func equalsReference() throws {
        let references = try references(in: #require(Self.directory))
        try #require(!references.isEmpty, "no pictures found")
        var equalPixels = 0
        for reference in references {
            let picture: DecodedPicture
            do {
                picture = try Picture.read(path: reference.path)
            } catch {
                // Files that Pillow mends silently.
                print("not decoded here: \(reference.path): \(error)")
                continue
            }
            #expect(picture.width == reference.width && picture.height == reference.height)
            let fingerprint = try PDQFingerprint(
                pixels: picture.pixels.span.bytes, width: picture.width, height: picture.height,
                bytesPerRow: picture.bytesPerRow, format: .rgb8)
            if checksum(picture.pixels) == reference.pixels {
                equalPixels += 1
                #expect(fingerprint.hash.hexadecimal == reference.hash, "\(reference.path)")
                #expect(fingerprint.quality == reference.quality, "\(reference.path)")
                if let sum = reference.coefficients { #expect(checksum(fingerprint.coefficients) == sum) }
            } else {
                let distance = try fingerprint.hash.hammingDistance(to: PDQHash(hexadecimal: reference.hash))
                print("decoded to other pixels than Pillow's: \(reference.path), distance \(distance)")
                #expect(distance <= 8, "\(reference.path)")
            }
        }
        print("\(references.count) pictures, \(equalPixels) with Pillow's pixels, their hashes equal to pdqhash's")
        #expect(equalPixels * 10 >= references.count * 9)
    }

    private func references(in directory: String) throws -> [Reference] {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scripts/pdq_reference.py")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        let python = ProcessInfo.processInfo.environment["SEALEDMATCH_PYTHON"] ?? "python3"
        process.arguments = [python, script.path, "pictures", directory]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(
            process.terminationStatus == 0, "\(python) \(script.path) failed: does it have pdqhash and Pillow?")
        return try output.split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(Reference.self, from: $0)
        }
    }
}
