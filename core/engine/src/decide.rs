//! One question, one answer.

use crate::{
    attributes::Attributes,
    condition::{Facts, Truth},
    format::Person,
    ids::{PermissionId, RoleId, ScopeId},
    index::PermissionRow,
    policy::Policy,
    residual::ResidualSource,
    roles::{self, Assignment, RoleLookup},
    subject::{Resource, Subject},
    subject_facts::SubjectFacts,
};

/// What is asked about a permission: the resource, and the attributes of the action
/// and of the context.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// What the action is done to.
    pub resource: Resource<'a>,
    /// Attributes of the action.
    pub action: Attributes<'a>,
    /// Attributes of the context.
    pub context: Attributes<'a>,
}

impl<'a> Question<'a> {
    /// Asks about a resource, with no attributes of action or context.
    #[must_use]
    pub const fn about(resource: Resource<'a>) -> Self {
        Self {
            resource,
            action: Attributes::NONE,
            context: Attributes::NONE,
        }
    }
}

/// The answer to a question.
#[derive(Debug, Clone, Copy)]
pub enum Decision<'a> {
    /// The action may be done.
    Allow(Grant<'a>),
    /// The action may not be done.
    Deny(DenyReason),
    /// What is known of the resource does not decide: the origin must apply a filter.
    Conditional(Pending<'a>),
}

/// The grant that an allowance rests on: the first that holds, global before
/// team-bound, then by role id, team and the catalog's order of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant<'a> {
    /// The role that grants it.
    pub role: RoleId,
    /// The scope that holds.
    pub scope: ScopeId,
    /// The team that the role is bound to.
    pub team: Option<&'a str>,
}

/// Why an action may not be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DenyReason {
    /// The catalog has no such permission.
    UnknownPermission,
    /// A feature that the permission or its module requires is off.
    FeatureDisabled(PermissionId),
    /// No role of the subject grants the permission.
    NotGranted,
    /// A role grants it, in no scope that holds for this resource.
    OutOfScope,
}

/// A question that the edge cannot answer; its filter is built when asked for.
#[derive(Debug, Clone, Copy)]
pub struct Pending<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) source: &'a (dyn ResidualSource + 'a),
    pub(crate) permission: PermissionId,
    pub(crate) question: &'a Question<'a>,
}

impl Policy {
    /// Decides whether the subject may do `module:action`, in one shot.
    ///
    /// Total: it always answers, and never from a clock. It answers as at the time of the view
    /// ([`Policy::at`]), or as if all had ended that ever does.
    ///
    /// ```
    /// # use portcullis_engine::{KeyUse, Policy, SignedBundle, Trust, TrustedKey, UnixSeconds};
    /// # let bytes = include_bytes!("../../../tests/golden/format-1-whole.pclb").to_vec();
    /// # let key = *b"\x8a\x88\xe3\xdd\x74\x09\xf1\x95\xfd\x52\xdb\x2d\x3c\xba\x5d\x72\
    /// #     \xca\x67\x09\xbf\x1d\x94\x12\x1b\xf3\x74\x88\x01\xb4\x0f\x6f\x5c";
    /// # let now = UnixSeconds(1_700_000_000);
    /// # let trust = Trust::new(1, [TrustedKey::new(&key, KeyUse::Any)?], "default")?;
    /// # let policy = Policy::from(SignedBundle::new(bytes).verify(&trust, now)?);
    /// use portcullis_engine::{Decision, Question, Resource, Subject};
    ///
    /// let subject = Subject::new("user", "sarah")?.with_roles(&["clerk"])?;
    /// let question = Question::about(Resource::UNKNOWN);
    /// match policy.decide(&subject, "desk:read", &question) {
    ///     Decision::Allow(grant) => println!("{} allows it", policy.role_name(grant.role)),
    ///     Decision::Deny(reason) => println!("denied: {}", reason.name()),
    ///     // Which desks is not known yet: the origin filters by what is left to know.
    ///     Decision::Conditional(pending) => {
    ///         let filter = pending.residual()?;
    ///         assert!(filter.as_json().contains(r#"{"attribute":"owner","in":["sarah"]}"#));
    ///     }
    /// }
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub fn decide<'a>(
        &'a self,
        subject: &'a Subject<'a>,
        permission: &str,
        question: &'a Question<'a>,
    ) -> Decision<'a> {
        let Some(permission) = self.permission(permission) else {
            return Decision::Deny(DenyReason::UnknownPermission);
        };
        if !self.feature_gate.permission_is_open(permission) {
            return Decision::Deny(DenyReason::FeatureDisabled(permission));
        }
        let Some(row) = self.bundle.tables.permissions.get(permission.index()) else {
            return Decision::Deny(DenyReason::UnknownPermission);
        };
        let person = roles::person(&self.bundle, subject.kind, subject.id);
        let facts = question.facts(self, subject, person.as_ref());
        let mut best_grant = BestGrant {
            best: None,
            granted: false,
            unknown: false,
        };
        roles::each(self, subject, person.as_ref(), &mut |lookup| {
            if let RoleLookup::Assigned(held, _) = lookup
                && let Some(set) = self.bundle.tables.grants.find(permission, held.role)
            {
                best_grant.consider(&facts, row, held, set);
            }
        });
        match best_grant {
            BestGrant {
                best: Some((held, scope)),
                ..
            } => Decision::Allow(Grant {
                role: held.role,
                scope,
                team: held.team,
            }),
            BestGrant { unknown: true, .. } => Decision::Conditional(Pending {
                policy: self,
                source: subject,
                permission,
                question,
            }),
            BestGrant { granted: true, .. } => Decision::Deny(DenyReason::OutOfScope),
            BestGrant { .. } => Decision::Deny(DenyReason::NotGranted),
        }
    }

    /// Returns what the tenant's directory says of the subject.
    pub(crate) fn person(&self, subject: &Subject<'_>) -> Option<Person<'_>> {
        roles::person(&self.bundle, subject.kind, subject.id)
    }

    /// Returns the scopes of a set, in catalog order.
    #[inline]
    pub(crate) fn scopes_of(&self, set: u16) -> &[ScopeId] {
        let tables = &self.bundle.tables;
        tables
            .set_scopes
            .get(tables.scope_sets.range(usize::from(set)))
            .unwrap_or_default()
    }
}

impl Question<'_> {
    #[inline]
    pub(crate) fn facts<'f>(
        &'f self,
        policy: &'f Policy,
        subject: &'f Subject<'f>,
        person: Option<&'f Person<'f>>,
    ) -> Facts<'f> {
        Facts {
            bundle: &policy.bundle,
            id: subject.id,
            subject: SubjectFacts::Once(subject, person),
            question: self,
        }
    }
}

/// The best grant so far, whatever order the roles come in.
struct BestGrant<'a> {
    best: Option<(Assignment<'a>, ScopeId)>,
    granted: bool,
    unknown: bool,
}

impl<'a> BestGrant<'a> {
    #[inline]
    fn consider(&mut self, facts: &Facts<'_>, row: &PermissionRow, held: Assignment<'a>, set: u16) {
        self.granted = true;
        // A grant that comes later in the order can't change the answer any more.
        if self.best.is_some_and(|(best, _)| best.order(&held).is_le()) {
            return;
        }
        let tables = &facts.bundle.tables;
        let scopes = tables
            .set_scopes
            .get(tables.scope_sets.range(usize::from(set)));
        for scope in scopes.unwrap_or_default() {
            match facts.scope(row, *scope, held.team) {
                Truth::True => {
                    self.best = Some((held, *scope));
                    return;
                }
                Truth::Unknown => self.unknown = true,
                Truth::False => {}
            }
        }
    }
}
