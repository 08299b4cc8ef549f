//! How much the properties try, and what they try it with.

use std::fmt;

use portcullis_random::tape::Tape;
use proptest::{
    collection::{SizeRange, vec},
    prelude::any,
    strategy::Strategy,
    test_runner::Config,
};

/// Returns the settings of a property: so many cases, or what `PROPTEST_CASES` says.
pub(crate) fn cases(normally: u32) -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok();
    let asked = asked.and_then(|text| text.parse().ok());
    Config {
        cases: asked.unwrap_or(normally),
        // What fails is printed whole; nothing is left behind in the source.
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    }
}

/// Returns the settings of a property that asks so many questions in a case: as many questions
/// in all as `PORTCULLIS_QUESTIONS` says, or else so many cases as [`cases`] says.
pub(crate) fn cases_of(questions: usize, normally: u32) -> Config {
    let asked = std::env::var("PORTCULLIS_QUESTIONS").ok();
    let asked = asked.and_then(|text| text.parse::<usize>().ok());
    let enough = asked.and_then(|asked| u32::try_from(asked.div_ceil(questions)).ok());
    match enough {
        Some(cases) => Config {
            cases,
            ..self::cases(normally)
        },
        None => cases(normally),
    }
}

/// Chooses bytes for a tape: so many at most, and a fourth of that at least.
pub(crate) fn choices(most: usize) -> impl Strategy<Value = Choices> {
    vec(any::<u8>(), most / 4..most).prop_map(Choices)
}

/// Chooses so many tapes.
pub(crate) fn many_choices(
    most: usize,
    count: impl Into<SizeRange>,
) -> impl Strategy<Value = Vec<Choices>> {
    vec(choices(most), count)
}

/// Bytes that a tape reads choices off.
#[derive(Clone)]
pub(crate) struct Choices(Vec<u8>);

impl Choices {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn tape(&self) -> Tape<'_> {
        Tape::new(&self.0)
    }
}

/// Says how much there is: the test that failed says what it was made into.
impl fmt::Debug for Choices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}
