/// The (t, k) that openings were sealed with. With the profile it fixes an account's polynomials: openings of one form
/// are tried jointly, also under different sets. Of devices on two profiles in one epoch, one has the commitment that
/// is registered, and the decoder tells their openings apart.
public struct OpeningForm: Hashable, Sendable {
    /// t
    public let threshold: Int
    /// k
    public let polynomials: Int

    /// The fields, each as its property says.
    public init(threshold: Int, polynomials: Int) {
        self.threshold = threshold
        self.polynomials = polynomials
    }
}

/// How many vouchers and openings of one form an account has, and how many openings at the form's last try.
public struct FormCount: Equatable, Sendable {
    /// The form that is counted.
    public let form: OpeningForm
    /// V: vouchers with an opening that is not quarantined.
    public let vouchers: Int
    /// C: openings that are not quarantined.
    public let openings: Int
    /// C': C at the last try that ended in a verdict; 0 before the first.
    public let tried: Int

    /// The fields, each as its property says.
    public init(form: OpeningForm, vouchers: Int, openings: Int, tried: Int) {
        self.form = form
        self.vouchers = vouchers
        self.openings = openings
        self.tried = tried
    }

    /// A try can end otherwise than the last one: t vouchers have openings, and at least one opening came in since.
    /// Matches come from t vouchers, so V ≥ t passes over nothing; C ≥ t would hold after a few. (Docs/Protocol.md,
    /// "Reveal")
    public var isDue: Bool { vouchers >= form.threshold && openings > tried }

    /// The order in which forms are tried: most openings first, then the lesser t, then the lesser k.
    public static func isTriedBefore(_ a: FormCount, _ b: FormCount) -> Bool {
        (b.openings, a.form.threshold, a.form.polynomials) < (a.openings, b.form.threshold, b.form.polynomials)
    }
}
