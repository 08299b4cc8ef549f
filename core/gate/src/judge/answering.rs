//! Which policies answer somebody.

use portcullis_engine::{Policy, Subject, UnixSeconds};

use super::{
    Judge,
    findings::{Findings, Refused, TenantSource},
};
use crate::{
    code::Code,
    identity::{Identity, StatedBy, StatedTenant},
};

/// The policies that answer somebody, and whose they are.
pub(super) struct Answering<'i> {
    pub(super) tenant: &'i str,
    /// What decides: perhaps an older version, which a token names.
    pub(super) policy: Policy,
    /// The newest, where that may be another.
    newest: Option<Policy>,
}

impl Answering<'_> {
    /// Returns what says who is active and who has to sign in again, whatever a token names.
    pub(super) fn newest(&self) -> &Policy {
        self.newest.as_ref().unwrap_or(&self.policy)
    }

    /// Says whether somebody has to sign in again; who does not say when that was last done has
    /// to, for it cannot be shown to be late enough.
    ///
    /// The headers of a trusted peer say nothing of it: the peer keeps the sessions.
    pub(super) fn have_signed_out(&self, identity: &Identity) -> bool {
        let Ok(subject) = Subject::new(&identity.kind, &identity.id) else {
            return false;
        };
        let from = self.newest().sessions_from(&subject);
        let counts = |from: UnixSeconds| identity.signed_in.is_some_and(|at| from <= at);
        identity.by != StatedBy::Headers && from.is_some_and(|from| !counts(from))
    }
}

impl<'j> Judge<'j> {
    /// Returns the policies that answer somebody.
    pub(super) fn policies_of<'i>(
        &self,
        identity: &'i Identity,
        findings: &mut Findings<'_>,
    ) -> Result<Answering<'i>, Refused>
    where
        'j: 'i,
    {
        let stated = match &identity.tenant {
            StatedTenant::Absent => None,
            StatedTenant::Named(name) => Some(name.as_str()),
            StatedTenant::Foreign(_) => {
                findings.tenant = TenantSource::Identity;
                return Err(findings.refuse(Code::TenantMismatch, "issuer"));
            }
        };
        let (tenant, source) = match (self.config.tenant(), stated) {
            (Some(own), Some(stated)) if own != stated => {
                findings.tenant = TenantSource::Identity;
                return Err(findings.refuse(Code::TenantMismatch, "identity"));
            }
            (Some(own), _) => (own, TenantSource::Listener),
            (None, Some(stated)) => (stated, TenantSource::Identity),
            (None, None) => return Err(findings.refuse(Code::TenantMismatch, "not-stated")),
        };
        findings.tenant = source;
        let mut policy_of = |version| {
            let policy = self.policies.policy_for(tenant, version, self.now);
            policy.map_err(|code| findings.refuse(code, ""))
        };
        let newest = policy_of(None)?;
        let mut answering = Answering {
            tenant,
            policy: newest,
            newest: None,
        };
        if identity.version.is_some() {
            let own = policy_of(identity.version)?;
            let subject = Subject::new(&identity.kind, &identity.id);
            // Who is active again holds what there is: the older version says nothing of that.
            if !subject.is_ok_and(|subject| own.is_inactive(&subject)) {
                answering.newest = Some(core::mem::replace(&mut answering.policy, own));
            }
        }
        findings.policy = Some(answering.policy.clone());
        Ok(answering)
    }
}

/// The detail of a refusal of a token whose sign-in does not count.
pub(super) const SIGNED_OUT: &str = "signed-out";
