//! Why a token or the headers of a trusted peer are not believed, in sentences.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde_json::Value;

/// What a request shows of itself, and what the configuration says: none of it is verified.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    /// The configuration, as it was read.
    config: Value,
    /// The header and the claims of the first token in the request.
    token: Option<(Value, Value)>,
}

impl Shown {
    /// Looks for a token in the texts of a request, wherever it is.
    pub(crate) fn new<'r>(config: &[u8], texts: impl IntoIterator<Item = &'r str>) -> Self {
        let is_of_token =
            |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '.' | '=');
        let mut words = texts
            .into_iter()
            .flat_map(|text| text.split(move |sign: char| !is_of_token(sign)))
            // A cookie's or a parameter's name stands before the first `=`.
            .flat_map(|word| [word, word.split_once('=').map_or("", |(_, value)| value)]);
        Self {
            config: serde_json::from_slice(config).unwrap_or_default(),
            token: words.find_map(token),
        }
    }

    /// Returns what is wrong and what to do, for a reason of `identity-invalid`.
    pub(crate) fn sentences(&self, reason: &str) -> Vec<String> {
        let known = REASONS.iter().find(|(name, _)| *name == reason);
        let mut all: Vec<String> = known
            .map(|(_, what)| (*what).to_owned())
            .into_iter()
            .collect();
        all.extend(self.compared(reason));
        all
    }

    /// Sets what the token says beside what the configuration says, where that is the question.
    fn compared(&self, reason: &str) -> Option<String> {
        let (header, claims) = self.token.as_ref()?;
        let claim = |name: &str| claims.get(name).map_or_else(|| "nothing".to_owned(), code);
        let member = |name: &str| header.get(name).map_or_else(|| "nothing".to_owned(), code);
        let issuers = self.config.pointer("/identity/issuers");
        let issuers = issuers
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        let own = || {
            let iss = claims.get("iss");
            issuers.iter().find(|issuer| issuer.get("issuer") == iss)
        };
        let configured = |name: &str| {
            let stated = own().and_then(|issuer| issuer.get(name));
            stated.map_or_else(|| "nothing".to_owned(), code)
        };
        Some(match reason {
            "issuer" => {
                let names = issuers.iter().filter_map(|issuer| issuer.get("issuer"));
                let names: Vec<String> = names.map(code).collect();
                format!(
                    "`iss` is {}; configured are {}",
                    claim("iss"),
                    names.join(", ")
                )
            }
            "audience" => {
                let place = own().and_then(|issuer| issuer.get("audience_claim"));
                let found = match place {
                    None => claim("aud"),
                    Some(Value::String(name)) => claim(name),
                    Some(place) => match place.get("header").and_then(Value::as_str) {
                        Some(name) => member(name),
                        None => return None,
                    },
                };
                format!(
                    "the token is for {found}; `audiences` are {}",
                    configured("audiences")
                )
            }
            "key" => format!(
                "the token names the key {} and the algorithm {}; `algorithms` are {}",
                member("kid"),
                member("alg"),
                configured("algorithms")
            ),
            "algorithm" => format!("`alg` is {}", member("alg")),
            "token-type" => {
                format!(
                    "`typ` is {}; `types` are {}",
                    member("typ"),
                    configured("types")
                )
            }
            "expired" | "time" | "too-old" | "not-yet-valid" => format!(
                "`exp` is {}, `nbf` {}, `iat` {}",
                claim("exp"),
                claim("nbf"),
                claim("iat")
            ),
            _ => return None,
        })
    }
}

/// Reads two parts of three as a token's; nothing is verified.
fn token(word: &str) -> Option<(Value, Value)> {
    let mut parts = word.split('.');
    let mut object = || {
        let part = parts.next()?.trim_end_matches('=');
        let bytes = Base64UrlUnpadded::decode_vec(part).ok()?;
        let value: Value = serde_json::from_slice(&bytes).ok()?;
        value.is_object().then_some(value)
    };
    let found = (object()?, object()?);
    parts.next().map(|_| found)
}

fn code(value: &Value) -> String {
    format!("`{value}`")
}

/// What each reason means, and what to do about it.
pub(crate) const REASONS: [(&str, &str); 34] = [
    (
        "scheme",
        "the header has none of the schemes that `identity.tokens` names for it: send `Bearer TOKEN`, or name its `scheme` there",
    ),
    (
        "two-tokens",
        "two places have different tokens, and nobody can say which counts: send one",
    ),
    (
        "too-long",
        "the token is longer than `limits.token_bytes`: raise it, or let the issuer put less into its tokens",
    ),
    (
        "query",
        "servers read the token's parameter of the query differently: send it once, under its plain name, percent-encoded",
    ),
    (
        "repeated",
        "the header or cookie appears more than once with different values, or in another spelling: somebody on the way may have added one",
    ),
    (
        "spelling",
        "the header is spelled with `_` or another sign for `-`: send it as `identity.tokens` writes it",
    ),
    (
        "malformed",
        "this is not three parts of base64url without padding, each with JSON in which no member appears twice; only tokens of an issuer with \"padded\": true may end in `=`",
    ),
    (
        "issuer",
        "no entry of `identity.issuers` is exactly the token's `iss`, a slash at its end included",
    ),
    (
        "key",
        "no key of the issuer has the token's `kid` for its `alg`, or more than four do: give its current key set, and see `algorithms` and the keys that are left out",
    ),
    (
        "signature",
        "none of the keys that the token names signed it: the key set is another one's or an old one, or the token was changed",
    ),
    (
        "header",
        "the token's header has `crit`, `x5u`, `x5c`, `jwk` or `b64`, or a `typ`, `kid` or `alg` that is not a string",
    ),
    (
        "token-type",
        "the token was signed for something else: its `typ` is not among the issuer's `types`, which are `JWT` and `at+jwt` where nothing is written",
    ),
    ("algorithm", "the token's header names no `alg`"),
    (
        "audience",
        "the token is for somebody else: write one of its names into the issuer's `audiences`, or say in `audience_claim` where they are",
    ),
    (
        "no-expiry",
        "the token has no `exp`, without which it would hold for ever",
    ),
    (
        "time",
        "`exp`, `nbf` or `iat` is not a number of seconds from 0 to 2^53 - 1, or `exp` is 0",
    ),
    ("expired", "the token's `exp` is past"),
    (
        "not-yet-valid",
        "the token's `nbf`, or its `iat` with `max_age_seconds`, is later than the clock of this gate by more than `leeway_seconds`",
    ),
    (
        "no-issue-time",
        "the token has no `iat`, which `max_age_seconds` counts from",
    ),
    (
        "too-old",
        "the token was issued longer ago than the issuer's `max_age_seconds`",
    ),
    (
        "signed-out",
        "the policy's `sessions_from`, of whoever asks or of the tenant, is later than the sign-in that the token states, or the token states none, neither in the claim of `signed_in` nor in `iat`: sign in again",
    ),
    (
        "subject",
        "the claim or header of `subject` is missing, not a string, empty, longer than 256 bytes, or has a control character",
    ),
    (
        "subject-type",
        "the type of whoever asks is not one of the catalog's `subject_types`, exactly as written there: declare it, or let whoever states it write it so",
    ),
    (
        "type",
        "the claim or header of `type` is not one value, empty, or longer than 256 bytes",
    ),
    ("version", "the claim of `version` is not a whole number"),
    (
        "roles",
        "a claim of `roles` has another shape than its source in the configuration: see `split` and `keys`",
    ),
    (
        "team-roles",
        "the claim of `team_roles` is neither {\"team\": [\"role\"]} nor a list of `role@team`",
    ),
    (
        "groups",
        "a claim of `groups` has another shape than its source in the configuration: see `split` and `keys`",
    ),
    (
        "attribute",
        "a claim or header of `attributes` or `teams` has another shape than its source in the configuration, or a value with a control character",
    ),
    (
        "action",
        "a claim or header of `action` has another shape than its source in the configuration",
    ),
    (
        "context",
        "a claim or header of `context` has another shape than its source in the configuration",
    ),
    (
        "tenant",
        "the claim or header of `tenant` is missing, or names more than one: it is one name, a list of one, or an object of one member",
    ),
    (
        "comma",
        "a header of a trusted peer that has one value has a comma, as where two lines were joined: write \"list\": false if names may have one",
    ),
    (
        "encoding",
        "a header of a trusted peer is not UTF-8, or not percent-encoded as \"encoding\" says",
    ),
];

#[cfg(test)]
mod tests {
    use portcullis_gate::identity_reasons;

    use super::*;

    #[test]
    fn every_reason_is_said_in_words() {
        for reason in identity_reasons() {
            assert_eq!(Shown::default().sentences(reason).len(), 1, "{reason}");
        }
        assert_eq!(REASONS.len(), identity_reasons().count());
    }

    #[test]
    fn what_the_token_says_is_set_beside_what_the_configuration_says() {
        let part = |json: &str| Base64UrlUnpadded::encode_string(json.as_bytes());
        let token = |claims: &str| {
            let header = part(r#"{"alg":"RS256","kid":"7","typ":"logout+jwt"}"#);
            format!("{header}.{}.c2ln", part(claims))
        };
        let config = br#"{"identity":{"issuers":[{"issuer":"https://i/","audiences":["desk"],"algorithms":"EdDSA"},
            {"issuer":"j","audiences":"x","audience_claim":"client_id"}]}}"#;
        let first = token(r#"{"iss":"https://i/","aud":"other","exp":7}"#);
        let other = token(r#"{"iss":"j","aud":"x","client_id":"y"}"#);
        let near = token(r#"{"iss":"https://i"}"#);
        for (text, reason, expected) in [
            (
                format!("Bearer {first}"),
                "audience",
                r#"the token is for `"other"`; `audiences` are `["desk"]`"#,
            ),
            (
                other,
                "audience",
                r#"the token is for `"y"`; `audiences` are `"x"`"#,
            ),
            (
                format!("a=b; session={near}"),
                "issuer",
                r#"`iss` is `"https://i"`; configured are `"https://i/"`, `"j"`"#,
            ),
            (
                format!("/ws?access_token={first}"),
                "key",
                r#"the token names the key `"7"` and the algorithm `"RS256"`; `algorithms` are `"EdDSA"`"#,
            ),
            (
                first.clone(),
                "expired",
                "`exp` is `7`, `nbf` nothing, `iat` nothing",
            ),
            (
                first,
                "token-type",
                r#"`typ` is `"logout+jwt"`; `types` are nothing"#,
            ),
        ] {
            let shown = Shown::new(config, [text.as_str()]);
            assert_eq!(shown.sentences(reason).last().unwrap(), expected, "{text}");
        }
        let nothing = Shown::new(config, ["Bearer a.b.c"]);
        assert_eq!(nothing.sentences("audience").len(), 1);
    }
}
