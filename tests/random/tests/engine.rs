//! The engine answers as the reference does.
//!
//! Conformance holds every engine to that, the component among them; here it is the engine alone,
//! so that nothing but core is built before a fault of it shows.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at what it did not expect"
)]

use portcullis_engine::{PackedDecision, Policy, UnixSeconds};
use portcullis_policy::{
    Source,
    authzen::{Request, Vocabulary},
    encode::BundleMetadata,
    preview,
};
use portcullis_random::{
    policies::RandomPolicy,
    requests::RequestGenerator,
    tape::{Tape, bytes},
};
use portcullis_reference::Reference;
use serde_json::Value;

#[test]
fn the_engine_answers_random_questions_as_the_reference_does() {
    for seed in 0..POLICIES {
        let tape = bytes(seed, 6_500);
        let (policy, questions) = tape.split_at(900);
        let policy = RandomPolicy::new(&mut Tape::new(policy));
        let pair = Pair::open(&policy.json);
        let generator = RequestGenerator::new(pair.reference.all_questions(), &policy.aliases);
        for question in questions.chunks(140) {
            let request = generator.request(&mut Tape::new(question));
            pair.compare(&request.to_string());
            pair.compare_modules(&request["subject"].to_string());
        }
    }
}

/// One policy on both.
struct Pair {
    reference: Reference,
    policy: Policy,
    vocabulary: Vocabulary,
}

impl Pair {
    fn open(json: &str) -> Self {
        let (source, model) = Source::load(json).unwrap();
        let metadata = BundleMetadata::new("default", NOW, 1_000, &source.catalog);
        let policy = preview(&model, &metadata).unwrap();
        Self {
            reference: Reference::new(json).unwrap().at(NOW.0),
            vocabulary: Vocabulary::from(&policy),
            policy,
        }
    }

    fn compare(&self, line: &str) {
        let expected = self.reference.decide_line(line.as_bytes());
        match Request::read(line.as_bytes(), &self.vocabulary) {
            Ok(request) => self.check(&request, &expected, line),
            Err(_) => assert!(expected.contains(r#""effect":"error""#), "{line}"),
        }
        let expected = self.reference.filter_line(line.as_bytes());
        match Request::read_filter(line.as_bytes(), &self.vocabulary) {
            Ok(request) => self.check(&request, &expected, line),
            Err(_) => assert!(expected.contains(r#""effect":"error""#), "{line}"),
        }
    }

    fn check(&self, request: &Request, expected: &str, line: &str) {
        let expected: Value = serde_json::from_str(expected).unwrap();
        let context = &expected["context"];
        let under = request.features.as_ref().map(|features| {
            let names: Vec<&str> = features.iter().map(String::as_str).collect();
            self.policy.with_features(&names)
        });
        let policy = under.as_ref().unwrap_or(&self.policy);
        let asked = request.ask(|subject, question| {
            let decision = policy.decide(subject, &request.permission(), question);
            (PackedDecision::from(&decision), decision.answer(policy))
        });
        let (packed, answer) = asked.unwrap();
        assert_eq!(answer.unwrap(), context.to_string(), "{line}");
        assert_eq!(packed.effect(), context["effect"].as_str(), "{line}");
        assert_eq!(packed.reason(), context["reason"].as_str(), "{line}");
        let bound = packed.0 & BOUND_TO_A_TEAM != 0;
        assert_eq!(bound, context.get("team").is_some(), "{line}");
        let name =
            |names: Vec<&str>, at: Option<u16>| at.map(|at| names[usize::from(at)].to_owned());
        let role = name(policy.roles().collect(), packed.role());
        assert_eq!(role.as_deref(), context["role"].as_str(), "{line}");
        let scope = name(policy.scopes().collect(), packed.scope());
        assert_eq!(scope.as_deref(), context["scope"].as_str(), "{line}");
    }

    fn compare_modules(&self, subject: &str) {
        use portcullis_policy::authzen::Subject;
        let expected = self.reference.visible(subject);
        let Ok(read) = Subject::read(subject.as_bytes(), &self.vocabulary) else {
            assert!(expected.contains(r#""effect":"error""#), "{subject}");
            return;
        };
        let opened = read.ask(|subject| self.policy.session(subject, UnixSeconds(u64::MAX), NOW));
        let session = opened.unwrap().unwrap();
        let visible = session.visible(NOW).unwrap();
        assert_eq!(visible.to_json(), expected, "{subject}");
    }
}

const NOW: UnixSeconds = UnixSeconds(1_700_000_000);
const POLICIES: u32 = 60;
/// The bit of a verdict that says so (`wit/plugin.wit`).
const BOUND_TO_A_TEAM: u64 = 1 << 5;
