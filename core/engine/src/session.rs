//! A subject resolved once, then asked many questions.

use core::fmt;

use crate::{
    bundle::Bundle,
    condition::{Facts, Truth, subject_id_first, subject_id_in},
    decide::{Decision, DenyReason, Grant, Pending, Question},
    ids::{PermissionId, UnixSeconds},
    index::ConjunctionAtom,
    policy::Policy,
    roles,
    session_grants::{Link, SessionGrants},
    subject::Subject,
    subject_facts::{ResolvedSubject, SubjectFacts},
};

/// A subject under a policy: its roles looked up, its grants gathered.
///
/// ```
/// # use portcullis_engine::{KeyUse, Policy, SignedBundle, Trust, TrustedKey, UnixSeconds};
/// # let bytes = include_bytes!("../../../tests/golden/format-1-whole.pclb").to_vec();
/// # let key = *b"\x8a\x88\xe3\xdd\x74\x09\xf1\x95\xfd\x52\xdb\x2d\x3c\xba\x5d\x72\
/// #     \xca\x67\x09\xbf\x1d\x94\x12\x1b\xf3\x74\x88\x01\xb4\x0f\x6f\x5c";
/// # let now = UnixSeconds(1_700_000_000);
/// # let trust = Trust::new(1, [TrustedKey::new(&key, KeyUse::Any)?], "default")?;
/// # let policy = Policy::from(SignedBundle::new(bytes).verify(&trust, now)?);
/// use portcullis_engine::{Question, Resource, SessionExpired, Subject};
///
/// let subject = Subject::new("user", "sarah")?.with_roles(&["admin"])?;
/// let token_expires_at = UnixSeconds(now.0 + 300);
/// let session = policy.session(&subject, token_expires_at, now)?;
///
/// let question = Question::about(Resource::new("desk-7")?);
/// let decision = session.decide_named("desk:write", &question, now)?;
/// assert!(decision.is_allow());
///
/// // A session ends with the token or with the bundle, whichever is first.
/// let later = session.decide_named("desk:write", &question, token_expires_at);
/// assert_eq!(later.err(), Some(SessionExpired));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Session {
    policy: Policy,
    valid_until: UnixSeconds,
    subject: ResolvedSubject,
    grants: SessionGrants,
}

/// The session or the bundle behind it no longer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionExpired;

impl fmt::Display for SessionExpired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bundle or the token behind this session has expired")
    }
}

impl core::error::Error for SessionExpired {}

impl Policy {
    /// Resolves a subject whose identity holds until `valid_until`; the session ends
    /// with it, with the bundle, or with the first of the tenant's features or of the subject's
    /// roles that ends, whichever is first.
    ///
    /// # Errors
    ///
    /// Fails if either has ended at `now`.
    pub fn session(
        &self,
        subject: &Subject<'_>,
        valid_until: UnixSeconds,
        now: UnixSeconds,
    ) -> Result<Session, SessionExpired> {
        let valid_until = valid_until.min(self.expires_at());
        if now >= valid_until {
            return Err(SessionExpired);
        }
        let view = self.at(now);
        let policy: &Self = &view;
        let person = policy.person(subject);
        let ends = policy.ends_for(person.as_ref());
        let held = roles::held(policy, subject, person.as_ref());
        Ok(Session {
            policy: policy.clone(),
            valid_until: ends.map_or(valid_until, |end| valid_until.min(end)),
            subject: ResolvedSubject::new(policy, subject, person.as_ref()),
            grants: SessionGrants::gather(policy, &held),
        })
    }
}

impl Session {
    /// Returns the first second at which the session no longer answers.
    #[must_use]
    pub const fn valid_until(&self) -> UnixSeconds {
        self.valid_until
    }

    /// Returns the policy that answers.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Decides whether the subject may use a permission, by its number.
    ///
    /// # Errors
    ///
    /// Fails from [`Session::valid_until`] on.
    pub fn decide<'a>(
        &'a self,
        permission: PermissionId,
        question: &'a Question<'a>,
        now: UnixSeconds,
    ) -> Result<Decision<'a>, SessionExpired> {
        if now >= self.valid_until {
            return Err(SessionExpired);
        }
        Ok(self.judge(permission, question))
    }

    /// Decides about `module:action`, by its present or a former name.
    ///
    /// # Errors
    ///
    /// As [`Session::decide`].
    pub fn decide_named<'a>(
        &'a self,
        permission: &str,
        question: &'a Question<'a>,
        now: UnixSeconds,
    ) -> Result<Decision<'a>, SessionExpired> {
        match self.policy.permission(permission) {
            Some(permission) => self.decide(permission, question, now),
            None if now >= self.valid_until => Err(SessionExpired),
            None => Ok(Decision::Deny(DenyReason::UnknownPermission)),
        }
    }

    fn judge<'a>(&'a self, permission: PermissionId, question: &'a Question<'a>) -> Decision<'a> {
        let chain = self.grants.chain(permission);
        if chain.is_empty() {
            return Decision::Deny(self.refusal(permission));
        }
        let bundle: &Bundle = &self.policy.bundle;
        let mut unknown = false;
        for link in chain {
            let truth = if link.is_bound() {
                self.bound(link, question)
            } else {
                subject_id_first(
                    link.condition.of(&bundle.tables.atoms),
                    |index| subject_id_in(bundle, question, self.subject.id(), index),
                    |atoms| self.any(atoms, question),
                )
            };
            match truth {
                Truth::True => {
                    return Decision::Allow(Grant {
                        role: link.role,
                        scope: link.scope,
                        team: self.grants.team(link),
                    });
                }
                Truth::Unknown => unknown = true,
                Truth::False => {}
            }
        }
        if unknown {
            return Decision::Conditional(Pending {
                policy: &self.policy,
                source: self,
                permission,
                question,
            });
        }
        Decision::Deny(DenyReason::OutOfScope)
    }

    #[inline]
    pub(crate) fn facts<'a>(&'a self, question: &'a Question<'a>) -> Facts<'a> {
        Facts {
            bundle: &self.policy.bundle,
            id: self.subject.id(),
            subject: SubjectFacts::Session(&self.subject),
            question,
        }
    }

    pub(crate) const fn grants(&self) -> &SessionGrants {
        &self.grants
    }

    // Both apart and cold, so that what they need costs the usual question nothing.
    #[cold]
    #[inline(never)]
    fn bound<'a>(&'a self, link: &Link, question: &'a Question<'a>) -> Truth {
        self.facts(question)
            .bound(link.condition, self.grants.team(link))
    }

    #[cold]
    #[inline(never)]
    fn any<'a>(&'a self, atoms: &[ConjunctionAtom], question: &'a Question<'a>) -> Truth {
        self.facts(question).any(atoms, None)
    }

    /// Says why nothing is granted on a permission.
    #[cold]
    fn refusal(&self, permission: PermissionId) -> DenyReason {
        if permission.index() >= self.policy.permission_count() {
            DenyReason::UnknownPermission
        } else if self.policy.feature_gate.permission_is_open(permission) {
            DenyReason::NotGranted
        } else {
            DenyReason::FeatureDisabled(permission)
        }
    }
}
