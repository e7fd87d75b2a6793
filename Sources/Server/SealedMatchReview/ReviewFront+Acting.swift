internal import HTTPTypes
internal import Hummingbird
internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchFront

extension ReviewFront {
    /// What a form chooses, and the case that it is about as it is now.
    private struct Choice {
        let visit: Visit
        let form: ReviewForm
        let step: Step
        let found: ReviewedCase
        /// What is recorded.
        let recorded: CaseStep
    }

    /// Reads a form that chooses a step.
    /// - Throws: `Refusal` for a case that has other events than the person saw, for one that was not shown what they
    ///   say to have seen, and for a form that chooses nothing.
    private func choice(
        _ request: Request, _ context: FrontContext, isGoingBack: Bool = false
    ) async throws -> Choice {
        let number = try number(context)
        let visit: Visit
        do {
            visit = try await self.visit(request)
        } catch is NotSignedIn {
            throw Self.signedOut(try await form(request, context), number)
        }
        let form = try await form(request, context, visit)
        guard let step = Step(form, by: visit.person) else {
            throw Refusal(
                .badRequest, "Not like this",
                """
                <p>The form chooses nothing, or not all of it. Nothing was recorded.</p>
                <p><a href="/cases/\(number)" accesskey="b">Back</a></p>
                """)
        }
        let back = step.back(number)
        let found = try await reporting(back) {
            try await library.read { store in try store.read(number) }
        }
        guard found.events == step.seen else { throw try await stale(found, step, form, visit) }
        guard !isGoingBack else {
            return Choice(visit: visit, form: form, step: step, found: found, recorded: step.step)
        }
        if let match = step.match { await waitForPicture(.init(number: number, match: match), visit) }
        let recorded = try await reporting(back, form: Self.backForm(found, form, visit)) {
            try known(step, found, visit)
        }
        return Choice(visit: visit, form: form, step: step, found: found, recorded: recorded)
    }

    /// What somebody wrote whose session ended meanwhile is theirs to copy: browsers keep nothing of these pages.
    private static func signedOut(_ form: ReviewForm, _ number: UInt64) -> Refusal {
        let why = form.words("why")
        let written: Markup = """
            <div><label for="written">What you wrote, to copy</label>
            <textarea id="written" rows="6" readonly>\(why)</textarea></div>
            """
        return Refusal(
            .unauthorized, "You are not signed in",
            """
            <p>Nothing was recorded.</p>\(written, if: !why.isEmpty)
            <p><a href="/sign-in?next=/cases/\(number)" accesskey="b">Sign in</a></p>
            """)
    }

    private static func backForm(_ found: ReviewedCase, _ form: ReviewForm, _ visit: Visit) -> Markup {
        BackForm.markup("Back", found.number, found.events, form, visit)
    }

    /// A picture whose last byte a person has may not have been counted: that takes a moment.
    private func waitForPicture(_ name: Sessions.MatchName, _ visit: Visit) async {
        for _ in 0..<100 where sessions.isSending(name, in: visit.session) {
            guard (try? await Task.sleep(for: .milliseconds(10))) != nil else { return }
        }
    }

    private func stale(
        _ found: ReviewedCase, _ step: Step, _ form: ReviewForm, _ visit: Visit
    ) async throws -> Refusal {
        let events = try await reporting("/cases") {
            try await library.read { store in try store.events(of: found.number) }
        }
        Self.count(step, "stale")
        return StalePage.refusal(found, events, step, form, visit)
    }

    /// The step as it is recorded: of what was seen it says on what that rests.
    private func known(_ step: Step, _ found: ReviewedCase, _ visit: Visit) throws(SealedMatchError) -> CaseStep {
        guard case .viewed(let match, _) = step.step, visit.may(.view) else { return step.step }
        let evidence = sessions.evidence(of: .init(number: found.number, match: match), in: visit.session)
        guard case .known(let basis) = ViewBasis(evidence, hasCommand: self.evidence != nil) else {
            throw SealedMatchError(.stepRefused, "you were not shown this evidence without blur")
        }
        if case .stated = basis, step.why.isEmpty {
            throw SealedMatchError(.stepRefused, "who has seen it elsewhere says where")
        }
        return .viewed(match: match, basis: basis)
    }

    /// Shows what is about to be recorded. What the rules refuse is refused here.
    func check(_ request: Request, _ context: FrontContext) async throws -> Response {
        let choice = try await choice(request, context)
        let number = choice.found.number
        do {
            let form = Self.backForm(choice.found, choice.form, choice.visit)
            try await reporting(choice.step.back(number), form: form) {
                try await library.tryOut(
                    choice.recorded, why: choice.step.why, by: choice.visit.person, of: choice.found)
            }
        } catch {
            Self.count(choice.step, "refused")
            throw error
        }
        let page = ConfirmPage(
            step: choice.recorded, number: number, form: choice.form, visit: choice.visit, why: choice.step.why)
        return answer("Record this?", page.markup, choice.visit)
    }

    /// The form again, as it was filled in.
    func back(_ request: Request, _ context: FrontContext) async throws -> Response {
        let choice = try await choice(request, context, isGoingBack: true)
        if let number = choice.step.match, number >= 1, number <= choice.found.matches.count {
            let page = try await matchPage(
                choice.found, choice.found.matches[number - 1], choice.visit, chosen: choice.form)
            return answer(page.title, page.markup, choice.visit)
        }
        let page = try await casePage(choice.found.number, choice.visit, chosen: choice.form)
        return answer(page.title, page.markup, choice.visit)
    }

    /// Records it, durably, and goes on.
    func commit(_ request: Request, _ context: FrontContext) async throws -> Response {
        let choice = try await choice(request, context)
        let number = choice.found.number
        let recorded: ReviewedCase?
        do {
            let form = Self.backForm(choice.found, choice.form, choice.visit)
            recorded = try await reporting(choice.step.back(number), form: form) {
                try await library.record(
                    choice.recorded, why: choice.step.why, by: choice.visit.person, of: number, behind: choice.step.seen
                )
            }
        } catch {
            Self.count(choice.step, "refused")
            throw error
        }
        guard let recorded else {
            let found = try await reporting("/cases") {
                try await library.read { store in try store.read(number) }
            }
            throw try await stale(found, choice.step, choice.form, choice.visit)
        }
        Self.count(choice.step, "recorded")
        return .seeOther(choice.step.next(recorded))
    }

    private static func count(_ step: Step, _ outcome: String) {
        let kind =
            switch step.step {
            case .assigned: "assigned"
            case .viewed: "viewed"
            case .judged: "judged"
            case .decided: "decided"
            case .reported: "reported"
            case .closed: "closed"
            case .reopened: "reopened"
            default: "other"
            }
        countStep(kind, outcome)
    }
}
