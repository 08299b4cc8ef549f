//! What every engine does, wherever it runs.

use core::fmt;

use portcullis_engine::{PackedDecision, UnixSeconds};
use portcullis_policy::authzen::{Request, Resource, Subject, Vocabulary};

use crate::{failure::Failure, trust::HostTrust};

/// Opens signed bundles.
pub trait Engine: fmt::Debug + Send + Sync {
    /// Returns the engine's name at the command line.
    fn name(&self) -> &'static str;

    /// Verifies a bundle at `now` and makes it answer.
    ///
    /// # Errors
    ///
    /// Says which check the bundle failed, or why the engine could not make it.
    fn open(
        &self,
        bundle: &[u8],
        trust: &HostTrust,
        now: UnixSeconds,
    ) -> Result<Box<dyn LoadedPolicy>, Failure>;
}

/// A verified bundle that answers.
///
/// Every engine gives the same bytes. On a failure the caller denies; the next request
/// is answered as if it had not been.
pub trait LoadedPolicy: fmt::Debug + Send + Sync {
    /// Returns what the bundle says of itself.
    fn info(&self) -> &BundleInfo;

    /// Returns what the numbers of a verdict stand for, and the declared attributes.
    fn names(&self) -> &Names;

    /// Returns the same policy as if the tenant had exactly these features; unknown ones
    /// are ignored. For previews and tests, never from what a request says to a server.
    ///
    /// # Errors
    ///
    /// Fails if the engine breaks off.
    fn with_features(&self, features: &[String]) -> Result<Box<dyn LoadedPolicy>, Failure>;

    /// Returns the canonical answer to a request.
    ///
    /// # Errors
    ///
    /// Fails from the bundle's expiry on, where a limit is passed, and if the engine breaks off.
    fn decide(&self, request: &Request, now: UnixSeconds) -> Result<String, Failure>;

    /// Returns the list filter: the canonical answer with nothing known of the resource.
    ///
    /// # Errors
    ///
    /// As [`LoadedPolicy::decide`].
    fn filter(&self, request: &Request, now: UnixSeconds) -> Result<String, Failure> {
        let module = request.resource.module.clone();
        let resource = Resource {
            module,
            ..Resource::default()
        };
        let request = Request {
            resource,
            ..request.clone()
        };
        self.decide(&request, now)
    }

    /// Returns why the answer is what it is, and what would allow it, as compact JSON.
    ///
    /// # Errors
    ///
    /// As [`LoadedPolicy::decide`].
    fn explain(&self, request: &Request, now: UnixSeconds) -> Result<String, Failure>;

    /// Returns the modules that a subject sees, as compact JSON.
    ///
    /// # Errors
    ///
    /// As [`LoadedPolicy::decide`].
    fn modules(&self, subject: &Subject, now: UnixSeconds) -> Result<String, Failure>;

    /// Decides one packed request (layout 1). A verdict without an answer is a denial.
    ///
    /// # Errors
    ///
    /// Fails if the engine breaks off.
    fn check(&self, packed: &[u8], now: UnixSeconds) -> Result<PackedDecision, Failure>;

    /// Decides a packed request with any number of questions: one verdict a question,
    /// up to the first that has no answer.
    ///
    /// # Errors
    ///
    /// Fails if the engine breaks off.
    fn check_many(&self, packed: &[u8], now: UnixSeconds) -> Result<Vec<PackedDecision>, Failure>;
}

/// What a bundle says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleInfo {
    /// The deployment that may load it.
    pub audience: String,
    /// The customer whose policy it is.
    pub tenant: String,
    /// The catalog's id.
    pub catalog: String,
    /// Grows with every bundle of an audience and tenant.
    pub sequence: u64,
    /// When it was made.
    pub issued_at: UnixSeconds,
    /// First second at which it holds.
    pub not_before: UnixSeconds,
    /// First second at which it no longer holds.
    pub expires_at: UnixSeconds,
    /// SHA-256 of the payload: the bundle's identity.
    pub digest: [u8; 32],
    /// The whole bundle's digest, where this is a slice.
    pub slice_of: Option<[u8; 32]>,
    /// Size of the whole bundle in bytes.
    pub size_bytes: u32,
    /// How many modules there are.
    pub modules: u32,
    /// How many permissions there are.
    pub permissions: u32,
    /// How many roles there are.
    pub roles: u32,
    /// How many grants all roles have together.
    pub grants: u32,
    /// The features that are on, ascending.
    pub features: Vec<String>,
}

/// What the numbers of a verdict stand for, and what requests may say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Reasons, by their number.
    pub reasons: Vec<String>,
    /// Roles, by their number.
    pub roles: Vec<String>,
    /// Scopes, by their number.
    pub scopes: Vec<String>,
    /// Every `module:action`, in catalog order.
    pub permissions: Vec<String>,
    /// The declared attributes that a request may give.
    pub vocabulary: Vocabulary,
}
