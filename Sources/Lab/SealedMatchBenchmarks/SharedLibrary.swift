internal import CSealedMatch
internal import Glibc
internal import SealedMatchCrypto

/// libsealedmatch.so as a messenger loads it, Embedded Swift beside this program's full runtime: named by the
/// environment variable SEALEDMATCH_LIBRARY.
struct SharedLibrary {
    typealias Size = UnsafeMutablePointer<Int>

    let errorText: @convention(c) (Int32) -> UnsafePointer<CChar>?
    let trustDefaults: @convention(c) (UnsafeMutablePointer<sealedmatch_trust>?, Int) -> Int32
    let setOpen:
        @convention(c) (
            UnsafePointer<CChar>?, UnsafePointer<sealedmatch_trust>?, UInt64, UInt64,
            UnsafeMutablePointer<sealedmatch_set>?
        ) -> Int32
    let setClose: @convention(c) (sealedmatch_set) -> Int32
    let itemPicture:
        @convention(c) (UnsafeRawPointer?, Int, UInt32, UInt32, Int, UInt32, UnsafeMutablePointer<sealedmatch_item>?) ->
            Int32
    let itemPDQ:
        @convention(c) (UnsafePointer<sealedmatch_item>?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt32>?)
            -> Int32
    let secretCreate: @convention(c) (sealedmatch_set, UInt64, UnsafeMutablePointer<sealedmatch_secret>?) -> Int32
    let secretClose: @convention(c) (sealedmatch_secret) -> Int32
    let sealerOpen:
        @convention(c) (
            sealedmatch_set, sealedmatch_secret, UnsafePointer<UInt8>?, UnsafeRawPointer?, Int, UInt64,
            UnsafeMutablePointer<sealedmatch_sealer>?
        ) -> Int32
    let sealerSeal:
        @convention(c) (
            sealedmatch_sealer, UnsafePointer<sealedmatch_item>?, UnsafeRawPointer?, Int, UnsafeMutableRawPointer?, Int,
            Size?
        ) -> Int32
    let sealerClose: @convention(c) (sealedmatch_sealer) -> Int32

    let path: String
    /// Given back to the loader, never followed.
    nonisolated(unsafe) private let handle: UnsafeMutableRawPointer

    /// - Parameter apart: as in a process that has loaded nothing of it yet: with a libsodium and a libc of its own.
    ///   For `unload` soon; there is room for a few only.
    /// - Throws: when a symbol is missing; `make check-abi` compares them all.
    init(path: String, apart: Bool = false) throws {
        guard let handle = apart ? try Self.openApart(path) : dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw BenchmarkFailure(description: "SEALEDMATCH_LIBRARY cannot be loaded: " + String(cString: dlerror()))
        }
        self.path = path
        self.handle = handle
        func symbol<Function>(_ name: String) throws -> Function {
            guard let address = dlsym(handle, "sealedmatch_" + name) else {
                throw BenchmarkFailure(description: "the library has no sealedmatch_" + name)
            }
            return unsafeBitCast(address, to: Function.self)
        }
        errorText = try symbol("error_text")
        trustDefaults = try symbol("trust_defaults")
        setOpen = try symbol("set_open")
        setClose = try symbol("set_close")
        itemPicture = try symbol("item_picture")
        itemPDQ = try symbol("item_pdq")
        secretCreate = try symbol("secret_create")
        secretClose = try symbol("secret_close")
        sealerOpen = try symbol("sealer_open")
        sealerSeal = try symbol("sealer_seal")
        sealerClose = try symbol("sealer_close")
    }

    /// `dlmopen` with LM_ID_NEWLM, which the Glibc module hides.
    private static func openApart(_ path: String) throws -> UnsafeMutableRawPointer? {
        typealias Open = @convention(c) (Int, UnsafePointer<CChar>, Int32) -> UnsafeMutableRawPointer?
        guard let open = dlsym(nil, "dlmopen") else {
            throw BenchmarkFailure(description: "this C library has no dlmopen")
        }
        return unsafeBitCast(open, to: Open.self)(-1, path, RTLD_NOW | RTLD_LOCAL)
    }

    func unload() { dlclose(handle) }

    func check(_ code: Int32) throws {
        guard code == 0 else {
            throw BenchmarkFailure(
                description: "the C interface gave \(code): " + (errorText(code).map { String(cString: $0) } ?? ""))
        }
    }

    func open(_ fixture: SetFixture) throws -> sealedmatch_set {
        var trust = sealedmatch_trust()
        try check(trustDefaults(&trust, MemoryLayout<sealedmatch_trust>.size))
        trust.minimum_signatures = 2
        trust.minimum_entries = 1
        let keys = fixture.signers.publicKeys.flatMap(\.bytes)
        var set = sealedmatch_set()
        try keys.withUnsafeBufferPointer { keys in
            trust.sources = keys.baseAddress
            trust.source_count = fixture.signers.publicKeys.count
            try check(setOpen(fixture.path, &trust, SetFixture.now, 0, &set))
        }
        return set
    }

    func sealer(_ set: sealedmatch_set) throws -> sealedmatch_sealer {
        var secret = sealedmatch_secret()
        var sealer = sealedmatch_sealer()
        let account = try SealFixture.rkey().bytes
        try check(secretCreate(set, SetFixture.now, &secret))
        try check(sealerOpen(set, secret, account, nil, 0, SetFixture.now, &sealer))
        try check(secretClose(secret))
        return sealer
    }

    /// Seals one item; the voucher's bytes are dropped.
    func seal(_ sealer: sealedmatch_sealer, _ item: inout sealedmatch_item, into voucher: UnsafeMutableRawBufferPointer)
        throws
    {
        var count = 0
        try check(sealerSeal(sealer, &item, nil, 0, voucher.baseAddress, voucher.count, &count))
    }

    func item(_ pixels: [UInt8], width: Int, height: Int, format: sealedmatch_format, bytesPerPixel: Int) throws
        -> sealedmatch_item
    {
        var item = sealedmatch_item()
        try check(
            itemPicture(
                pixels, pixels.count, UInt32(width), UInt32(height), bytesPerPixel * width, format.rawValue, &item))
        return item
    }
}
