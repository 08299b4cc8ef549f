//! Every vector on every engine.

use portcullis_tests::{engines::EngineName, vectors};

#[test]
fn every_vector_is_answered_with_its_bytes_by_every_engine() {
    let mut faults = Vec::new();
    for (file, vectors) in vectors::all() {
        let policy = vectors.policy.to_string();
        for engine in EngineName::ALL {
            let opened = engine.open(&policy);
            for case in &vectors.cases {
                let fault = case.fault(&case.ask(opened.as_ref()));
                faults.extend(fault.map(|fault| format!("{engine:?}: {file}: {fault}")));
            }
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n")
    );
}

#[test]
fn malformed_lines_are_answered_alike_to_the_byte_by_what_reads_them_alike() {
    for (file, vectors) in vectors::all() {
        let policy = vectors.policy.to_string();
        let native = EngineName::Native.open(&policy);
        let component = EngineName::Component.open(&policy);
        for case in &vectors.cases {
            let answers = (case.ask(native.as_ref()), case.ask(component.as_ref()));
            assert_eq!(answers.0, answers.1, "{file}: {}", case.name);
        }
    }
}

#[test]
fn bad_utf_8_is_malformed() {
    let (_, vectors) = vectors::all().swap_remove(0);
    let policy = vectors.policy.to_string();
    let good = br#"{"subject":{"type":"user","id":"u"},"action":{"name":"read"},"resource":{"type":"doc","id":"i"}}"#;
    for engine in EngineName::ALL {
        let opened = engine.open(&policy);
        assert!(opened.decide(good).contains("not-granted"), "{engine:?}");
        for bad in [
            &b"\xff"[..],
            b"\xc0\xaf",
            b"\xed\xa0\x80",
            b"\xf5\x80\x80\x80",
        ] {
            let mut line = good.to_vec();
            let id = line.iter().position(|byte| *byte == b'i').unwrap_or(0);
            line.splice(id..=id, bad.iter().copied());
            let answer = opened.decide(&line);
            assert!(
                portcullis_tests::engines::is_malformed(&answer),
                "{engine:?} {answer}"
            );
        }
    }
}
