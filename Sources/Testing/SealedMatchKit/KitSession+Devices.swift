internal import SealedMatchJSON
internal import SealedMatchTesting

extension KitSession {
    /// What accounts and devices do.
    static let deviceCalls: [String: Call] = [
        "account": { _, world, arguments in
            let account = try world.account(arguments.text("name"))
            try arguments.end()
            return ["id": .hexadecimal(account.id.encoded.bytes)]
        },
        "device": { _, world, arguments in
            let account = try account(world, &arguments)
            let name = try arguments.text("device", or: "phone")
            try arguments.end()
            let device = try account.device(name)
            return [
                "now": .number(device.now), "waiting": .number(device.waitingCount),
                "set": .number(device.set.header.version),
            ]
        },
        "send": { _, world, arguments in
            let device = try device(world, &arguments)
            guard !(arguments.has("others") && arguments.has("items")) else {
                throw KitFailure(.badRequest, "send items, or others, and not both")
            }
            if arguments.has("others") {
                let count: Int = try arguments.integer("others", 0...65_536)
                try arguments.end()
                return try delivery(device) { try device.send(others: count) }
            }
            let names = try arguments.texts("items")
            try arguments.end()
            // A name that is wrong is found before anything is sealed.
            for name in names { _ = try world.item(name) }
            return try delivery(device) { try device.send(names) }
        },
        "seal": { _, world, arguments in
            let device = try device(world, &arguments)
            let item = try arguments.text("item")
            let note = arguments.has("note") ? try arguments.bytes("note") : nil
            try arguments.end()
            try device.seal(item, note: note)
            return ["waiting": .number(device.waitingCount)]
        },
        "deliver": { _, world, arguments in
            let device = try device(world, &arguments)
            try arguments.end()
            return try delivery(device) { try device.deliver() }
        },
        "resend": { _, world, arguments in
            let device = try device(world, &arguments)
            try arguments.end()
            return try delivery(device) { try device.resend() }
        },
        "vouchers": { _, world, arguments in
            let device = try device(world, &arguments)
            try arguments.end()
            func list(_ vouchers: [[UInt8]]) -> JSON { .list(vouchers.map { .bytes($0) }) }
            return [
                "waiting": list(device.waitingVouchers), "acknowledged": list(device.acknowledged),
                "refused": list(device.refused), "registrations": .bytes(device.registered.flatMap(\.encoded)),
            ]
        },
        "merge": { _, world, arguments in
            let account = try account(world, &arguments)
            try arguments.end()
            try account.mergeDevices()
            return [:]
        },
        "fetch": { _, world, arguments in
            let device = try device(world, &arguments)
            try arguments.end()
            try device.fetchSet()
            return ["set": .number(device.set.header.version)]
        },
        "restart": { _, world, arguments in
            let device = try device(world, &arguments)
            try arguments.end()
            try device.restart()
            return [:]
        },
        "backup": { session, world, arguments in
            let device = try device(world, &arguments)
            try arguments.end()
            session.backups.append(device.backup())
            return ["backup": .number(session.backups.count)]
        },
        "restore": { session, world, arguments in
            let device = try device(world, &arguments)
            let number: Int = try arguments.integer("backup", 1...Int.max)
            try arguments.end()
            guard number <= session.backups.count else {
                throw KitFailure(.unknownBackup, "there is no backup \(number); call `backup` first")
            }
            try device.restore(session.backups[number - 1])
            return [:]
        },
        "register": { _, world, arguments in
            let account = try account(world, &arguments)
            let bytes = try arguments.bytes("registrations")
            try arguments.end()
            return [
                "outcomes": .list(
                    Registration.all(in: bytes).map { result in
                        outcome { () throws(SealedMatchError) in
                            try world.collector.register(result.get(), from: account.id)
                        }
                    })
            ]
        },
        "upload": { _, world, arguments in
            let account = try account(world, &arguments)
            let vouchers = try arguments.byteStrings("vouchers")
            try arguments.end()
            return [
                "outcomes": .list(
                    vouchers.map { voucher in
                        outcome { () throws(SealedMatchError) in
                            try world.collector.store(voucher, from: account.id)
                        }
                    })
            ]
        },
    ]

    static func account(_ world: TestWorld, _ arguments: inout KitArguments) throws -> TestAccount {
        try world.knownAccount(arguments.text("account"))
    }

    static func device(_ world: TestWorld, _ arguments: inout KitArguments) throws -> TestDevice {
        let account = try account(world, &arguments)
        return try account.knownDevice(arguments.text("device", or: "phone"))
    }

    private static func delivery(_ device: TestDevice, _ deliver: () throws -> Void) throws -> [String: JSON] {
        let (acknowledged, refused) = (device.acknowledged.count, device.refused.count)
        try deliver()
        return [
            "acknowledged": .number(device.acknowledged.count - acknowledged),
            "refused": .number(device.refused.count - refused), "waiting": .number(device.waitingCount),
            "failure": device.lastFailure.map { KitFailure($0).value } ?? .null,
        ]
    }

    private static func outcome(_ work: () throws(SealedMatchError) -> IntakeOutcome) -> JSON {
        do throws(SealedMatchError) {
            return .text("\(try work())")
        } catch {
            return KitFailure(error).value
        }
    }
}
