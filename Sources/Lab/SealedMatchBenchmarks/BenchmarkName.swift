/// Every figure of the suite, in the order of the report.
///
/// Times of work on one thread are processor time of that thread, so that other programs on the machine do not count;
/// the two-core figures are wall time. Where several rounds run, the value is their median, and what is compared is
/// measured in turns.
enum BenchmarkName: String, CaseIterable {
    // Microseconds an element of the batches (Docs/Backend.md), one thread: by the backend that is chosen for this
    // processor, and by two others as far as it has them. Floor: libsodium's functions, one element at a time, in the
    // same round. The ratio is the median of the rounds'.

    /// `scalar·Q`, decode to encode, one scalar for all: 256 elements.
    case groupMultiply = "group.multiply"
    case groupMultiplyPortable = "group.multiply.portable"
    case groupMultiplyAVX2 = "group.multiply.avx2"
    /// H(y), from the message to the encoding: 256 messages.
    case groupHash = "group.hash"
    case groupHashPortable = "group.hash.portable"
    case groupHashAVX2 = "group.hash.avx2"
    /// Α·H(y), with no encoding in between: 256 messages.
    case groupEvaluate = "group.evaluate"
    case groupEvaluatePortable = "group.evaluate.portable"
    case groupEvaluateAVX2 = "group.evaluate.avx2"
    /// T[a] − T[b] − T[c]: 85 triples.
    case groupSubtract = "group.subtract"
    case groupSubtractPortable = "group.subtract.portable"
    case groupSubtractAVX2 = "group.subtract.avx2"
    /// Σ s·P of public values: 512 terms.
    case groupCombine = "group.combine"
    case groupCombinePortable = "group.combine.portable"
    case groupCombineAVX2 = "group.combine.avx2"
    /// All group work of a slot, q and s: 256 slots, of several vouchers.
    case groupProbe = "group.probe"
    case groupProbePortable = "group.probe.portable"
    case groupProbeAVX2 = "group.probe.avx2"

    /// Microseconds that the selection takes for each entry: keys of two lists that hold the same hashes, sorted,
    /// joined, near keys folded. One thread.
    case setSelect = "set.select"
    /// The same of 10^5 and of 10^6 entries, in every run: it should hardly grow.
    case setSelect5 = "set.select.1e5"
    case setSelect6 = "set.select.1e6"
    /// Bytes of the set file after its header, for each entry. Floor: the 32 bytes of one group element. Goal: at most
    /// 40.
    case setBytes = "set.bytes_per_entry"
    /// m/n. Floor: one cell for each entry. Goal: at most 1.25.
    case setCells = "set.cells_per_entry"
    /// Entries y of the written file whose decoding is not α·H(y); every entry is decoded. Goal: 0.
    case setLost = "set.lost_entries"
    /// Microseconds that `BuiltSet.build` takes for each entry on one thread: positions, peeling, fillers, evaluation,
    /// solving, digest. Floor: one hash to the group and one variable-base multiplication, sampled throughout the build
    /// (the mean, as the build is a total). Goal: at most 1.6 times the floor.
    case buildOneCore = "set.build.one_core"
    /// Wall time of the build on one thread over that on two, same entries and secrets; the ratio is the speed-up
    /// itself. Goal: at least 1.8. Other programs on the machine lower it: compare with `machineTwoCores`, which they
    /// lower too.
    case buildTwoCores = "set.build.two_cores"
    /// The speed-up that two threads give to multiplications that share nothing, sampled between the builds: what this
    /// machine, as busy as it is, has to give.
    case machineTwoCores = "machine.two_cores"
    /// Bytes by which the process's peak resident memory during selection and build exceeds what was resident before,
    /// for each entry. The lists, held by the caller, are what was resident before; the selected keys and the finished
    /// table are counted. Goal: at most 200.
    case buildMemory = "set.build.memory_per_entry"
    /// Microseconds that `AuditPackage.make` takes for each entry, one thread: decoding and the batched proof. Floor:
    /// its group operations, which are one hash to the group, two additions to decode, one multiplication and one
    /// addition to combine.
    case setProve = "set.prove"
    /// Microseconds that `Audit.run` takes for each entry, one thread. Floor: its group operations, which are one hash
    /// to the group, two additions to decode, two multiplications and two additions to verify, two additions to
    /// rebuild, and the fillers' hashes.
    case setAudit = "set.audit"

    /// Microseconds for one slot: the difference of two sealers' vouchers that differ in M alone, over the difference
    /// of M. So the keys' enumeration, the distinctness store, KDFs and random numbers are inside; the body is not.
    /// Floor: the slot's group operations, which are H(y), β·H(y), γ·B and their sum, two additions to decode,
    /// β·decode(y), γ·L and their sum. Goal: at most 1.15 times the floor.
    case sealProbe = "seal.probe"
    /// `seal.probe` over one key of the published two-header protocol (`TwoHeaderVoucher`). Goal: at most 0.65.
    case sealTwoHeader = "seal.vs_two_header"
    /// Milliseconds of one `Sealer.seal` of a fingerprinted picture, M = 32. Floor: the group operations of its 32
    /// slots.
    case sealVoucher = "seal.voucher"

    /// Microseconds for a slot at the authority, one thread: S' = α·Q, the check, the mask of those that open (one in
    /// five), and the slot's share of the voucher's transcript. Floor: one variable-base multiplication. Goal: at most
    /// 1.1 times the floor.
    case openSlot = "open.slot"
    /// Microseconds for a slot where α is divided, 2 of 3 custodians in this process, all of it on one thread: masking,
    /// both parties' products, adding, the check. Floor: the products of one α, by the same batches, in the same run.
    /// Goal: at most 2.6 times the floor.
    case openCustodians = "open.custodians"
    /// Wall time of opening on one thread over that on two. The ratio is the speed-up itself.
    case openTwoCores = "open.slot.two_cores"

    /// Bytes of private memory that `BlindedSet.open` leaves behind. The set file's pages are mapped, shared and
    /// unchanged, so the kernel can drop them: they do not count. Goal: at most 8 MB.
    case clientPrivate = "client.private_bytes"
    /// Bytes of private memory that a sealer and 200 vouchers (100 in a quick run) sealed by it leave behind, on the
    /// large set. Floor: the same on the smallest set. They differ by nothing that grows with the set.
    case clientGrowth = "client.seal_growth"

    /// Milliseconds to check a set's proof: a log of a million entries, five witnesses, of which three are needed.
    /// Floor: its six Ed25519 verifications. Goal: at most 1.
    case logVerify = "log.verify"

    /// Milliseconds, wall time, of a page of 100 out of a library of 100,000 cases (2,000 in a quick run), from opening
    /// the file on. Goal: at most 100.
    case casesList = "cases.list"
    /// Four searches in it: by state, by person, by the beginning of a pseudonym, by epoch and state. Goal: at most
    /// 100.
    case casesSearch = "cases.search"
    /// One case of it, all its events checked.
    case casesRead = "cases.read"

    /// Milliseconds to decode 1,500 openings with t = 30, k = 312, of which 1,100 are by chance, by dense elimination,
    /// one thread.
    case reveal = "reveal.1500"
    /// The same of 1,510 openings without a match, which nearly every try of an account of 300 vouchers is. Goal: at
    /// most 260, one core for ten million accounts and a try an epoch.
    case revealNone = "reveal.none.1510"
    /// The same by the decoder's own steps (Docs/Protocol.md, "Decoder"), as for more than 4,096 openings.
    case revealNoneBySteps = "reveal.none.1510.steps"

    /// Milliseconds of a test with the kit, wall time: a world with the default parameters, 240 vouchers of one
    /// account, 40 of them matches, and the reveal. Floor: sealing and delivering the vouchers alone, in the same test.
    case kitDefault = "kit.default"
    /// A world of t = 3, four matches, and the reveal.
    case kitThree = "kit.three"

    /// Milliseconds to fingerprint 1920 × 1080 RGB pixels, decoding not included. Floor: every pixel read once, its
    /// luma written to an array.
    case pdq = "pdq.1080p"
    /// `pdq.1080p` over PyPI's `pdqhash` on the same pixels, in turns, timed inside the Python process. Only where the
    /// environment variable SEALEDMATCH_PYTHON names a Python that has it.
    case pdqPeer = "pdq.1080p.vs_pdqhash"
    /// Milliseconds for the raster of the same pixels. In place of a floor, `pdq.1080p`.
    case pdqRaster = "pdq.raster"
    /// Microseconds for the coefficients of all hypotheses of the standard profile, from fingerprint and raster.
    case pdqHypotheses = "pdq.hypotheses"
    /// Microseconds to enumerate the M = 32 probes from the coefficients of all hypotheses. Goal: at most 100.
    case pdqProbes = "pdq.probes"
    /// Milliseconds from the bytes of a JPEG file of 4000 × 3000 pixels to fingerprint and raster, at full size: a
    /// scaled decode would give other hashes than the lists have. Floor: the decode alone, by libturbojpeg. The picture
    /// is a photograph, repeated to that size, where the environment variable SEALEDMATCH_PICTURES names a directory of
    /// such, else made by a formula.
    case pdqLarge = "pdq.12mp"
    /// `pdq.12mp` over Pillow's decode and `pdqhash` of the same file, in turns, timed inside the Python process. Needs
    /// SEALEDMATCH_PYTHON.
    case pdqLargePeer = "pdq.12mp.vs_pdqhash"

    /// Milliseconds of all that SealedMatch does for that picture once the messenger has decoded it: fingerprint,
    /// raster, probes and a voucher, M = 32.
    case sealShareOurs = "seal.share.sealedmatch"
    /// Milliseconds that a messenger spends on it: decode, reduction to 1600 pixels by area means, JPEG at quality 75,
    /// encryption.
    case sealShareMessenger = "seal.share.messenger"
    /// `seal.share.sealedmatch` over `seal.share.messenger`, the median over rounds.
    case sealShare = "seal.share"
    /// The same where SealedMatch sees the reduced pixels, as is advised (Docs/Embedding.md).
    case sealShareSentCopy = "seal.share.sent_copy"

    // Through the C interface of libsealedmatch.so, Embedded Swift; only where the environment variable
    // SEALEDMATCH_LIBRARY names it.

    /// Milliseconds of processor time from loading the library to a first voucher of 64 × 64 pixels, without the set's
    /// own opening. Floor: the second voucher. Goal: at most 20 ms on a quiet machine.
    case abiFirst = "abi.first_voucher"
    /// Milliseconds of `sealedmatch_sealer_seal` of a picture. Floor: `Sealer.seal` and the voucher's encoding in
    /// Swift, just before and after. Goal: at most 1.01 times.
    case abiSeal = "abi.seal"
    /// Wall time of eight sealers on one set on one thread over that on eight. Floor: the same quotient of
    /// multiplications that share nothing, which no more threads than cores can raise. Goal: near 1.
    case abiThreads = "abi.seal.eight_threads"
    /// Bytes of the library's file, with the batches.
    case libraryBytes = "library.bytes"
    /// Bytes of private memory that the large set, a sealer and 20 vouchers take, in all. Goal: at most 4 MB.
    case abiMemory = "abi.private_bytes"
    /// Milliseconds of `sealedmatch_item_picture` for 1920 × 1080 RGB pixels, raster included. Floor: `PDQFingerprint`
    /// and `PictureRaster` in Swift.
    case abiPDQ = "abi.pdq.1080p"
    /// `abi.pdq.1080p` over PyPI's `pdqhash` on the same pixels, in turns, with the same bits. Goal: at most 1/3. Needs
    /// SEALEDMATCH_PYTHON too.
    case abiPDQPeer = "abi.pdq.1080p.vs_pdqhash"
}

/// Figures of `bench --scale`, for each number of entries N: the name is `scale.N.` and one of these. N is `1e6` or
/// `1e7`. All are for one entry.
enum ScaleName: String, CaseIterable {
    /// Microseconds of the selection from two lists that hold the same hashes, one thread.
    case select = "select"
    /// The same on two threads, wall time.
    case selectTwoCores = "select.two_cores"
    /// Microseconds of `BuiltSet.build`, one thread.
    case build = "build.one_core"
    /// The same on two threads, wall time.
    case buildTwoCores = "build.two_cores"
    /// Bytes by which the process's peak resident memory, from the making of the lists to the finished set, exceeds
    /// what was resident before. The two lists are counted; they are let go after the selection. Goal: at most 200.
    case memory = "memory"

    func name(entries: String) -> String { "scale.\(entries).\(rawValue)" }
}
