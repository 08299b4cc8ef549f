//! Hostile bytes.

use super::*;

fn nasty_target() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "/", "/open", "/tickets", "/of", "/jo", "1", ".", "..", "%2e", "%2f", "%5c", "\\", ";",
        "%00", "%25", "%252f", "//", "?", "#", "A", "O", "%6f", " ", "é",
    ]);
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_are_judged_without_panic_and_nothing_unasked_is_let_through(
        method in prop_oneof![Just(b"GET".to_vec()), Just(b"PUT".to_vec()), prop::collection::vec(any::<u8>(), 0..8)],
        target in prop_oneof![nasty_target(), prop::collection::vec(any::<u8>(), 0..64)],
        authority in prop_oneof![Just(Vec::new()), prop::collection::vec(any::<u8>(), 0..16)],
        headers in prop::collection::vec((
            prop_oneof![Just(b"authorization".to_vec()), Just(b"Origin".to_vec()), Just(b"traceparent".to_vec()), prop::collection::vec(any::<u8>(), 0..12)],
            prop_oneof![Just(format!("Bearer {}", token(9, &json!({}))).into_bytes()), prop::collection::vec(any::<u8>(), 0..40)],
        ), 0..5),
    ) {
        let mut gate = gate(|_| ());
        let borrowed: Vec<(&[u8], &[u8])> = headers.iter().map(|(name, value)| (&name[..], &value[..])).collect();
        let request = Request { method: &method, authority: &authority, target: &target, headers: &borrowed, peer: Peer::Unknown, nonce: b"" };
        let verdict = gate.judge(&request, NOW);
        serde_json::from_str::<Value>(&verdict.entry().to_json()).unwrap();
        if let Verdict::Forward(forward) = &verdict {
            // What goes on is one of the three routes, and never for nobody but the open one.
            let path = String::from_utf8(target.clone()).unwrap();
            let path = path.split('?').next().unwrap();
            prop_assert!(!path.contains("//") && !path.contains("..") && !path.ends_with('/'), "{path}");
            let subject = forward.set.iter().find(|(name, _)| *name == "x-portcullis-subject");
            prop_assert_eq!(subject.is_none(), verdict.entry().code == Code::Public);
        }
    }

    #[test]
    fn any_configuration_is_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = GateConfig::from_json(&bytes).is_ok();
    }
}
