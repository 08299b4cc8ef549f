//! Freezes the golden bundles of a format version: run once for a new format, then committed.
//!
//! `cargo run -p portcullis-tests --example freeze` writes the bundles that are not there yet,
//! and changes none that is. The answers are those of the reference, not of an engine.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a tool for whoever changes the format"
)]

use std::{fmt::Write as _, fs};

use portcullis_engine::{
    UnixSeconds,
    format::{FORMAT, List, Payload},
};
use portcullis_policy::{
    Source,
    encode::{BundleMetadata, encode},
    sign::{TrustFile, TrustFileKey, sign, with_nonce},
};
use portcullis_random::{
    requests::RequestGenerator,
    tape::{self, Tape},
};
use portcullis_tests::{
    bundles::{self, NOW, key},
    engines::{Answers, reference},
    golden, vectors,
};

fn main() {
    let vectors = vectors::all();
    let policy = |file: &str| {
        let found = vectors.iter().find(|(name, _)| name == file);
        found.unwrap().1.policy.to_string()
    };
    // Each uses what is new in the format: else it would be written in an earlier one.
    freeze("whole", &policy("differs.json"), &[1], false);
    freeze("two-keys", &policy("four-eyes.json"), &[1, 2], false);
    freeze("slice", &policy("differs.json"), &[3], true);
}

fn freeze(name: &str, policy: &str, signers: &[u8], slice: bool) {
    let name = format!("format-{FORMAT}-{name}");
    let file = |what: &str| golden::folder().join(format!("{name}.{what}"));
    if file("pclb").exists() {
        println!("{name} is frozen");
        return;
    }
    let (source, model) = Source::load(policy).unwrap();
    let metadata = BundleMetadata {
        sequence: 7,
        pin_floor: 3,
        not_before: UnixSeconds(NOW.0 - 5),
        audit_head: slice.then_some([0xad; 32]),
        generator: "portcullis 0.1.0".to_owned(),
        routes: if slice {
            Vec::new()
        } else {
            b"routes".to_vec()
        },
        ..BundleMetadata::new(
            bundles::AUDIENCE,
            NOW,
            bundles::VALID_SECONDS,
            &source.catalog,
        )
    };
    let encoded = encode(&model, &metadata).unwrap();
    let mut payload = List::<Payload<'_>>::new(&encoded).iter().next().unwrap();
    payload.header.slice_of = slice.then_some([0x51; 32]);
    let mut encoded = postcard::to_allocvec(&payload).unwrap();
    let keys: Vec<_> = signers.iter().map(|seed| key(*seed)).collect();
    if let ([only], false) = (&*keys, slice) {
        let nonce = only.nonce(&encoded);
        encoded = with_nonce(encoded, &nonce);
    }
    let trust = TrustFile {
        threshold: u32::try_from(signers.len()).unwrap(),
        keys: keys
            .iter()
            .map(|key| {
                let key_use = if slice {
                    portcullis_engine::KeyUse::SlicesOnly
                } else {
                    portcullis_engine::KeyUse::Any
                };
                TrustFileKey::new(key.public_key(), key_use)
            })
            .collect(),
        audience: bundles::AUDIENCE.to_owned(),
        ..TrustFile::default()
    };
    let (questions, answers) = ask(policy);
    let bundle = sign(&encoded, &keys).unwrap();
    assert_eq!(bundle[4], FORMAT, "{name} uses nothing of its format");
    fs::create_dir_all(golden::folder()).unwrap();
    fs::write(file("pclb"), bundle).unwrap();
    let trust = serde_json::to_string_pretty(&trust).unwrap();
    fs::write(file("trust.json"), trust + "\n").unwrap();
    fs::write(file("questions.jsonl"), questions).unwrap();
    fs::write(file("answers.jsonl"), answers).unwrap();
    println!("froze {name}");
}

/// Makes up questions, always the same, and asks the reference.
fn ask(policy: &str) -> (String, String) {
    let reference = reference(policy);
    let generator = RequestGenerator::new(reference.all_questions(), &[]);
    let (mut questions, mut answers) = (String::new(), String::new());
    for number in 0..60 {
        let bytes = tape::bytes(number, 160);
        let request = generator.request(&mut Tape::new(&bytes));
        let subject = request["subject"].to_string();
        let (question, answer) = match number % 6 {
            0 => (
                "modules",
                Answers::visible(&reference, subject.as_bytes(), None),
            ),
            1 => (
                "filter",
                reference.filter_line(request.to_string().as_bytes()),
            ),
            _ => (
                "decide",
                reference.decide_line(request.to_string().as_bytes()),
            ),
        };
        let asked = if question == "modules" {
            subject
        } else {
            request.to_string()
        };
        writeln!(questions, r#"{{"{question}":{asked}}}"#).unwrap();
        writeln!(answers, "{answer}").unwrap();
    }
    (questions, answers)
}
