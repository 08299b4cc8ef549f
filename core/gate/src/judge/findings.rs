//! What was found out about a request so far.

use alloc::{borrow::ToOwned, string::String, sync::Arc, vec::Vec};

use portcullis_engine::{Policy, RoleId, ScopeId};

use super::Judge;
use crate::{code::Code, entry::Entry, identity::Identity, why::Why};

/// What was found out so far, for the log and for the answer. It borrows what it can: the log
/// entries of most requests are not read.
#[derive(Debug)]
pub(super) struct Findings<'j> {
    pub(super) code: Code,
    pub(super) detail: String,
    /// The limit that was passed, for the answer; empty for none.
    pub(super) limit: String,
    pub(super) route: &'j str,
    pub(super) permission: &'j str,
    pub(super) identity: Option<Arc<Identity>>,
    /// How many roles that it states do not count.
    pub(super) roles_dropped: usize,
    pub(super) tenant: TenantSource,
    /// The policy that answers.
    pub(super) policy: Option<Policy>,
    pub(super) effect: &'static str,
    /// Whether it goes on whatever was found.
    pub(super) shadow: bool,
    pub(super) grant: Option<GrantFound>,
    pub(super) features: Vec<String>,
    /// The place of the issuer whose keys may be fetched before this is final.
    pub(super) awaits_keys: Option<usize>,
    /// What goes upstream as the target, where that is not the client's: without a token.
    pub(super) target: Option<String>,
    /// Headers of every answer to it, of the upstream's too: those that let a page of another
    /// origin read it.
    pub(super) exposed: Vec<(&'static str, String)>,
    /// Headers of the upstream's answer that are not its to set.
    pub(super) replaced: &'static [&'static str],
}

/// What says which tenant a request belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TenantSource {
    Unknown,
    Listener,
    Identity,
}

/// The grant that allows a request.
#[derive(Debug)]
pub(super) struct GrantFound {
    pub(super) role: RoleId,
    pub(super) scope: ScopeId,
    /// The team that the role is bound to.
    pub(super) team: Option<String>,
}

/// The request is refused; the findings say why.
pub(super) struct Refused;

impl Findings<'_> {
    pub(super) const fn new() -> Self {
        Self {
            code: Code::Granted,
            detail: String::new(),
            limit: String::new(),
            route: "",
            permission: "",
            identity: None,
            roles_dropped: 0,
            tenant: TenantSource::Unknown,
            policy: None,
            effect: "",
            shadow: false,
            grant: None,
            features: Vec::new(),
            awaits_keys: None,
            target: None,
            exposed: Vec::new(),
            replaced: &[],
        }
    }

    pub(super) fn refuse(&mut self, code: Code, detail: &str) -> Refused {
        self.code = code;
        detail.clone_into(&mut self.detail);
        Refused
    }

    /// Refuses what passes a limit: the log has the detail, the answer says which limit it is.
    pub(super) fn pass_limit(&mut self, detail: &str, limit: &str) -> Refused {
        limit.clone_into(&mut self.limit);
        self.refuse(Code::LimitExceeded, detail)
    }
}

impl Judge<'_> {
    /// Makes a log entry of what was found, with its texts only where somebody reads them.
    pub(super) fn entry(&self, findings: Findings<'_>, trace: String) -> Entry {
        let level = self.config.level(findings.code);
        let is_refused = findings.code.status().is_some_and(|status| status >= 400);
        let entry = Entry {
            level,
            effect: findings.effect,
            shadow: findings.shadow,
            trace,
            detail: if is_refused {
                findings.detail
            } else {
                String::new()
            },
            ..Entry::new(findings.code)
        };
        if level < self.entries_from {
            return entry;
        }
        let identity = findings.identity.as_deref();
        let tenant = match findings.tenant {
            TenantSource::Unknown => "",
            TenantSource::Listener => self.config.tenant().unwrap_or_default(),
            TenantSource::Identity => identity.map_or("", |identity| identity.tenant.name()),
        };
        let mut entry = Entry {
            route: findings.route.to_owned(),
            permission: findings.permission.to_owned(),
            features: findings.features,
            roles_dropped: findings.roles_dropped,
            tenant: tenant.to_owned(),
            ..entry
        };
        if let Some(identity) = identity {
            entry.subject = identity.id.clone();
            entry.subject_type = identity.kind.clone();
            entry.dotted_claim = identity.dotted.clone().unwrap_or_default();
        }
        if findings.code.status() == Some(403)
            && let Some(identity) = identity
        {
            let (config, policy) = (self.config.identity(), findings.policy.as_ref());
            entry.why = Some(Why::of(config, identity, policy));
        }
        if let Some(policy) = &findings.policy {
            entry.sequence = policy.header().sequence;
            if let Some(grant) = findings.grant {
                entry.role = policy.role_name(grant.role).to_owned();
                entry.scope = policy.scope_name(grant.scope).to_owned();
                entry.team = grant.team.unwrap_or_default();
            }
        }
        entry
    }
}
