use alloc::{borrow::ToOwned as _, format, vec, vec::Vec};

use base64ct::{Base64UrlUnpadded, Encoding as _};
use ed25519_dalek::{Signer as _, SigningKey};
use portcullis_engine::UnixSeconds;

use super::*;
use crate::{Code, Gate, GateConfig, GateStatus, Peer, Request, Verdict};

const ISSUER: &str = "https://id.example.com";
const START: u64 = 1_700_000_000;

/// A gate without a policy: what it says of a token is seen before a policy is asked for.
struct Tried {
    gate: Gate,
    now: u64,
}

/// How a token fares: believed, refused for good, refused unless a fetch brings its key.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    Known,
    Unknown { waits: bool },
    NoKeys { waits: bool },
}

impl Tried {
    fn new(keys: &str) -> Self {
        let json = format!(
            r#"{{"tenant":"acme","trust":{{"threshold":1,"audience":"a","keys":[{{"key":"iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w"}}]}},
                "identity":{{"issuers":[{{"issuer":"{ISSUER}","audiences":"a","keys":{keys}}}]}}}}"#
        );
        let config = GateConfig::from_json(json.as_bytes()).unwrap();
        Self {
            gate: Gate::new(config),
            now: START,
        }
    }

    fn time(&self) -> UnixSeconds {
        UnixSeconds(self.now)
    }

    fn fetch(&mut self) -> Option<KeyAddress> {
        let now = self.time();
        let fetch = self.gate.next_key_fetch(now)?;
        assert!(self.gate.next_key_fetch(now).is_none(), "one at a time");
        Some(fetch.address)
    }

    fn answer(&mut self, status: u16, cache_control: &str, body: &str) -> KeyOutcome {
        let answer = KeyAnswer {
            status,
            cache_control: cache_control.as_bytes(),
            body: body.as_bytes(),
        };
        let now = self.time();
        self.gate.answer_key_fetch(0, Some(&answer), now)
    }

    fn fate(&self, key: u8) -> Fate {
        use crate::identity::{Unidentified, verify};
        let issuers = &self.gate.config().identity().issuers;
        match verify(issuers, token(key).as_bytes(), self.time()) {
            Ok(_) => Fate::Known,
            Err(Unidentified::UnknownKey(at)) => Fate::Unknown {
                waits: self.gate.may_bring(at, self.time()),
            },
            Err(Unidentified::NoKeys(at)) => Fate::NoKeys {
                waits: self.gate.may_bring(at, self.time()),
            },
            Err(other) => panic!("{other:?}"),
        }
    }

    fn status(&self) -> GateStatus {
        self.gate.status(self.time())
    }
}

fn signing(key: u8) -> SigningKey {
    SigningKey::from_bytes(&[key; 32])
}

fn jwk(key: u8) -> String {
    let x = Base64UrlUnpadded::encode_string(signing(key).verifying_key().as_bytes());
    format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"{key}","x":"{x}"}}"#)
}

fn set(keys: &[u8]) -> String {
    let keys: Vec<String> = keys.iter().map(|key| jwk(*key)).collect();
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}

fn token(key: u8) -> String {
    let part = |text: &str| Base64UrlUnpadded::encode_string(text.as_bytes());
    let header = part(&format!(r#"{{"alg":"EdDSA","kid":"{key}"}}"#));
    let claims = part(&format!(
        r#"{{"iss":"{ISSUER}","aud":"a","sub":"jo","exp":4102444800}}"#
    ));
    let signed = format!("{header}.{claims}");
    let signature = signing(key).sign(signed.as_bytes()).to_bytes();
    format!("{signed}.{}", Base64UrlUnpadded::encode_string(&signature))
}

fn taken(is_new: bool, fresh_seconds: Option<u64>) -> KeyOutcome {
    KeyOutcome::Taken {
        is_new,
        fresh_seconds,
    }
}

const URL: &str = r#"{"source":"https://id.example.com/keys"}"#;

#[test]
fn keys_are_fetched_once_and_again_when_they_are_stale() {
    let mut tried = Tried::new(URL);
    assert_eq!(tried.fate(1), Fate::NoKeys { waits: true });
    let address = KeyAddress::Url("https://id.example.com/keys".to_owned());
    assert_eq!(tried.fetch(), Some(address.clone()));
    assert_eq!(tried.fate(1), Fate::NoKeys { waits: true });
    let outcome = tried.answer(200, "public, max-age=120", &set(&[1]));
    assert_eq!(outcome, taken(true, Some(120)));
    assert_eq!(tried.fate(1), Fate::Known);
    for (seconds, due) in [(119, false), (1, true)] {
        tried.now += seconds;
        assert_eq!(tried.fetch().is_some(), due);
    }
    assert_eq!(tried.answer(200, "", &set(&[1])), taken(false, None));
    tried.now += 599;
    assert_eq!(tried.fetch(), None);
    tried.now += 1;
    assert_eq!(tried.fetch(), Some(address));
}

#[test]
fn what_an_origin_says_of_freshness_is_bounded() {
    for (stated, expected) in [
        ("max-age=0", 60),
        ("no-store", 60),
        ("no-cache, max-age=500", 60),
        ("max-age=59", 60),
        ("MAX-AGE=61", 61),
        ("max-age=\"61\"", 61),
        ("max-age=-1", 600),
        ("max-age", 600),
        ("private", 600),
        ("max-age=9999999999", 43_200),
    ] {
        let mut tried = Tried::new(URL);
        tried.fetch().unwrap();
        tried.answer(200, stated, &set(&[1]));
        tried.now += expected - 1;
        assert_eq!(tried.fetch(), None, "{stated}");
        tried.now += 1;
        assert!(tried.fetch().is_some(), "{stated}");
    }
}

#[test]
fn a_new_key_is_fetched_for_its_first_token_and_not_more_than_once_in_ten_seconds() {
    let mut tried = Tried::new(URL);
    tried.fetch().unwrap();
    tried.answer(200, "", &set(&[1]));
    assert_eq!(tried.fate(2), Fate::Unknown { waits: false });
    tried.now += 10;
    assert_eq!(tried.fate(2), Fate::Unknown { waits: true });
    assert_eq!(tried.fetch(), None, "nobody wanted it");
    tried.gate.want_keys(0, UnixSeconds(tried.now));
    tried.fetch().unwrap();
    assert_eq!(tried.fate(2), Fate::Unknown { waits: true });
    tried.answer(200, "", &set(&[1, 2]));
    assert_eq!((tried.fate(1), tried.fate(2)), (Fate::Known, Fate::Known));
    tried.now += 9;
    assert_eq!(tried.fate(3), Fate::Unknown { waits: false });
    tried.gate.want_keys(0, UnixSeconds(tried.now));
    assert_eq!(tried.fetch(), None);
}

#[test]
fn an_origin_that_is_down_or_lies_costs_nothing_while_the_last_set_is_good() {
    let mut tried =
        Tried::new(r#"{"source":"https://id.example.com/keys","max_age_seconds":7200}"#);
    tried.fetch().unwrap();
    tried.answer(200, "max-age=3000", &set(&[1]));
    tried.now += 3_000;
    let long = format!("{}{}", set(&[2]), " ".repeat(256 * 1024));
    let secret = r#"{"keys":[{"kty":"oct","k":"AA"}]}"#;
    for (status, body, why) in [
        (500, "", "the origin answered 500"),
        (302, "", "the origin answered 302"),
        (304, "", "the origin answered 304"),
        (200, "<html>", "the answer is not JSON"),
        (200, "{}", "`keys`"),
        (200, r#"{"keys":[]}"#, "no key"),
        (200, secret, "secret"),
        (200, long.as_str(), "over 256 KiB"),
    ] {
        tried.fetch().unwrap_or_else(|| panic!("{why}"));
        let outcome = tried.answer(status, "max-age=99999", body);
        let KeyOutcome::Failed(found) = outcome else {
            panic!("{outcome:?}");
        };
        assert!(found.contains(why), "{found}");
        assert_eq!(tried.status().fetched_keys[0].failure, Some(found));
        assert_eq!(tried.fate(1), Fate::Known, "{why}");
        assert_eq!(tried.fetch(), None, "no storm");
        tried.now += 80;
    }
    // Nobody answers at all.
    tried.fetch().unwrap();
    tried.gate.answer_key_fetch(0, None, UnixSeconds(tried.now));
    tried.now = START + 7_199;
    assert_eq!(tried.fate(1), Fate::Known);
    tried.now += 1;
    assert_eq!(tried.fate(1), Fate::NoKeys { waits: true });
    tried.fetch().unwrap();
    tried.answer(200, "", &set(&[1]));
    assert_eq!(tried.fate(1), Fate::Known);
    assert_eq!(tried.status().fetched_keys[0].failure, None);
}

#[test]
fn a_key_that_was_taken_away_stops_with_the_next_set() {
    let mut tried = Tried::new(URL);
    tried.fetch().unwrap();
    tried.answer(200, "max-age=60", &set(&[1, 2]));
    tried.now += 60;
    tried.fetch().unwrap();
    tried.answer(200, "max-age=60", &set(&[2]));
    assert_eq!(tried.fate(1), Fate::Unknown { waits: false });
    assert_eq!(tried.fate(2), Fate::Known);
}

#[test]
fn a_fetch_that_is_never_answered_holds_nothing_up() {
    let mut tried = Tried::new(URL);
    tried.fetch().unwrap();
    tried.now += 9;
    assert_eq!(tried.fetch(), None);
    tried.now += 1;
    assert!(tried.fetch().is_some());
    // Nor does a clock that is set back.
    tried.now -= 100_000;
    assert!(tried.fetch().is_some());
}

#[test]
fn a_description_says_where_the_keys_are() {
    let document =
        |issuer: &str, uri: &str| format!(r#"{{"issuer":"{issuer}","jwks_uri":"{uri}"}}"#);
    for (keys, first) in [
        (
            r#"{"discover":true}"#,
            "https://id.example.com/.well-known/openid-configuration",
        ),
        (
            r#"{"discover":true,"source":"https://id.example.com/d"}"#,
            "https://id.example.com/d",
        ),
    ] {
        let mut tried = Tried::new(keys);
        assert_eq!(tried.fetch(), Some(KeyAddress::Url(first.to_owned())));
        let uri = "https://id.example.com/certs";
        assert_eq!(
            tried.answer(200, "", &document(ISSUER, uri)),
            KeyOutcome::More
        );
        assert_eq!(tried.fate(1), Fate::NoKeys { waits: true });
        assert_eq!(tried.fetch(), Some(KeyAddress::Url(uri.to_owned())));
        assert_eq!(tried.answer(200, "", &set(&[1])), taken(true, None));
        assert_eq!(tried.fate(1), Fate::Known);
        for (body, why) in [
            (document("https://id.example.com/", uri), "another issuer"),
            (
                document(ISSUER, "https://evil.example.com/certs"),
                "jwks_uri",
            ),
            (document(ISSUER, "http://id.example.com/certs"), "jwks_uri"),
            (format!(r#"{{"issuer":"{ISSUER}"}}"#), "jwks_uri"),
            (set(&[2]), "another issuer"),
        ] {
            tried.now += 600;
            tried.fetch().unwrap();
            let outcome = tried.answer(200, "", &body);
            let failed = matches!(&outcome, KeyOutcome::Failed(found) if found.contains(why));
            assert!(failed, "{outcome:?}");
            assert_eq!(tried.fate(1), Fate::Known);
        }
    }
}

#[test]
fn a_set_that_another_fetched_counts_from_when_it_was_fetched() {
    let mut tried = Tried::new(r#"{"source":"https://id.example.com/keys","max_age_seconds":100}"#);
    let at = UnixSeconds(START - 40);
    let mut take = |keys: &[u8]| tried.gate.take_keys(0, set(keys).as_bytes(), at, Some(60));
    assert_eq!(take(&[1]), Ok(true));
    assert_eq!(take(&[1]), Ok(false));
    assert!(take(&[]).is_err());
    assert_eq!(tried.fate(1), Fate::Known);
    tried.now += 9;
    assert_eq!(tried.fetch(), None);
    tried.now += 1;
    assert!(tried.fetch().is_some());
    tried.now = START + 60;
    assert_eq!(tried.fate(1), Fate::NoKeys { waits: true });
}

#[test]
fn what_cannot_be_a_source_is_said() {
    for (keys, why) in [
        (r#"{"source":"http://id.example.com/keys"}"#, "https"),
        (r#"{"source":"https:///keys"}"#, "https"),
        (r#"{"source":"https://a@id.example.com/keys"}"#, "https"),
        (r#"{"source":{"cluster":"id","path":"keys"}}"#, "slash"),
        (
            r#"{"source":"https://a.example.com","max_age_seconds":19}"#,
            "max_age",
        ),
        (
            r#"{"source":"https://a.example.com","hosts":["b"]}"#,
            "discovery",
        ),
        (r#"{"source":"https://a.example.com","poll":1}"#, "poll"),
    ] {
        let json = format!(
            r#"{{"tenant":"acme","trust":{{"threshold":1,"audience":"a","keys":[{{"key":"iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w"}}]}},
                "identity":{{"issuers":[{{"issuer":"{ISSUER}","audiences":"a","keys":{keys}}}]}}}}"#
        );
        let error = GateConfig::from_json(json.as_bytes()).unwrap_err();
        assert!(
            error.path.starts_with("$.identity.issuers[0].keys"),
            "{error}"
        );
        assert!(error.message.contains(why), "{error}");
    }
}

/// Through the gate itself: what a client and a shell see.
#[test]
fn a_shell_is_told_that_it_may_wait() {
    let mut tried = Tried::new(URL);
    let bearer = format!("Bearer {}", token(1));
    let request = Request {
        method: b"GET",
        authority: b"api.example.com",
        target: b"/",
        headers: &[(b"authorization", bearer.as_bytes())],
        peer: Peer::Unknown,
        nonce: b"",
    };
    let verdict = tried.gate.judge(&request, UnixSeconds(tried.now));
    let Verdict::Respond(answer) = verdict else {
        panic!("{verdict:?}");
    };
    // Without a policy nobody is asked who they are.
    assert_eq!(answer.entry.code, Code::NoBundle);
    assert_eq!(answer.awaits_keys, None);
    assert_eq!(vec![tried.status().fetched_keys.len()], [1]);
}
