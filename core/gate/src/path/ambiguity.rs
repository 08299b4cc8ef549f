//! The ways in which a target can be read differently.

use alloc::string::String;

/// One way in which a server behind the gate may read a target differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ambiguity {
    /// `%2f`: some decode before they split.
    EncodedSlash,
    /// `;`, plain or encoded: some cut a segment there.
    Parameters,
    /// The path ends with `/`: some drop it, some redirect.
    TrailingSlash,
    /// `%25`: some decode twice.
    EncodedPercent,
    /// A parameter that differs from the literal of another route only in case, or in dots
    /// and spaces at its end: some take it for the literal.
    Lookalike,
    /// A query parameter named like a path parameter that the resource comes from: what
    /// rewrites a path into a query appends the client's own.
    QueryShadow,
    /// `_method` in the query of a POST: some take the method from there.
    MethodOverride,
    /// A segment that would be the literal of another route but for what follows a `.`, `~`,
    /// `:` or `;` in it: some cut such a suffix off.
    LookalikeSuffix,
    /// A literal next to a parameter, such as the `:cancel` of `{id}:cancel`, that arrives
    /// percent-encoded: some look for it before they decode.
    EncodedLiteral,
    /// `\`, plain or encoded: some take it for `/`.
    Backslash,
    /// `%00`: some cut there.
    Nul,
    /// `.` or `..`, plain, encoded, or before parameters: some resolve them.
    DotSegment,
    /// `//`: some merge them.
    EmptySegment,
    /// `%` without two hexadecimal digits, bytes that are not UTF-8 (overlong forms are
    /// not), or a byte that a path may not contain.
    BadEncoding,
    /// `%25` before two hexadecimal digits: decodes to something that decodes again.
    DoubleEncoding,
    /// `#` in the target: it is not part of one.
    Fragment,
    /// `%3f` or `%23`: some decode before they split off the query.
    EncodedDelimiter,
    /// An encoded control character.
    Control,
    /// Not an absolute path: absolute, authority or asterisk form.
    TargetForm,
    /// Read as servers may read what the route accepts, it is the path of another route, which
    /// answers otherwise.
    OtherRoute,
}

impl Ambiguity {
    /// Every kind; those that a route may opt into come first.
    pub const ALL: [Self; 20] = [
        Self::EncodedSlash,
        Self::Parameters,
        Self::TrailingSlash,
        Self::EncodedPercent,
        Self::Lookalike,
        Self::QueryShadow,
        Self::MethodOverride,
        Self::LookalikeSuffix,
        Self::EncodedLiteral,
        Self::Backslash,
        Self::Nul,
        Self::DotSegment,
        Self::EmptySegment,
        Self::BadEncoding,
        Self::DoubleEncoding,
        Self::Fragment,
        Self::EncodedDelimiter,
        Self::Control,
        Self::TargetForm,
        Self::OtherRoute,
    ];

    /// Returns its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EncodedSlash => "encoded-slash",
            Self::Parameters => "parameters",
            Self::TrailingSlash => "trailing-slash",
            Self::EncodedPercent => "encoded-percent",
            Self::Lookalike => "lookalike",
            Self::QueryShadow => "query-shadow",
            Self::MethodOverride => "method-override",
            Self::LookalikeSuffix => "lookalike-suffix",
            Self::EncodedLiteral => "encoded-literal",
            Self::Backslash => "backslash",
            Self::Nul => "nul",
            Self::DotSegment => "dot-segment",
            Self::EmptySegment => "empty-segment",
            Self::BadEncoding => "bad-encoding",
            Self::DoubleEncoding => "double-encoding",
            Self::Fragment => "fragment",
            Self::EncodedDelimiter => "encoded-delimiter",
            Self::Control => "control",
            Self::TargetForm => "target-form",
            Self::OtherRoute => "other-route",
        }
    }

    /// Returns the kind of that name, if a route may opt into it.
    #[must_use]
    pub fn optional_from_name(name: &str) -> Option<Self> {
        Self::OPTIONAL.into_iter().find(|own| own.name() == name)
    }

    /// Those that a route may opt into.
    pub const OPTIONAL: [Self; 8] = [
        Self::EncodedSlash,
        Self::Parameters,
        Self::TrailingSlash,
        Self::EncodedPercent,
        Self::Lookalike,
        Self::QueryShadow,
        Self::MethodOverride,
        Self::LookalikeSuffix,
    ];

    const fn bit(self) -> u32 {
        match self {
            Self::EncodedSlash => 1,
            Self::Parameters => 1 << 1,
            Self::TrailingSlash => 1 << 2,
            Self::EncodedPercent => 1 << 3,
            Self::Lookalike => 1 << 4,
            Self::QueryShadow => 1 << 5,
            Self::MethodOverride => 1 << 6,
            Self::LookalikeSuffix => 1 << 7,
            Self::Backslash => 1 << 8,
            Self::Nul => 1 << 9,
            Self::DotSegment => 1 << 10,
            Self::EmptySegment => 1 << 11,
            Self::BadEncoding => 1 << 12,
            Self::DoubleEncoding => 1 << 13,
            Self::Fragment => 1 << 14,
            Self::EncodedDelimiter => 1 << 15,
            Self::Control => 1 << 16,
            Self::TargetForm => 1 << 17,
            Self::EncodedLiteral => 1 << 18,
            Self::OtherRoute => 1 << 19,
        }
    }
}

/// A set of [`Ambiguity`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ambiguities(u32);

impl Ambiguities {
    /// No ambiguity.
    pub const NONE: Self = Self(0);

    /// Adds an ambiguity.
    pub const fn add(&mut self, one: Ambiguity) {
        self.0 |= one.bit();
    }

    /// Returns whether it is among them.
    #[must_use]
    pub const fn has(self, one: Ambiguity) -> bool {
        self.0 & one.bit() != 0
    }

    /// Returns whether it is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns those of either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns those that are not among `others`.
    #[must_use]
    pub const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Returns each, in the order of [`Ambiguity::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Ambiguity> {
        Ambiguity::ALL.into_iter().filter(move |one| self.has(*one))
    }

    /// Returns their names, separated by spaces.
    #[must_use]
    pub(crate) fn to_text(self) -> String {
        let mut out = String::new();
        for one in self.iter() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(one.name());
        }
        out
    }

    /// Returns the set as the wire has it: a bit for each optional kind.
    #[cfg(feature = "encode")]
    pub(crate) const fn to_wire(self) -> u8 {
        // The optional kinds have the eight lowest bits.
        self.0.to_le_bytes()[0]
    }

    /// Reads what [`Ambiguities::to_wire`] writes: every bit is an optional kind's.
    pub(crate) const fn from_wire(bits: u8) -> Self {
        Self(u32::from_le_bytes([bits, 0, 0, 0]))
    }
}

impl FromIterator<Ambiguity> for Ambiguities {
    fn from_iter<I: IntoIterator<Item = Ambiguity>>(kinds: I) -> Self {
        let mut own = Self::NONE;
        for kind in kinds {
            own.add(kind);
        }
        own
    }
}
