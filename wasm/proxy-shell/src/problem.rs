//! The answers that no gate wrote: those of a shell that cannot ask one, or reach no upstream.

/// A problem (RFC 9457), as a status code and a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem {
    /// The status code.
    pub status: u16,
    /// The body, of the type [`PROBLEM_TYPE`].
    pub body: &'static str,
}

/// Says that the request could not even be judged.
pub const UNAVAILABLE: Problem = Problem {
    status: 503,
    body: r#"{"type":"about:blank","title":"Service Unavailable","status":503}"#,
};

/// Says that the upstream did not answer.
pub const BAD_GATEWAY: Problem = Problem {
    status: 502,
    body: r#"{"type":"about:blank","title":"Bad Gateway","status":502}"#,
};

/// The media type of a problem.
pub const PROBLEM_TYPE: &str = "application/problem+json";

#[cfg(test)]
mod tests {
    use portcullis_gate::Code;

    use super::*;

    #[test]
    fn a_request_that_cannot_be_judged_is_answered_as_a_trap_is() {
        assert_eq!(Code::Trap.status(), Some(UNAVAILABLE.status));
    }
}
