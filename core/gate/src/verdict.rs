//! What happens to a request.

use alloc::{string::String, vec::Vec};

use crate::entry::Entry;

/// What happens to a request: it goes on, or the gate answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The shell passes it on, with these changes to its headers and perhaps its target.
    Forward(Forward),
    /// The shell answers it.
    Respond(Response),
}

impl Verdict {
    /// Returns what to log.
    #[must_use]
    pub const fn entry(&self) -> &Entry {
        match self {
            Self::Forward(forward) => &forward.entry,
            Self::Respond(response) => &response.entry,
        }
    }
}

/// How a request goes on. The method and the body stay the client's bytes, and so does the target
/// unless a token was cut out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    /// Names of headers to remove, each as the request spells it, in the order in
    /// which they first appear there. A shell that cannot remove one that is present denies.
    pub remove: Vec<String>,
    /// Headers to set once the removals are done; lower-case names, each once, values
    /// of visible ASCII. Set means replaced: none of them may appear twice.
    pub set: Vec<(&'static str, String)>,
    /// The target that goes upstream in place of the client's: without the token in its query.
    pub target: Option<String>,
    /// What changes in the upstream's answer, whatever its status.
    pub answer: AnswerChanges,
    /// What to log.
    pub entry: Entry,
}

/// What changes in the headers of the upstream's answer. A shell that cannot make a change
/// refuses in its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnswerChanges {
    /// Names, in lower case, of headers to remove, however often they appear and in any case.
    pub remove: Vec<&'static str>,
    /// Headers to add once the removals are done, beside any of the same name that is left.
    pub add: Vec<(&'static str, String)>,
}

impl AnswerChanges {
    /// Returns whether the answer goes back as it is.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.remove.is_empty() && self.add.is_empty()
    }
}

/// The gate's own answer, in place of the upstream's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code (RFC 9110, section 15).
    pub status: u16,
    /// The headers, lower-case names; no `content-length`.
    pub headers: Vec<(String, String)>,
    /// The issuer whose keys may be fetched before this is final: a shell that can wait has
    /// [`Gate::want_keys`](crate::Gate::want_keys) do so, and judges the request once more.
    pub awaits_keys: Option<usize>,
    /// The body: a problem (RFC 9457), or empty. A shell leaves it out for HEAD.
    pub body: String,
    /// What to log.
    pub entry: Entry,
}
