//! Bytes that should be a bundle: plain, as the payload of a valid signature, and as changes to a
//! good payload, each two bytes for the place and one for the value. What is accepted answers
//! every question that its own names make.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portcullis_engine::{Policy, SignedBundle, SliceUse};
use portcullis_fixture::{AUDIENCE, key, trust};
use portcullis_fuzz::{HELPDESK, NOW, answer};
use portcullis_host::{Engine as _, HostTrust, NativeEngine};
use portcullis_policy::{
    Source,
    encode::{BundleMetadata, encode},
    sign::sign,
};

fuzz_target!(|bytes: &[u8]| {
    let _ = accept(bytes);
    let mut changed = PAYLOAD.clone();
    for change in bytes.chunks_exact(3).take(64) {
        let place = usize::from(u16::from_le_bytes([change[0], change[1]]));
        let place = place % changed.len();
        changed[place] = change[2];
    }
    for payload in [bytes, &changed] {
        if let Ok(signed) = sign(payload, &[key(1)])
            && accept(&signed)
        {
            ask(&signed);
        }
    }
});

static PAYLOAD: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let (source, model) = Source::load(HELPDESK).expect("the policy compiles");
    let metadata = BundleMetadata::new(AUDIENCE, NOW, 3_600, &source.catalog);
    encode(&model, &metadata).expect("the policy can be encoded")
});

/// Asks a bundle that was accepted all that its names allow.
fn ask(signed: &[u8]) {
    let Ok(policy) = NativeEngine.open(signed, &host(), NOW) else {
        panic!("a bundle that was accepted is not");
    };
    let names = policy.names();
    let roles: Vec<_> = names.roles.iter().take(8).collect();
    for permission in names.permissions.iter().take(16) {
        let Some((module, action)) = permission.split_once(':') else {
            panic!("a permission without a colon: {permission}");
        };
        let line = serde_json::json!({
            "subject": { "type": "user", "id": "u1", "properties": { "roles": roles } },
            "action": { "name": action },
            "resource": { "type": module, "id": "1" },
        })
        .to_string();
        for filter in [false, true] {
            let answer = answer(policy.as_ref(), line.as_bytes(), filter);
            assert!(answer.starts_with(r#"{"decision":"#), "{answer}");
        }
    }
}

fn accept(bytes: &[u8]) -> bool {
    let Ok(trust) = host().to_trust() else {
        panic!("the trust file is good");
    };
    let bundle = SignedBundle::new(bytes.to_vec()).verify(&trust, NOW);
    bundle.map(Policy::from).is_ok()
}

fn host() -> HostTrust {
    let mut host = HostTrust::from(trust());
    host.slices = SliceUse::Either;
    host
}
