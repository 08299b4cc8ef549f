//! The engine linked into this program.

use portcullis_engine::{
    PackedDecision, PackedRequest, PermissionId, Policy, SignedBundle, UnixSeconds,
};
use portcullis_policy::authzen::{Request, Subject, Vocabulary};

use crate::{
    engine::{BundleInfo, Engine, LoadedPolicy, Names},
    failure::Failure,
    trust::HostTrust,
};

/// Answers in this process, without a sandbox.
#[derive(Clone, Copy, Debug, Default)]
pub struct NativeEngine;

impl NativeEngine {
    /// Verifies a bundle at `now`, and keeps its type.
    ///
    /// # Errors
    ///
    /// Says which check the bundle failed.
    pub fn open_policy(
        self,
        bundle: &[u8],
        trust: &HostTrust,
        now: UnixSeconds,
    ) -> Result<NativePolicy, Failure> {
        let bundle = SignedBundle::new(bundle.to_vec()).verify(&trust.to_trust()?, now)?;
        Ok(NativePolicy::new(Policy::from(bundle).at(now).into_owned()))
    }
}

impl Engine for NativeEngine {
    fn name(&self) -> &'static str {
        "native"
    }

    fn open(
        &self,
        bundle: &[u8],
        trust: &HostTrust,
        now: UnixSeconds,
    ) -> Result<Box<dyn LoadedPolicy>, Failure> {
        Ok(Box::new(self.open_policy(bundle, trust, now)?))
    }
}

/// A policy that the linked engine opened.
#[derive(Clone, Debug)]
pub struct NativePolicy {
    policy: Policy,
    info: BundleInfo,
    names: Names,
}

impl NativePolicy {
    fn new(policy: Policy) -> Self {
        let info = info(&policy);
        let names = names(&policy);
        Self {
            policy,
            info,
            names,
        }
    }

    /// Returns the engine's own view of the policy.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    fn current(&self, now: UnixSeconds) -> Result<(), Failure> {
        if now < self.policy.expires_at() {
            Ok(())
        } else {
            Err(Failure::BundleExpired)
        }
    }

    /// Gives the verdict on each packed question; the last may be that there is none.
    fn each(&self, packed: &[u8], now: UnixSeconds, mut take: impl FnMut(PackedDecision)) {
        if self.current(now).is_err() {
            return take(PackedDecision::EXPIRED);
        }
        let Ok(request) = PackedRequest::read(packed) else {
            return take(PackedDecision::MALFORMED);
        };
        let policy = self.policy.at(now);
        for read in request.questions() {
            take(read.as_ref().map_or(PackedDecision::MALFORMED, |asked| {
                let question = &asked.question;
                PackedDecision::from(&policy.decide(&request.subject, asked.permission, question))
            }));
        }
    }
}

impl LoadedPolicy for NativePolicy {
    fn info(&self) -> &BundleInfo {
        &self.info
    }

    fn names(&self) -> &Names {
        &self.names
    }

    fn with_features(&self, features: &[String]) -> Result<Box<dyn LoadedPolicy>, Failure> {
        let features: Vec<&str> = features.iter().map(String::as_str).collect();
        let policy = self.policy.with_features(&features);
        Ok(Box::new(Self::new(policy)))
    }

    fn decide(&self, request: &Request, now: UnixSeconds) -> Result<String, Failure> {
        self.current(now)?;
        let policy = self.policy.at(now);
        Ok(request.ask(|subject, question| {
            let decision = policy.decide(subject, &request.permission(), question);
            decision.answer(&policy)
        })??)
    }

    fn explain(&self, request: &Request, now: UnixSeconds) -> Result<String, Failure> {
        self.current(now)?;
        let policy = self.policy.at(now);
        let explanation = request
            .ask(|subject, question| policy.explain(subject, &request.permission(), question))??;
        Ok(explanation.as_json().to_owned())
    }

    fn modules(&self, subject: &Subject, now: UnixSeconds) -> Result<String, Failure> {
        let until = self.policy.expires_at();
        let session = subject.ask(|subject| self.policy.session(subject, until, now))??;
        Ok(session.visible(now)?.to_json())
    }

    fn check(&self, packed: &[u8], now: UnixSeconds) -> Result<PackedDecision, Failure> {
        if self.current(now).is_err() {
            return Ok(PackedDecision::EXPIRED);
        }
        let policy = self.policy.at(now);
        let read = PackedRequest::read(packed).and_then(PackedRequest::single);
        Ok(read.map_or(PackedDecision::MALFORMED, |(subject, asked)| {
            let decision = policy.decide(&subject, asked.permission, &asked.question);
            PackedDecision::from(&decision)
        }))
    }

    fn check_many(&self, packed: &[u8], now: UnixSeconds) -> Result<Vec<PackedDecision>, Failure> {
        let mut verdicts = Vec::new();
        self.each(packed, now, |next| verdicts.push(next));
        Ok(verdicts)
    }
}

fn info(policy: &Policy) -> BundleInfo {
    let header = policy.header();
    BundleInfo {
        audience: header.audience.clone(),
        tenant: header.tenant.clone(),
        catalog: header.catalog.clone(),
        sequence: header.sequence,
        issued_at: header.issued_at,
        not_before: header.not_before,
        expires_at: header.expires_at,
        digest: policy.bundle().digest(),
        slice_of: header.slice_of,
        size_bytes: count(policy.bundle().size_bytes()),
        modules: count(policy.modules().len()),
        permissions: count(policy.permission_count()),
        roles: count(policy.roles().len()),
        grants: count(policy.grant_count()),
        features: owned(policy.enabled_features()),
    }
}

fn names(policy: &Policy) -> Names {
    let permissions = (0..).map(PermissionId).take(policy.permission_count());
    Names {
        reasons: owned(PackedDecision::REASONS.into_iter()),
        roles: owned(policy.roles()),
        scopes: owned(policy.scopes()),
        permissions: permissions
            .filter_map(|permission| policy.permission_parts(permission))
            .map(|(module, action)| format!("{module}:{action}"))
            .collect(),
        vocabulary: Vocabulary {
            subject: owned(policy.subject_attributes().map(|(name, _)| name)),
            action: owned(policy.action_attributes()),
            context: owned(policy.context_attributes()),
            resource: owned(policy.resource_attributes()),
        },
    }
}

fn owned<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    names.map(String::from).collect()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
