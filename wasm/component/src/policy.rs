//! The resource `policy`.

use alloc::{string::String, vec, vec::Vec};

use portcullis_engine::{
    Declared, InvalidRequest, PackedDecision, PackedQuestion, PackedRequest, PermissionId, Policy,
    SignedBundle, Subject, UnixSeconds,
};

use crate::{
    bindings::exports::portcullis::edge::engine as wit,
    session::{PluginSession, packed_decisions},
    trust::trust,
};

/// A verified bundle, held by the host.
#[derive(Debug)]
pub(crate) struct PluginPolicy(Policy);

impl wit::GuestPolicy for PluginPolicy {
    fn open(bundle: Vec<u8>, stated: wit::Trust, now: u64) -> Result<wit::Policy, wit::Failure> {
        let trust = trust(stated)?;
        let bundle = SignedBundle::new(bundle)
            .verify(&trust, UnixSeconds(now))
            .map_err(|rejection| wit::Failure::BundleRejected(rejection.code().into()))?;
        let policy = Policy::from(bundle).at(UnixSeconds(now)).into_owned();
        Ok(wit::Policy::new(Self(policy)))
    }

    fn info(&self) -> wit::BundleInfo {
        let header = self.0.header();
        wit::BundleInfo {
            audience: header.audience.clone(),
            tenant: header.tenant.clone(),
            catalog: header.catalog.clone(),
            sequence: header.sequence,
            issued_at: header.issued_at.0,
            not_before: header.not_before.0,
            expires_at: header.expires_at.0,
            digest: self.0.bundle().digest().to_vec(),
            slice_of: header.slice_of.map(|digest| digest.to_vec()),
            size: count(self.0.bundle().size_bytes()),
            modules: count(self.0.modules().len()),
            permissions: count(self.0.permission_count()),
            roles: count(self.0.roles().len()),
            grants: count(self.0.grant_count()),
            features: owned(|take| self.0.enabled_features().for_each(take)),
        }
    }

    fn names(&self, of: wit::NameList) -> Vec<String> {
        let policy = &self.0;
        let declared = match of {
            wit::NameList::Reasons => {
                return owned(|take| PackedDecision::REASONS.into_iter().for_each(take));
            }
            wit::NameList::Roles => return owned(|take| policy.roles().for_each(take)),
            wit::NameList::Permissions => {
                return owned(|take| {
                    let mut id = PermissionId(0);
                    while let Some((module, action)) = policy.permission_parts(id) {
                        take(&[module, ":", action].concat());
                        id.0 = id.0.saturating_add(1);
                    }
                });
            }
            wit::NameList::Scopes => Declared::Scopes,
            wit::NameList::SubjectAttributes => Declared::Subject,
            wit::NameList::ActionAttributes => Declared::Action,
            wit::NameList::ContextAttributes => Declared::Context,
            wit::NameList::ResourceAttributes => Declared::Resource,
        };
        owned(|take| policy.declared(declared).for_each(take))
    }

    fn with_features(&self, features: Vec<String>) -> wit::Policy {
        let features: Vec<&str> = features.iter().map(String::as_str).collect();
        wit::Policy::new(Self(self.0.with_features(&features)))
    }

    fn check(&self, request: Vec<u8>, now: u64) -> u64 {
        let decision = match self.read(&request, now) {
            Ok((subject, asked)) => {
                let policy = self.0.at(UnixSeconds(now));
                PackedDecision::from(&policy.decide(&subject, asked.permission, &asked.question))
            }
            Err(Unread::Expired) => PackedDecision::EXPIRED,
            Err(Unread::Malformed(_)) => PackedDecision::MALFORMED,
        };
        decision.0
    }

    fn check_many(&self, request: Vec<u8>, now: u64) -> Vec<u64> {
        let now = UnixSeconds(now);
        if now >= self.0.expires_at() {
            return vec![PackedDecision::EXPIRED.0];
        }
        let Ok(request) = PackedRequest::read(&request) else {
            return vec![PackedDecision::MALFORMED.0];
        };
        // The subject is resolved once, for all of its questions.
        match self.0.session(&request.subject, self.0.expires_at(), now) {
            Ok(session) => packed_decisions(&session, request.questions(), now),
            Err(_) => vec![PackedDecision::EXPIRED.0],
        }
    }

    fn decide(&self, request: Vec<u8>, now: u64) -> Result<String, wit::Failure> {
        let (subject, asked) = self.read(&request, now)?;
        let policy = self.0.at(UnixSeconds(now));
        let decision = policy.decide(&subject, asked.permission, &asked.question);
        Ok(decision.answer(&policy)?)
    }

    fn explain(&self, request: Vec<u8>, now: u64) -> Result<String, wit::Failure> {
        let (subject, asked) = self.read(&request, now)?;
        let policy = self.0.at(UnixSeconds(now));
        let explanation = policy.explain(&subject, asked.permission, &asked.question)?;
        Ok(explanation.into_json())
    }

    fn session(
        &self,
        subject: Vec<u8>,
        valid_until: u64,
        now: u64,
    ) -> Result<wit::Session, wit::Failure> {
        let subject = PackedRequest::read(&subject)?.alone()?;
        let session = self
            .0
            .session(&subject, UnixSeconds(valid_until), UnixSeconds(now))?;
        Ok(wit::Session::new(PluginSession::new(session)))
    }
}

impl PluginPolicy {
    /// Reads a packed request that holds exactly one question.
    fn read<'a>(
        &self,
        request: &'a [u8],
        now: u64,
    ) -> Result<(Subject<'a>, PackedQuestion<'a>), Unread> {
        if UnixSeconds(now) >= self.0.expires_at() {
            return Err(Unread::Expired);
        }
        let request = PackedRequest::read(request).map_err(Unread::Malformed)?;
        request.single().map_err(Unread::Malformed)
    }
}

/// Why a request is not answered.
enum Unread {
    Expired,
    Malformed(InvalidRequest),
}

impl From<Unread> for wit::Failure {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Expired => Self::BundleExpired,
            Unread::Malformed(invalid) => invalid.into(),
        }
    }
}

/// Returns the names that `each` hands on.
fn owned(each: impl FnOnce(&mut dyn FnMut(&str))) -> Vec<String> {
    let mut names = Vec::new();
    each(&mut |name| names.push(String::from(name)));
    names
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
