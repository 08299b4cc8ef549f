//! A text that should be a policy: what compiles can be signed, opened and asked.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_fuzz::{NOW, answer, open};
use portcullis_policy::Source;
use portcullis_reference::Reference;

fuzz_target!(|text: &str| {
    if Source::load(text).is_err() {
        return;
    }
    let policy = open(text);
    let reference = Reference::new(text).expect("the reference reads what compiles");
    let reference = reference.at(NOW.0);
    for (module, action) in reference.all_questions().permissions.iter().take(8) {
        let line = format!(
            r#"{{"subject":{{"type":"user","id":"u1"}},"action":{{"name":"{action}"}},"resource":{{"type":"{module}","id":"1"}}}}"#
        );
        let line = line.as_bytes();
        assert_eq!(
            answer(policy.as_ref(), line, false),
            reference.decide_line(line)
        );
    }
});
