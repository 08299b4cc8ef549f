//! What is done to a guest beside compiling and optimising it, each for the bytes that it saves.

/// Which of them are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Passes {
    /// Custom sections go: [`crate::strip`].
    pub(crate) strip: bool,
    /// What a component takes from its own module gets short names: [`crate::shorten`].
    pub(crate) shorten: bool,
}

impl Passes {
    /// What every artefact is made with.
    pub(crate) const ALL: Self = Self {
        strip: true,
        shorten: true,
    };

    /// Returns the name of each, with all but it.
    pub(crate) const fn without_each() -> [(&'static str, Self); 2] {
        let all = Self::ALL;
        [
            (
                "strip",
                Self {
                    strip: false,
                    ..all
                },
            ),
            (
                "shorten",
                Self {
                    shorten: false,
                    ..all
                },
            ),
        ]
    }
}
