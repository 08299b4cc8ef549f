//! An answer in the upstream's place.

use alloc::{string::String, vec, vec::Vec};

use portcullis_gate::Response;
use portcullis_proxy_shell::{BAD_GATEWAY, PROBLEM_TYPE, Problem, UNAVAILABLE};

use crate::fields::Field;

/// An answer in the upstream's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The header fields.
    pub fields: Vec<Field>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// Says that the request could not even be judged.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::problem(UNAVAILABLE)
    }

    /// Says that the upstream did not answer.
    #[must_use]
    pub fn bad_gateway() -> Self {
        Self::problem(BAD_GATEWAY)
    }

    /// What the gate answers; without its body for HEAD.
    pub(crate) fn of(response: Response, is_head: bool) -> Self {
        let headers = response.headers.into_iter();
        Self {
            status: response.status,
            fields: headers
                .map(|(name, value)| (name, value.into_bytes()))
                .collect(),
            body: if is_head {
                String::new()
            } else {
                response.body
            },
        }
    }

    fn problem(problem: Problem) -> Self {
        let media_type = ("content-type".into(), PROBLEM_TYPE.into());
        Self {
            status: problem.status,
            fields: vec![media_type],
            body: problem.body.into(),
        }
    }
}
