//! A clock that cannot be right.

use super::*;

#[test]
fn a_clock_that_went_back_lets_nothing_through_and_is_named() {
    let mut gate = gate(|_| ());
    // An hour ago by the true clock: at any time before, it would seem to hold.
    let token = token(9, &json!({ "exp": NOW.0 - 1 }));
    let not_before = NOW.0 - 300;
    for (now, expected) in [
        (NOW.0, Code::IdentityInvalid),
        (not_before, Code::Conditional),
        (not_before - 1, Code::ClockWrong),
        (1, Code::ClockWrong),
        (0, Code::ClockWrong),
        (u64::MAX, Code::ClockWrong),
        (NOW.0 + 10_000, Code::BundleExpired),
    ] {
        let now = UnixSeconds(now);
        let found = code(&mut gate, "GET /tickets/1", Some(&token), now);
        assert_eq!(found, expected, "{now:?}");
        let lives = !matches!(expected, Code::ClockWrong | Code::BundleExpired);
        assert_eq!(gate.status(now).ready, lives, "{now:?}");
        let open = if lives { Code::Public } else { expected };
        assert_eq!(code(&mut gate, "GET /open", None, now), open, "{now:?}");
    }
    assert_eq!(Code::ClockWrong.status(), Some(503));
    assert_eq!(Code::ClockWrong.class(), "unavailable");
}

#[test]
fn a_gate_that_starts_without_a_clock_says_so() {
    let mut gate = Gate::new(config(|_| ()));
    let bundle = bundle(&policy("acme", |_| ()), 1, None);
    assert!(gate.offer(bundle.clone(), UnixSeconds(0)).is_err());
    assert_eq!(
        code(&mut gate, "GET /open", None, UnixSeconds(0)),
        Code::ClockWrong
    );
    assert_eq!(
        code(&mut gate, "GET /open", None, NOW),
        Code::BundleRejected
    );
    gate.offer(bundle, NOW).unwrap();
    assert_eq!(code(&mut gate, "GET /open", None, NOW), Code::Public);
}

#[test]
fn what_a_token_states_controls_no_terminal_that_shows_the_log() {
    let mut gate = gate(|_| ());
    let roles = json!(["a\u{9b}31m", "b\u{202e}", "c\u{1b}[2J", "d\u{7f}"]);
    let token = token(9, &json!({ "roles": roles }));
    let verdict = ask(&mut gate, "GET /tickets/1", Some(&token), NOW);
    let line = verdict.entry().to_json();
    assert!(line.chars().all(|one| matches!(one, ' '..='~')), "{line}");
    // And it says the same.
    let entry: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(entry["why"]["unknown_roles"]["names"], roles);
    let event = portcullis_gate::event("x", &[("why", "a\u{9b}")]);
    assert_eq!(event, r#"{"event":"x","why":"a\u009b"}"#);
}
