//! From claims to an identity.

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};

use portcullis_engine::{UnixSeconds, grammar::is_value};
use portcullis_json::Node;

use super::{Identity, bind};
use crate::config::{ClaimPath, JwtConfig};

pub(super) fn read(
    config: &JwtConfig,
    claims: &Node,
    now: UnixSeconds,
) -> Result<Identity, &'static str> {
    let leeway = config.leeway_seconds;
    let expires = time(claims, "exp")?.ok_or("no-expiry")?;
    // No issuer means 1970: such a number is a mistake, or somebody trying what it does.
    if expires == 0 {
        return Err("time");
    }
    let mut until = expires.saturating_add(leeway);
    if now.0 >= until {
        return Err("expired");
    }
    let mut from = time(claims, "nbf")?.unwrap_or(0);
    if let Some(age) = config.max_age_seconds {
        let issued = time(claims, "iat")?.ok_or("no-issue-time")?;
        until = until.min(issued.saturating_add(age).saturating_add(leeway));
        if now.0 >= until {
            return Err("too-old");
        }
        // Issued in the future, it would be young for longer than it may be.
        from = from.max(issued);
    }
    let from = from.saturating_sub(leeway);
    if now.0 < from {
        return Err("not-yet-valid");
    }
    let issuer = claims.member("iss").and_then(Node::as_str);
    if issuer != Some(config.issuer.as_str()) {
        return Err("issuer");
    }
    let audiences = claims.member("aud").ok_or("audience")?;
    let audiences = texts(audiences).ok_or("audience")?;
    if !audiences.iter().any(|name| config.audiences.contains(name)) {
        return Err("audience");
    }
    let map = &config.claims;
    let id = map.subject.find(claims).and_then(Node::as_str);
    let id = id.filter(|id| is_value(id)).ok_or("subject")?;
    let kind = one(claims, map.kind.as_ref())
        .ok_or("type")?
        .unwrap_or_else(|| "user".to_owned());
    if !is_value(&kind) {
        return Err("type");
    }
    let tenant = one(claims, map.tenant.as_ref()).ok_or("tenant")?;
    if map.tenant.is_some() && tenant.is_none() {
        return Err("tenant");
    }
    let version = match one(claims, map.version.as_ref()).ok_or("version")? {
        Some(text) => Some(text.parse().map_err(|_| "version")?),
        None => None,
    };
    let mut attributes = Vec::new();
    for (name, path) in &map.attributes {
        let mut values = many(claims, Some(path)).ok_or("attribute")?;
        values.retain(|value| !value.is_empty());
        if !values.iter().all(|value| is_value(value)) {
            return Err("attribute");
        }
        attributes.push((name.clone(), values));
    }
    Ok(Identity {
        kind,
        id: id.to_owned(),
        roles: many(claims, map.roles.as_ref()).ok_or("roles")?,
        team_roles: match find(claims, map.team_roles.as_ref()) {
            None => Vec::new(),
            Some(node) => team_roles(node).ok_or("team-roles")?,
        },
        groups: many(claims, map.groups.as_ref()).ok_or("groups")?,
        attributes,
        tenant,
        version,
        valid_from: UnixSeconds(from),
        valid_until: UnixSeconds(until),
    })
}

/// Returns a claim, if the token has it.
fn find<'n>(claims: &'n Node, path: Option<&ClaimPath>) -> Option<&'n Node> {
    let found = path?.find(claims)?;
    (!matches!(found, Node::Null)).then_some(found)
}

/// Returns a scalar claim, if the token has it; nothing at all where it is no scalar.
fn one(claims: &Node, path: Option<&ClaimPath>) -> Option<Option<String>> {
    match find(claims, path) {
        None => Some(None),
        Some(node) => scalar(node).map(Some),
    }
}

/// Returns a claim as a list, empty if the token does not have it.
fn many(claims: &Node, path: Option<&ClaimPath>) -> Option<Vec<String>> {
    match find(claims, path) {
        None => Some(Vec::new()),
        Some(node) => texts(node),
    }
}

/// Returns a numeric date (RFC 7519, section 2) in whole seconds: one that is not negative, not
/// even as `-0`, and that every reader of JSON reads alike (RFC 8259, section 6).
fn time(claims: &Node, name: &str) -> Result<Option<u64>, &'static str> {
    match claims.member(name) {
        None => Ok(None),
        Some(Node::Integer(seconds)) => match u64::try_from(*seconds) {
            Ok(seconds) if seconds <= SECONDS_MAX => Ok(Some(seconds)),
            _ => Err("time"),
        },
        // The whole part: a fraction of a second never makes a token live longer, and one
        // that begins within a second begins with it.
        Some(Node::Decimal(seconds)) => whole(*seconds).map(Some).ok_or("time"),
        Some(_) => Err("time"),
    }
}

/// Returns the whole part of a number that is not negative, and at most [`SECONDS_MAX`].
fn whole(number: f64) -> Option<u64> {
    // Zero may have a sign, and is in the range with it.
    if number.is_sign_negative() || !(0.0..=9_007_199_254_740_991.0).contains(&number) {
        return None;
    }
    // IEEE 754: 52 bits of fraction below an exponent that is 1023 for 1.
    let bits = number.to_bits();
    let exponent = bits >> 52_u32;
    let Some(above_one) = exponent.checked_sub(1023) else {
        return Some(0);
    };
    let fraction = (bits & 0x000f_ffff_ffff_ffff) | 0x0010_0000_0000_0000;
    Some(fraction >> 52_u64.saturating_sub(above_one))
}

/// Reads a scalar, or a list of them.
fn texts(node: &Node) -> Option<Vec<String>> {
    match node {
        Node::Array(items) => items.iter().map(scalar).collect(),
        one => Some(vec![scalar(one)?]),
    }
}

fn scalar(node: &Node) -> Option<String> {
    match node {
        Node::String(text) => Some(text.clone()),
        Node::Bool(_) | Node::Integer(_) => {
            let mut text = String::new();
            node.write_without_decimals(&mut text);
            Some(text)
        }
        _ => None,
    }
}

/// Reads `{"team": ["role"]}`, or a list of `role@team`.
fn team_roles(node: &Node) -> Option<Vec<(String, Vec<String>)>> {
    match node {
        Node::Object(members) => members
            .iter()
            .map(|(team, roles)| Some((team.clone(), texts(roles)?)))
            .collect(),
        list => {
            let mut own = Vec::new();
            for text in texts(list)? {
                let (role, team) = text.split_once('@')?;
                bind(&mut own, role, team);
            }
            Some(own)
        }
    }
}

/// Largest number that every reader of JSON has exactly: 2⁵³ − 1.
const SECONDS_MAX: u64 = 9_007_199_254_740_991;

#[cfg(test)]
mod tests {
    use alloc::format;

    use portcullis_json::{FirstFault, JsonText};

    use super::*;

    const NOW: UnixSeconds = UnixSeconds(1_000_000);

    fn config(members: &str) -> JwtConfig {
        let x = "WGZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY";
        let keys = format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}]}}"#);
        let json = format!(r#"{{"issuers":"i","audiences":"a","keys":{keys}{members}}}"#);
        let json = JsonText::parse_within(json.as_bytes(), 256).unwrap();
        let faults = FirstFault::default();
        let read = json.read(&faults);
        faults.unless(read).unwrap()
    }

    fn judge(config: &JwtConfig, times: &str) -> Result<Identity, &'static str> {
        let json = format!(r#"{{"iss":"i","aud":"a","sub":"jo",{times}}}"#);
        let claims = JsonText::parse_within(json.as_bytes(), 256).unwrap();
        read(config, &claims.into_distinct().unwrap(), NOW)
    }

    #[test]
    fn a_time_that_is_no_time_is_not_believed() {
        let config = config("");
        for exp in [
            "0",
            "-0",
            "0.0",
            "-0.0",
            "1e-400",
            "-1e-400",
            "0.5",
            "-1",
            "-0.5",
            "-1e300",
            "1e300",
            "9007199254740992",
            "9007199254740992.0",
            "18446744073709551615",
            "\"1\"",
            "null",
            "true",
            "[2000000]",
        ] {
            let got = judge(&config, &format!(r#""exp":{exp}"#)).unwrap_err();
            assert_eq!(got, "time", "{exp}");
        }
        for nbf in [
            "-0.0",
            "-0",
            "-1",
            "9007199254740992",
            "9007199254740992.0",
            "\"1\"",
        ] {
            let times = format!(r#""exp":2000000,"nbf":{nbf}"#);
            assert_eq!(judge(&config, &times).unwrap_err(), "time", "{nbf}");
        }
        for (times, expected) in [
            (r#""exp":9007199254740991"#, 9_007_199_254_740_991),
            (r#""exp":4102444800.0"#, 4_102_444_800),
            (r#""exp":1000001"#, 1_000_001),
            (r#""exp":1000001.999,"nbf":0"#, 1_000_001),
            (r#""exp":2000000,"nbf":1e-400"#, 2_000_000),
        ] {
            let until = judge(&config, times).map(|own| own.valid_until.0);
            assert_eq!(until, Ok(expected), "{times}");
        }
        assert_eq!(judge(&config, r#""exp":1000000"#).unwrap_err(), "expired");
    }

    #[test]
    fn a_token_is_believed_no_longer_than_its_age_allows() {
        let bounded = config(r#","max_age_seconds":100,"leeway_seconds":5"#);
        for (times, expected) in [
            (r#""exp":2000000,"iat":999900"#, Ok((999_895, 1_000_005))),
            (r#""exp":2000000,"iat":999896"#, Ok((999_891, 1_000_001))),
            (r#""exp":2000000,"iat":999895"#, Err("too-old")),
            (r#""exp":1000010,"iat":999999"#, Ok((999_994, 1_000_015))),
            (r#""exp":2000000,"iat":999900.9"#, Ok((999_895, 1_000_005))),
            (r#""exp":2000000,"iat":1000005"#, Ok((1_000_000, 1_000_110))),
            (r#""exp":2000000,"iat":1000006"#, Err("not-yet-valid")),
            (
                r#""exp":2000000,"iat":9007199254740991"#,
                Err("not-yet-valid"),
            ),
            (r#""exp":2000000"#, Err("no-issue-time")),
            (r#""exp":2000000,"iat":"999900""#, Err("time")),
            (r#""exp":2000000,"iat":-0.0"#, Err("time")),
            (r#""exp":999994,"iat":999999"#, Err("expired")),
        ] {
            let got = judge(&bounded, times).map(|own| (own.valid_from.0, own.valid_until.0));
            assert_eq!(got, expected, "{times}");
        }
        // Without the bound `iat` says nothing.
        let free = config("");
        assert!(judge(&free, r#""exp":2000000,"iat":1"#).is_ok());
        assert!(judge(&free, r#""exp":2000000,"iat":"x""#).is_ok());
    }
}
