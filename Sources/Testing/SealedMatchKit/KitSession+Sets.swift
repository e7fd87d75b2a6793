internal import SealedMatchFingerprint
internal import SealedMatchJSON
internal import SealedMatchTesting

extension KitSession {
    /// Items, sets, and what clients are given.
    static let setCalls: [String: Call] = [
        "item": { _, world, arguments in
            let name = try arguments.text("name")
            let item = try add(name, to: world, &arguments)
            return ["name": .text(name), "kind": .text(kind(of: item.content))]
        },
        "media": { _, world, arguments in
            let item = try world.item(arguments.text("name"))
            try arguments.end()
            var result: [String: JSON] = ["kind": .text(kind(of: item.content))]
            switch item.content {
            case .file(let bytes): result["file"] = .bytes(bytes)
            case .picture(let picture): result["picture"] = value(picture)
            case .video(let frames): result["frames"] = .list(frames.map(value))
            case .unreadable: break
            }
            return result
        },
        "publish": { _, world, arguments in
            let threshold: Int? = arguments.has("threshold") ? try arguments.integer("threshold", 2...1_024) : nil
            let polynomials: Int? =
                arguments.has("polynomials") ? try arguments.integer("polynomials", 16...1_024) : nil
            let lists: [[String]]
            guard !(arguments.has("lists") && arguments.has("known")) else {
                throw KitFailure(.badRequest, "publish what is known, or lists, and not both")
            }
            if arguments.has("lists") {
                lists = try arguments.list("lists").map { list in
                    guard case .list(let names) = list else {
                        throw KitFailure(.badRequest, "lists: a list of names for each source")
                    }
                    return try names.map { name in
                        guard case .text(let name) = name else {
                            throw KitFailure(.badRequest, "lists: a list of names for each source")
                        }
                        return name
                    }
                }
            } else {
                lists = [[String]](repeating: try arguments.texts("known"), count: world.settings.sources)
            }
            try arguments.end()
            let set = try world.publish(lists: lists) { parameters in
                if let threshold { parameters.threshold = threshold }
                if let polynomials { parameters.polynomials = polynomials }
            }
            return about(set)
        },
        "set": { _, world, arguments in
            try arguments.end()
            let file = try world.distributedFile()
            // A damaged file has no description of its own: what it was made from has one.
            return about(world.sets.first { $0.file == file } ?? world.set).merging(["file": .bytes(file)]) { $1 }
        },
        "distribute": { _, world, arguments in
            let names: [String: TestWorld.Distribution] = [
                "current": .current, "missing": .missing, "corrupt": .corrupt, "truncated": .truncated,
            ]
            if let name = try? arguments.text("what") {
                guard let what = names[name] else {
                    throw KitFailure(.badRequest, "what: \(names.keys.sorted().joined(separator: ", ")), or a version")
                }
                try arguments.end()
                world.distribution = what
            } else {
                let version: UInt64 = try arguments.integer("what", 1...UInt64(world.sets.count))
                try arguments.end()
                world.distribution = .version(version)
            }
            return [:]
        },
        "trust": { _, world, arguments in
            try arguments.end()
            let trust = try world.trust()
            return [
                "sources": .list(trust.sources.map { .hexadecimal($0.bytes) }),
                "minimumSignatures": .number(trust.minimumSignatures),
                "minimumThreshold": .number(trust.minimumThreshold),
                "minimumPolynomials": .number(trust.minimumPolynomials),
                "minimumProbes": .number(trust.minimumProbes),
                "minimumSeparation": .number(trust.minimumSeparation),
                "minimumEntries": .number(trust.minimumEntries),
                "minimumConfirmedSources": .number(trust.minimumConfirmedSources),
                "maximumCheckLevels": .list(trust.maximumCheckLevels.values.map { .number($0) }),
                "allowTestSets": .boolean(trust.allowsTestSets),
            ]
        },
    ]

    private static func kind(of content: TestItem.Content) -> String {
        switch content {
        case .file: "file"
        case .picture: "picture"
        case .video: "video"
        case .unreadable: "unreadable"
        }
    }

    private static let formats: [(String, PixelFormat)] = [
        ("gray8", .gray8), ("rgb8", .rgb8), ("rgba8", .rgba8), ("bgra8", .bgra8),
    ]

    private static func value(_ picture: TestPicture) -> JSON {
        .object([
            "pixels": .bytes(picture.pixels), "width": .number(picture.width), "height": .number(picture.height),
            "format": .text(formats.first { $0.1 == picture.format }?.0 ?? ""),
        ])
    }

    private static func picture(_ arguments: inout KitArguments) throws -> TestPicture {
        let name = try arguments.text("format")
        guard let format = formats.first(where: { $0.0 == name })?.1 else {
            throw KitFailure(.badRequest, "format: gray8, rgb8, rgba8 or bgra8")
        }
        let picture = try TestPicture(
            pixels: arguments.bytes("pixels"), width: arguments.integer("width", 1...65_535),
            height: arguments.integer("height", 1...65_535), format: format)
        try arguments.end()
        return picture
    }

    private static func add(_ name: String, to world: TestWorld, _ arguments: inout KitArguments) throws -> TestItem {
        let kinds = ["file", "picture", "synthetic", "copyOf", "frames", "syntheticFrames", "unreadable"]
        let given = kinds.filter { arguments.has($0) }
        guard given.count == 1 else {
            throw KitFailure(.badRequest, "an item is exactly one of: \(kinds.joined(separator: ", "))")
        }
        switch given[0] {
        case "file":
            let bytes = try arguments.bytes("file")
            try arguments.end()
            return try world.add(name, .file(bytes))
        case "picture":
            var object = try arguments.object("picture")
            let picture = try picture(&object)
            try arguments.end()
            return try world.add(name, .picture(picture))
        case "synthetic":
            _ = try arguments.mark("synthetic")
            try arguments.end()
            return try world.addPicture(name)
        case "copyOf":
            let (original, quality) = (try arguments.text("copyOf"), try arguments.integer("quality", 1...100))
            try arguments.end()
            return try world.addCopy(name, of: original, quality: quality)
        case "frames":
            let objects = try arguments.objects("frames")
            guard objects.count <= 100 else {
                throw KitFailure(.badRequest, "frames: a video shows at most 100 pictures here, not \(objects.count)")
            }
            try arguments.end()
            let frames = try objects.map { object in
                var object = object
                return try picture(&object)
            }
            return try world.add(name, .video(frames))
        case "syntheticFrames":
            let count: Int = try arguments.integer("syntheticFrames", 1...100)
            try arguments.end()
            return try world.addVideo(name, seconds: count)
        default:
            _ = try arguments.mark("unreadable")
            try arguments.end()
            return try world.add(name, .unreadable)
        }
    }
}
