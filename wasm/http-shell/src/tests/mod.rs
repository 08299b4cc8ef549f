//! The middleware before a runtime that is made up: what no real one would do on demand.

mod keys;

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};

use portcullis_fixture::{Issue, NOW, PUBLIC_PAGE, gate_config};
use serde_json::json;

use crate::{Answer, BundleFile, Incoming, Mark, Middleware, Time, UnixSeconds, Work};

fn configured() -> Middleware {
    let mut middleware = Middleware::new();
    assert!(!middleware.is_configured());
    let line = middleware.configure(Ok(configuration().into_bytes()), NOW);
    assert_eq!(line, None);
    assert!(middleware.is_configured());
    middleware
}

fn mark(bytes: u64) -> Mark {
    Mark {
        bytes,
        modified: None,
    }
}

fn found(sequence: u64) -> Result<Option<(Mark, Vec<u8>)>, String> {
    Ok(Some((mark(sequence), bundle(sequence))))
}

fn due(middleware: &mut Middleware, seconds: u64) -> Option<BundleFile> {
    middleware.due(after(seconds))
}

fn status(middleware: &mut Middleware, authority: Option<&str>, host: &[&str]) -> u16 {
    let fields = host
        .iter()
        .map(|host| ("Host".into(), host.as_bytes().to_vec()));
    let incoming = Incoming {
        method: "GET",
        authority: authority.map(str::to_owned),
        target: "/health",
        fields: fields.collect(),
    };
    let time = Time {
        seconds: NOW,
        nanoseconds: 1,
    };
    match middleware.judge(incoming, time).work {
        Work::Answer(answer) => answer.status,
        Work::Forward(fields, _, upstream, changes) => {
            assert!(!changes.is_empty());
            assert_eq!(upstream.authority, "127.0.0.1:8080");
            assert!(fields.iter().all(|(name, _)| name != "Host"));
            200
        }
    }
}

#[test]
fn without_a_configuration_nothing_is_judged() {
    let mut middleware = Middleware::new();
    assert_eq!(due(&mut middleware, 0), None);
    assert_eq!(
        status(&mut middleware, None, &["a"]),
        Answer::unavailable().status
    );
    for read in [Err("it is not there".to_owned()), Ok(b"{}".to_vec())] {
        let line = middleware.configure(read, NOW);
        assert!(line.is_some_and(|line| line.contains("configuration-refused")));
        assert!(!middleware.is_configured());
    }
}

#[test]
fn a_second_configuration_is_too_late() {
    let mut middleware = configured();
    assert_eq!(middleware.configure(Err("unread".to_owned()), NOW), None);
    assert!(middleware.is_configured());
}

#[test]
fn the_file_is_looked_at_once_a_second_and_nobody_goes_without_before() {
    let mut middleware = configured();
    let first = due(&mut middleware, 0).unwrap();
    let second = due(&mut middleware, 0).unwrap();
    assert_eq!((first.known, first.path.as_str()), (None, "/policy/a.pclb"));
    assert_eq!(status(&mut middleware, None, &["a.example.com"]), 503);
    let line = middleware.take(&first, found(1), NOW);
    assert!(line.is_some_and(|line| line.contains("bundle-accepted")));
    assert_eq!(middleware.take(&second, found(1), NOW), None, "unchanged");
    assert_eq!(status(&mut middleware, None, &["a.example.com"]), 200);
    assert_eq!(due(&mut middleware, 0), None);
    let third = due(&mut middleware, 1).unwrap();
    assert_eq!(third.known, Some(mark(1)));
    // From now on others go by what was taken last, while one of them reads.
    assert_eq!(due(&mut middleware, 1), None);
    assert_eq!(middleware.take(&third, Ok(None), after(1)), None);
    assert_eq!(due(&mut middleware, 2).unwrap().known, Some(mark(1)));
}

#[test]
fn what_is_refused_is_read_again() {
    let mut middleware = configured();
    let first = due(&mut middleware, 0).unwrap();
    middleware.take(&first, found(1), NOW);
    let second = due(&mut middleware, 1).unwrap();
    let bad = Ok(Some((mark(7), b"nothing".to_vec())));
    let line = middleware.take(&second, bad, after(1));
    assert!(line.is_some_and(|line| line.contains("bundle-rejected")));
    let third = due(&mut middleware, 2).unwrap();
    assert_eq!(third.known, None);
    let line = middleware.take(&third, Err("gone".to_owned()), after(2));
    assert!(line.is_some_and(|line| line.contains("bundle-unreadable") && line.contains("gone")));
    assert_eq!(status(&mut middleware, None, &["a.example.com"]), 200);
}

#[test]
fn an_earlier_look_is_too_late_after_a_later_one() {
    let mut middleware = configured();
    let (first, second) = (due(&mut middleware, 0), due(&mut middleware, 0));
    let line = middleware.take(&second.unwrap(), found(2), NOW);
    assert!(line.is_some_and(|line| line.contains("bundle-accepted")));
    assert_eq!(middleware.take(&first.unwrap(), found(1), NOW), None);
    assert_eq!(due(&mut middleware, 1).unwrap().known, Some(mark(2)));
}

#[test]
fn a_host_is_what_the_runtime_says_or_else_the_field() {
    let mut middleware = configured();
    let first = due(&mut middleware, 0).unwrap();
    middleware.take(&first, found(1), NOW);
    for (authority, host, expected) in [
        (Some("a.example.com"), vec![], 200),
        (Some("a.example.com"), vec!["a.example.com"], 200),
        (None, vec!["a.example.com"], 200),
        (Some("b.example.com"), vec![], 404),
        (None, vec!["b.example.com"], 404),
        (None, vec![], 404),
        (Some("a.example.com"), vec!["b.example.com"], 400),
        (None, vec!["a.example.com", "b.example.com"], 400),
        (None, vec!["b.example.com", "a.example.com"], 400),
    ] {
        let got = status(&mut middleware, authority, &host);
        assert_eq!(got, expected, "{authority:?} {host:?}");
    }
}

fn configuration() -> String {
    let upstream = "http://127.0.0.1:8080";
    let shell = json!({ "upstream": upstream, "bundle_file": "/policy/a.pclb" });
    gate_config([("tenant", "acme".into()), ("shell", shell)])
}

fn bundle(sequence: u64) -> Vec<u8> {
    let issue = Issue::at(NOW).sequence(sequence);
    issue.bundle(PUBLIC_PAGE).unwrap()
}

fn after(seconds: u64) -> UnixSeconds {
    UnixSeconds(NOW.0 + seconds)
}
