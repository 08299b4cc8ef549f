//! From when and until when a token is believed.

use portcullis_engine::UnixSeconds;
use portcullis_json::Node;

use crate::config::Issuer;

/// Returns the first second at which a token is believed, and the first at which it no longer
/// is; or why it is not believed now.
pub(super) fn read(
    issuer: &Issuer,
    claims: &Node,
    now: UnixSeconds,
) -> Result<(UnixSeconds, UnixSeconds), &'static str> {
    let leeway = issuer.leeway_seconds;
    let expires = time(claims, "exp")?.ok_or("no-expiry")?;
    // No issuer means 1970: such a number is a mistake, or somebody trying what it does.
    if expires == 0 {
        return Err("time");
    }
    let mut until = expires.saturating_add(leeway);
    if now.0 >= until {
        return Err(EXPIRED);
    }
    let mut from = time(claims, "nbf")?.unwrap_or(0);
    if let Some(age) = issuer.max_age_seconds {
        let issued = time(claims, "iat")?.ok_or("no-issue-time")?;
        until = until.min(issued.saturating_add(age).saturating_add(leeway));
        if now.0 >= until {
            return Err(TOO_OLD);
        }
        // Issued in the future, it would be young for longer than it may be.
        from = from.max(issued);
    }
    let from = from.saturating_sub(leeway);
    if now.0 < from {
        return Err("not-yet-valid");
    }
    Ok((UnixSeconds(from), UnixSeconds(until)))
}

/// Returns when somebody signed in, by the claim that the issuer has for it or else by when the
/// token was issued; nothing where it says neither.
pub(super) fn signed_in(
    issuer: &Issuer,
    claims: &Node,
) -> Result<Option<UnixSeconds>, &'static str> {
    let path = issuer.claims.signed_in.as_ref();
    let stated = path.map_or(Some(None), |path| path.find(claims));
    let seconds = match stated.ok_or("time")? {
        Some(node) => Some(seconds(node)?),
        // Without a bound on age nothing else reads it: what is no time says nothing.
        None => claims.member("iat").and_then(|node| seconds(node).ok()),
    };
    Ok(seconds.map(UnixSeconds))
}

fn time(claims: &Node, name: &str) -> Result<Option<u64>, &'static str> {
    claims.member(name).map(seconds).transpose()
}

/// Returns a numeric date (RFC 7519, section 2) in whole seconds: one that is not negative, not
/// even as `-0`, and that every reader of JSON reads alike (RFC 8259, section 6).
fn seconds(node: &Node) -> Result<u64, &'static str> {
    match node {
        Node::Integer(seconds) => match u64::try_from(*seconds) {
            Ok(seconds) if seconds <= SECONDS_MAX => Ok(seconds),
            _ => Err("time"),
        },
        // The whole part: a fraction of a second never makes a token live longer, and one
        // that begins within a second begins with it.
        Node::Decimal(seconds) => whole(*seconds).ok_or("time"),
        _ => Err("time"),
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

/// Largest number that every reader of JSON has exactly: 2⁵³ − 1.
const SECONDS_MAX: u64 = 9_007_199_254_740_991;

/// Why a token is not believed whose own time is over.
pub(super) const EXPIRED: &str = "expired";
/// Why a token is not believed that is older than its issuer's may be.
pub(super) const TOO_OLD: &str = "too-old";

#[cfg(test)]
mod tests {
    use alloc::format;

    use portcullis_json::{FirstFault, JsonText};

    use super::*;

    const NOW: UnixSeconds = UnixSeconds(1_000_000);

    fn issuer(members: &str) -> Issuer {
        let x = "WGZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY";
        let keys = format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}]}}"#);
        let json = format!(r#"{{"issuer":"i","audiences":"a","keys":{keys}{members}}}"#);
        let json = JsonText::parse_within(json.as_bytes(), 256).unwrap();
        let faults = FirstFault::default();
        let read = Issuer::read(&json.place(&faults), false);
        faults.unless(read).unwrap()
    }

    fn judge(issuer: &Issuer, times: &str) -> Result<(u64, u64), &'static str> {
        let claims = JsonText::parse_within(format!("{{{times}}}").as_bytes(), 256).unwrap();
        let times = read(issuer, &claims.into_distinct().unwrap(), NOW);
        times.map(|(from, until)| (from.0, until.0))
    }

    #[test]
    fn a_time_that_is_no_time_is_not_believed() {
        let exact = issuer(r#","leeway_seconds":0"#);
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
            let got = judge(&exact, &format!(r#""exp":{exp}"#)).unwrap_err();
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
            assert_eq!(judge(&exact, &times).unwrap_err(), "time", "{nbf}");
        }
        for (times, expected) in [
            (r#""exp":9007199254740991"#, 9_007_199_254_740_991),
            (r#""exp":4102444800.0"#, 4_102_444_800),
            (r#""exp":1000001"#, 1_000_001),
            (r#""exp":1000001.999,"nbf":0"#, 1_000_001),
            (r#""exp":2000000,"nbf":1e-400"#, 2_000_000),
        ] {
            let until = judge(&exact, times).map(|(_, until)| until);
            assert_eq!(until, Ok(expected), "{times}");
        }
        assert_eq!(judge(&exact, r#""exp":1000000"#).unwrap_err(), "expired");
    }

    #[test]
    fn a_token_is_believed_no_longer_than_its_age_allows() {
        let bounded = issuer(r#","max_age_seconds":100,"leeway_seconds":5"#);
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
            assert_eq!(judge(&bounded, times), expected, "{times}");
        }
        // Without the bound `iat` says nothing.
        let free = issuer("");
        assert!(judge(&free, r#""exp":2000000,"iat":1"#).is_ok());
        assert!(judge(&free, r#""exp":2000000,"iat":"x""#).is_ok());
    }

    #[test]
    fn clocks_may_differ_by_half_a_minute_unless_it_says_otherwise() {
        let usual = issuer("");
        for (times, expected) in [
            (r#""exp":999971"#, Ok((0, 1_000_001))),
            (r#""exp":999970"#, Err("expired")),
            (r#""exp":2000000,"nbf":1000030"#, Ok((1_000_000, 2_000_030))),
            (r#""exp":2000000,"nbf":1000031"#, Err("not-yet-valid")),
        ] {
            assert_eq!(judge(&usual, times), expected, "{times}");
        }
    }
}
