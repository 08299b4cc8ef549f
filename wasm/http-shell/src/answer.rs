//! An answer in the upstream's place.

use alloc::{string::String, vec, vec::Vec};

use portcullis_gate::{Code, Response};

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
        Self::problem(
            Code::Trap.status().unwrap_or(503),
            r#"{"type":"about:blank","title":"Service Unavailable","status":503}"#,
        )
    }

    /// Says that the upstream did not answer.
    #[must_use]
    pub fn bad_gateway() -> Self {
        Self::problem(
            502,
            r#"{"type":"about:blank","title":"Bad Gateway","status":502}"#,
        )
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

    fn problem(status: u16, body: &str) -> Self {
        let kind = ("content-type".into(), b"application/problem+json".to_vec());
        Self {
            status,
            fields: vec![kind],
            body: body.into(),
        }
    }
}
