//! A request as text: method, authority and target on the first line, a header on each other.
//! Where it is forwarded, its path has one reading, and what it says to the upstream is well formed.
#![no_main]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use portcullis_fixture::{Issue, gate_config, inline};
use portcullis_fuzz::{HELPDESK, NOW};
use portcullis_gate::{Gate, GateConfig, Peer, Request, Verdict};
use serde_json::{Value, json};

thread_local! {
    static GATE: RefCell<Gate> = RefCell::new(gate());
}

fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let mut words = first.splitn(3, |byte| *byte == b' ');
    let mut word = || words.next().unwrap_or_default();
    let [method, authority, target] = [word(), word(), word()];
    let headers: Vec<(&[u8], &[u8])> = lines
        .filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let (name, value) = line.split_at(colon);
            Some((name, value.get(1..)?.trim_ascii()))
        })
        .collect();
    let request = Request {
        method,
        authority,
        target,
        headers: &headers,
        peer: Peer::Identity("spiffe://peer"),
        nonce: b"",
    };
    let verdict = GATE.with_borrow_mut(|gate| gate.judge(&request, NOW));
    let entry = verdict.entry().to_json();
    assert!(serde_json::from_str::<Value>(&entry).is_ok(), "{entry}");
    match verdict {
        Verdict::Forward(forward) => {
            one_reading(target);
            for (name, value) in &forward.set {
                let visible = value.bytes().all(|byte| byte.is_ascii_graphic());
                assert!(visible, "{name}: {value}");
                assert_eq!(
                    forward
                        .set
                        .iter()
                        .filter(|(other, _)| other == name)
                        .count(),
                    1
                );
            }
            // Whatever the client sent by these names is replaced, or taken out.
            for (name, _) in &headers {
                let own = name.to_ascii_lowercase();
                if own.starts_with(b"x-portcullis-") {
                    let is_out = |out: &String| out.as_bytes() == *name;
                    assert!(forward.remove.iter().any(is_out), "{own:?} stays");
                }
            }
        }
        Verdict::Respond(response) => {
            assert!((200..600).contains(&response.status));
            if !response.body.is_empty() {
                assert!(serde_json::from_str::<Value>(&response.body).is_ok());
            }
        }
    }
});

/// Holds a forwarded path against what servers read twice, by a reading of its own.
fn one_reading(target: &[u8]) {
    let path = target
        .split(|byte| *byte == b'?')
        .next()
        .unwrap_or_default();
    assert_eq!(path.first(), Some(&b'/'));
    let mut decoded = Vec::new();
    let mut rest = path;
    while let [byte, after @ ..] = rest {
        rest = after;
        match (byte, after) {
            (b'%', [high, low, after @ ..]) => {
                let pair = String::from_utf8_lossy(&[*high, *low]).into_owned();
                let value = u8::from_str_radix(&pair, 16).expect("two hexadecimal digits");
                decoded.push(value);
                rest = after;
            }
            (b'%', _) => panic!("% alone is forwarded"),
            _ => decoded.push(*byte),
        }
    }
    let text = std::str::from_utf8(&decoded).expect("UTF-8");
    assert!(!text.contains(['\\', '\0', '?', '#']), "{text}");
    assert!(!text.chars().any(char::is_control), "{text}");
    let mut inner = text.trim_end_matches('/').split('/').skip(1);
    assert!(
        inner.all(|segment| !matches!(segment, "" | "." | "..")),
        "{text}"
    );
}

fn gate() -> Gate {
    let bundle = Issue::at(NOW)
        .bundle(HELPDESK)
        .expect("the policy compiles");
    let config = gate_config([
        ("tenant", "acme".into()),
        ("bundle", inline(&bundle)),
        (
            "identity",
            json!({ "trusted_headers": {
                "peers": ["spiffe://peer"], "subject": "x-user", "roles": "x-roles", "groups": "x-groups", "teams": "x-teams"
            } }),
        ),
    ]);
    let config = GateConfig::from_json(config.as_bytes()).expect("the configuration is good");
    let mut gate = Gate::new(config);
    gate.offer(bundle, NOW).expect("the bundle is good");
    gate
}
