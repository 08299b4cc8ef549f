//! The interface: which request gets which answer.

use std::sync::Arc;

use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{ALLOW, SET_COOKIE},
    http::request::Parts,
};
use portcullis_host::clock;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    answer::{Answer, is_known},
    archive::archive,
    asker::{NotAsker, Who},
    body,
    changes::Asked,
    console::Console,
    guard,
    policies::{Contents, Policy, sentence},
};

/// The token, as the page sends it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    token: String,
}

/// Answers a request.
pub(crate) async fn answer(
    console: Arc<Console>,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let is_head = head.method == Method::HEAD;
    let answer = match guard::check(&head, console.address) {
        Err(refused) => refused,
        Ok(()) if guard::is_api(head.uri.path()) => asked(console, &head, body)
            .await
            .unwrap_or_else(|refused| refused),
        Ok(()) if reads(&head.method) => console.page.answer(head.uri.path(), &head.headers),
        Ok(()) => not_this_method("GET, HEAD"),
    };
    let answer = if is_head { answer.head_only() } else { answer };
    answer.into_response()
}

async fn asked(console: Arc<Console>, head: &Parts, body: Incoming) -> Result<Answer, Answer> {
    let path: Vec<&str> = head.uri.path().split('/').skip(2).collect();
    if *path == ["session"] {
        posts(&head.method)?;
        let Token { token } = body::read(&head.headers, body).await?;
        return exchanged(&console, &token);
    }
    if !console.session.admits(&head.headers) {
        return Err(Answer::error(
            StatusCode::UNAUTHORIZED,
            "this browser has no session: open the address that `portcullis console` printed, or start it again, for an address works once",
        ));
    }
    match *path {
        ["actor"] => {
            posts(&head.method)?;
            said(&console, body::read(&head.headers, body).await?)
        }
        ["policies"] => {
            gets(&head.method)?;
            Ok(Answer::json(StatusCode::OK, &listed(&console)))
        }
        ["policies", id] => {
            gets(&head.method)?;
            let id = known(&console, id)?;
            let headers = head.headers.clone();
            Ok(console
                .work(move |console| {
                    of(console, &id, |policy| {
                        shown(policy, |tag| is_known(&headers, tag))
                    })
                })
                .await)
        }
        ["policies", id, "archive"] => {
            gets(&head.method)?;
            let id = known(&console, id)?;
            let archived =
                |policy: &Policy| policy.read().map(|contents| archive(policy, &contents));
            Ok(console
                .work(move |console| {
                    of(console, &id, |policy| {
                        archived(policy).unwrap_or_else(|failure| broken(&failure))
                    })
                })
                .await)
        }
        ["policies", id, "changes"] => {
            posts(&head.method)?;
            let id = known(&console, id)?;
            let asked: Asked = body::read(&head.headers, body).await?;
            Ok(console
                .work(move |console| changed(console, &id, &asked))
                .await)
        }
        _ => Err(Answer::error(
            StatusCode::NOT_FOUND,
            "there is nothing at this path: docs/CONSOLE.md lists what there is",
        )),
    }
}

fn exchanged(console: &Console, token: &str) -> Result<Answer, Answer> {
    let cookie = console.session.exchange(token).ok_or_else(|| {
        Answer::error(
            StatusCode::UNAUTHORIZED,
            "the token is not the printed one, or was used before: start the console again for another address",
        )
    })?;
    Ok(Answer::empty(StatusCode::NO_CONTENT).with(SET_COOKIE, cookie))
}

fn said(console: &Console, who: Who) -> Result<Answer, Answer> {
    let (status, sentence) = match console.asker.say(who) {
        Ok(()) => return Ok(Answer::empty(StatusCode::NO_CONTENT)),
        Err(NotAsker::Known) => (
            StatusCode::CONFLICT,
            "it was said before who uses the console: run another for somebody else",
        ),
        Err(NotAsker::Vendor) => (
            StatusCode::FORBIDDEN,
            "only whoever starts the console uses it as the vendor: start it with `--vendor NAME`",
        ),
        Err(NotAsker::Empty) => (
            StatusCode::BAD_REQUEST,
            "`subject` is empty: name somebody of the directory, as `jo` or `user:jo`",
        ),
    };
    Err(Answer::error(status, sentence))
}

fn listed(console: &Console) -> Value {
    let policies = console.policies.all().iter();
    let policies = policies.map(|policy| json!({ "id": policy.id, "label": policy.label }));
    json!({ "actor": console.asker.who(), "policies": policies.collect::<Vec<_>>() })
}

fn shown(policy: &Policy, is_known: impl Fn(&str) -> bool) -> Answer {
    // Without the log, which is the longer of the two, where nothing is new.
    let digest = match policy.digest() {
        Ok(digest) => digest.to_string(),
        Err(failure) => return broken(&failure),
    };
    if is_known(&digest) {
        return Answer::empty(StatusCode::NOT_MODIFIED).tagged(&digest);
    }
    match policy.read() {
        Ok(Contents { reading, records }) => Answer::json(
            StatusCode::OK,
            &json!({ "policy": reading.text, "digest": reading.digest, "records": records }),
        )
        .tagged(&reading.digest.to_string()),
        Err(failure) => broken(&failure),
    }
}

fn changed(console: &Console, id: &str, asked: &Asked) -> Answer {
    let Some(who) = console.asker.who() else {
        return Answer::error(
            StatusCode::FORBIDDEN,
            "nobody was named who makes changes: say who you are, or start the console with `--as`",
        );
    };
    match clock::now() {
        Ok(clock) => of(console, id, |policy| asked.make(policy, who, clock)),
        Err(error) => Answer::error(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("{error}; nothing was changed"),
        ),
    }
}

fn of(console: &Console, id: &str, answer: impl FnOnce(&Policy) -> Answer) -> Answer {
    console.policies.get(id).map_or_else(no_such_policy, answer)
}

/// Returns the id of a policy that there is, from a segment of a path.
fn known(console: &Console, segment: &str) -> Result<String, Answer> {
    let id = decoded(segment).and_then(|id| console.policies.get(&id));
    id.map(|policy| policy.id.clone())
        .ok_or_else(no_such_policy)
}

fn no_such_policy() -> Answer {
    Answer::error(
        StatusCode::NOT_FOUND,
        "the console shows no such policy: it shows the folders that it was started with",
    )
}

fn broken(failure: &portcullis_host::policy_file::PolicyFileFailure) -> Answer {
    Answer::error(StatusCode::INTERNAL_SERVER_ERROR, sentence(failure))
}

/// Decodes a segment of a path (RFC 3986, section 2.1).
fn decoded(segment: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        bytes.push(u8::try_from(high << 4 | low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

const fn reads(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

fn gets(method: &Method) -> Result<(), Answer> {
    if reads(method) {
        Ok(())
    } else {
        Err(not_this_method("GET, HEAD"))
    }
}

fn posts(method: &Method) -> Result<(), Answer> {
    if *method == Method::POST {
        Ok(())
    } else {
        Err(not_this_method("POST"))
    }
}

fn not_this_method(allowed: &str) -> Answer {
    let sentence = format!("this path takes {allowed} alone");
    Answer::error(StatusCode::METHOD_NOT_ALLOWED, sentence).with(ALLOW, allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_decoded_once() {
        for (segment, id) in [
            ("a", Some("a")),
            ("a%20b", Some("a b")),
            ("%C3%A4", Some("ä")),
            ("%2e%2E", Some("..")),
            ("a%2520", Some("a%20")),
            ("%", None),
            ("%4", None),
            ("%zz", None),
            ("%ff", None),
        ] {
            assert_eq!(decoded(segment).as_deref(), id, "{segment}");
        }
    }
}
