//! The frozen bundles load and answer as they did when they were frozen.

use portcullis_engine::{UnixSeconds, format::FORMAT};
use portcullis_tests::{
    bundles::{NOW, VALID_SECONDS},
    engines::{Answers as _, EngineName, Loaded},
    golden::{self, Question},
};

#[test]
fn every_frozen_bundle_answers_as_it_did() {
    for golden in golden::all() {
        for engine in [EngineName::Native, EngineName::Component] {
            for now in [
                UnixSeconds(NOW.0 - 5),
                UnixSeconds(NOW.0 + VALID_SECONDS - 1),
            ] {
                let opened = engine.open_bundle(&golden.bundle, &golden.trust, now);
                check(&golden.name, engine, &opened, &golden.answers);
            }
        }
    }
}

fn check(name: &str, engine: EngineName, opened: &Loaded, answers: &[(Question, String)]) {
    assert!(answers.len() >= 60, "{name} asks too little");
    for (question, expected) in answers {
        let answer = match question {
            Question::Decide(line) => opened.decide(line.as_bytes()),
            Question::Filter(line) => opened.filter(line.as_bytes()),
            Question::Modules(subject) => opened.visible(subject.as_bytes(), None),
        };
        assert_eq!(&answer, expected, "{name} on {engine:?}: {question:?}");
    }
}

#[test]
fn every_format_is_frozen() {
    let names: Vec<String> = golden::all()
        .into_iter()
        .map(|golden| golden.name)
        .collect();
    for format in 1..=FORMAT {
        for name in ["slice", "two-keys", "whole"] {
            assert!(
                names.contains(&format!("format-{format}-{name}")),
                "{names:?}"
            );
        }
    }
}

#[test]
fn what_a_frozen_bundle_says_of_itself_is_read() {
    for golden in golden::all() {
        for engine in [EngineName::Native, EngineName::Component] {
            let opened = engine.open_bundle(&golden.bundle, &golden.trust, NOW);
            let info = opened.policy.info();
            assert_eq!(
                (
                    info.sequence,
                    info.issued_at,
                    info.not_before,
                    info.expires_at
                ),
                (
                    7,
                    NOW,
                    UnixSeconds(NOW.0 - 5),
                    UnixSeconds(NOW.0 + VALID_SECONDS)
                ),
            );
            assert_eq!(
                (info.tenant.as_str(), info.catalog.as_str()),
                ("acme", "vectors")
            );
            assert_eq!(info.slice_of.is_some(), golden.name.ends_with("slice"));
            assert_eq!(
                usize::try_from(info.size_bytes).unwrap(),
                golden.bundle.len()
            );
        }
    }
}
