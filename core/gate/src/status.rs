//! How the gate stands.

use alloc::{format, string::String, vec::Vec};

use portcullis_engine::{KeeperStatus, UnixSeconds};
use portcullis_json::{write_member, write_string};

use crate::{fetch::FetchedKeys, rejection::GateRejection};

/// How the gate stands: whether it can answer, from what, and when to ask for more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateStatus {
    /// Whether at least one tenant's policy answers now.
    pub ready: bool,
    /// Each tenant's policy, by audience and tenant.
    pub tenants: Vec<KeeperStatus>,
    /// Why the last bundle offered was refused, if it was.
    pub last_rejection: Option<GateRejection>,
    /// How many verified tokens are remembered.
    pub tokens: usize,
    /// The keys for tokens that are not used, each by its issuer and its `kid` or its place in
    /// the set, and why.
    pub unused_keys: Vec<String>,
    /// How the keys stand that are fetched.
    pub fetched_keys: Vec<FetchedKeys>,
    /// When the shell should fetch next.
    pub poll_at: UnixSeconds,
}

impl GateStatus {
    /// Returns compact JSON: `ready`, `tenants` (each `tenant`, `sequence`,
    /// `expires_at`, `ready`, `stale`), `last_rejection` where there is one, `tokens`,
    /// `unused_keys` where there are any, `fetched_keys` (each `issuer`, `until`, and `failure`
    /// where the last fetch failed) where keys are fetched.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = format!(r#"{{"ready":{},"tenants":["#, self.ready);
        for (own, at) in self.tenants.iter().zip(0_usize..) {
            if at > 0 {
                out.push(',');
            }
            out.push_str(r#"{"tenant":"#);
            write_string(&mut out, &own.key.tenant);
            out.push_str(&format!(
                r#","sequence":{},"expires_at":{},"ready":{},"stale":{}}}"#,
                own.sequence, own.expires_at.0, own.ready, own.stale
            ));
        }
        out.push(']');
        if let Some(rejection) = self.last_rejection {
            out.push_str(r#","last_rejection":"#);
            write_string(&mut out, rejection.code());
        }
        out.push_str(&format!(r#","tokens":{}"#, self.tokens));
        for (key, at) in self.unused_keys.iter().zip(0_usize..) {
            out.push_str(if at == 0 { r#","unused_keys":["# } else { "," });
            write_string(&mut out, key);
        }
        if !self.unused_keys.is_empty() {
            out.push(']');
        }
        for (own, at) in self.fetched_keys.iter().zip(0_usize..) {
            out.push_str(if at == 0 { r#","fetched_keys":["# } else { "," });
            out.push_str(r#"{"issuer":"#);
            write_string(&mut out, &own.issuer);
            out.push_str(&format!(r#","until":{}"#, own.until.0));
            if let Some(why) = &own.failure {
                write_member(&mut out, "failure", why);
            }
            out.push('}');
        }
        if !self.fetched_keys.is_empty() {
            out.push(']');
        }
        out.push('}');
        out
    }
}
