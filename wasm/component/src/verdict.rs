//! The verdict of a call that must hold exactly one question.

use portcullis_engine::Verdict;

#[derive(Debug, Default)]
pub(crate) enum OneVerdict {
    #[default]
    None,
    One(Verdict),
    TooMany,
}

impl OneVerdict {
    pub(crate) fn take(&mut self, next: Verdict) {
        *self = match self {
            Self::None => Self::One(next),
            Self::One(_) | Self::TooMany => Self::TooMany,
        };
    }

    pub(crate) const fn get(self) -> Verdict {
        match self {
            Self::One(verdict) => verdict,
            Self::None | Self::TooMany => Verdict::MALFORMED,
        }
    }
}
