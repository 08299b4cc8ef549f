//! Random policies and questions: the engine answers as the reference does, byte for byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_fuzz::{NOW, answer, open};
use portcullis_random::{policies::RandomPolicy, requests::RequestGenerator, tape::Tape};
use portcullis_reference::Reference;

fuzz_target!(|bytes: &[u8]| {
    let (policy, questions) = bytes.split_at(bytes.len().saturating_mul(3) / 5);
    let policy = RandomPolicy::new(&mut Tape::new(policy));
    let native = open(&policy.json);
    let reference = Reference::new(&policy.json).expect("the reference reads what compiles");
    let reference = reference.at(NOW.0);
    let generator = RequestGenerator::new(reference.all_questions(), &policy.aliases);
    for question in questions.chunks(160).take(8) {
        let mut tape = Tape::new(question);
        let line = generator.request(&mut tape).to_string();
        let (line, json) = (line.as_bytes(), &policy.json);
        let expected = reference.decide_line(line);
        assert_eq!(answer(native.as_ref(), line, false), expected, "{json}");
        let expected = reference.filter_line(line);
        assert_eq!(answer(native.as_ref(), line, true), expected, "{json}");
    }
});
