internal import SealedMatchJSON
internal import SealedMatchTesting

extension KitSession {
    /// What a test switches on, and the clock.
    static let faultCalls: [String: Call] = [
        "faults": { _, world, arguments in
            let device = try device(world, &arguments)
            let isFull: Bool? = arguments.has("diskFull") ? try arguments.truth("diskFull") : nil
            var draws: Int?? = nil
            if arguments.names("randomFailsAfter") {
                draws =
                    arguments.has("randomFailsAfter")
                    ? try arguments.integer("randomFailsAfter", 0...Int(Int32.max)) : .some(nil)
            }
            let offset: Int64? =
                arguments.has("clockOffset")
                ? try arguments.integer("clockOffset", -(1 << 40)...(1 << 40)) : nil
            try arguments.end()
            if let isFull { device.disk.isFull = isFull }
            if let draws { device.failRandomSource(after: draws) }
            if let offset { device.clockOffset = offset }
            return [:]
        },
        "network": { _, world, arguments in
            var network = TestNetwork()
            if arguments.has("next") { network.next = try arguments.list("next").map(fate) }
            if arguments.has("lost") { network.lost = try arguments.share("lost") }
            if arguments.has("answersLost") { network.answersLost = try arguments.share("answersLost") }
            if arguments.has("repeated") { network.repeated = try arguments.share("repeated") }
            if arguments.has("delayed") { network.delayed = try arguments.share("delayed") }
            if arguments.has("longestDelay") {
                network.longestDelay = try arguments.integer("longestDelay", 1...2_592_000)
            }
            if arguments.has("reorders") { network.reorders = try arguments.truth("reorders") }
            try arguments.end()
            world.network = network
            return [:]
        },
        "collector": { _, world, arguments in
            let isUp: Bool? = arguments.has("up") ? try arguments.truth("up") : nil
            let all = try refusals("refuse", &arguments)
            let vouchers = try refusals("refuseVouchers", &arguments)
            try arguments.end()
            if let isUp { world.collector.isUp = isUp }
            if let (code, times) = all { world.collector.refuse(code, times: times) }
            if let (code, times) = vouchers { world.collector.refuseVouchers(code, times: times) }
            return ["requests": .number(world.collector.requests)]
        },
        "authority": { _, world, arguments in
            let hasKeys = try arguments.truth("keys")
            try arguments.end()
            world.authorityHasKeys = hasKeys
            return [:]
        },
        "advance": { _, world, arguments in
            let given = ["days", "seconds", "to", "nextEpoch"].filter { arguments.has($0) }
            guard given.count == 1 else {
                throw KitFailure(.badRequest, "advance by exactly one of: days, seconds, to, nextEpoch")
            }
            let range = -Int64(1 << 40)...Int64(1 << 40)
            switch given[0] {
            case "days":
                let days = try arguments.integer("days", range)
                try arguments.end()
                try world.advance(days: Int(days))
            case "seconds":
                let seconds = try arguments.integer("seconds", range)
                try arguments.end()
                try world.advance(seconds: Int(seconds))
            case "to":
                let moment: UInt64 = try arguments.integer("to", 0...(1 << 40))
                try arguments.end()
                try world.advance(to: moment)
            default:
                _ = try arguments.mark("nextEpoch")
                try arguments.end()
                try world.advanceToNextEpoch()
            }
            return try clock(of: world)
        },
    ]

    private static func fate(_ value: JSON) throws -> TestNetwork.Fate {
        switch value {
        case .text("arrives"): return .arrives
        case .text("lost"): return .lost
        case .text("answerLost"): return .answerLost
        case .text("repeated"): return .repeated
        case .object(let fields):
            var arguments = KitArguments(fields, at: "next.")
            let seconds: UInt64 = try arguments.integer("delayed", 0...2_592_000)
            try arguments.end()
            return .delayed(seconds: seconds)
        default:
            throw KitFailure(
                .badRequest,
                "next: a list of \"arrives\", \"lost\", \"answerLost\", \"repeated\" or {\"delayed\": seconds}")
        }
    }

    private static func refusals(
        _ name: String, _ arguments: inout KitArguments
    ) throws -> (SealedMatchError.Code, Int)? {
        guard arguments.has(name) else { return nil }
        var object = try arguments.object(name)
        let text = try object.text("code")
        guard let code = ErrorName.code(text) else {
            throw KitFailure(
                .badRequest,
                "\(name).code: no error has the name \"\(text.prefix(50))\"; see Docs/Protocol.md, section 6")
        }
        let times = object.has("times") ? try object.integer("times", 0...65_536) : 1
        try object.end()
        return (code, times)
    }
}
