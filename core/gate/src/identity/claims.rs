//! From claims to an identity.

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};

use portcullis_engine::{UnixSeconds, grammar::is_value};
use portcullis_json::Node;

use super::Identity;
use crate::config::{ClaimPath, JwtConfig};

pub(super) fn read(
    config: &JwtConfig,
    claims: &Node,
    now: UnixSeconds,
) -> Result<Identity, &'static str> {
    let leeway = config.leeway_seconds;
    let expires = time(claims, "exp")?.ok_or("no-expiry")?;
    let valid_until = UnixSeconds(expires.saturating_add(leeway));
    if now >= valid_until {
        return Err("expired");
    }
    let from = time(claims, "nbf")?.unwrap_or(0).saturating_sub(leeway);
    if now.0 < from {
        return Err("not-yet-valid");
    }
    let issuer = claims.member("iss").and_then(Node::as_str);
    if !issuer.is_some_and(|issuer| config.issuers.iter().any(|own| own == issuer)) {
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
        valid_until,
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

/// Returns a numeric date (RFC 7519, section 2) in whole seconds.
fn time(claims: &Node, name: &str) -> Result<Option<u64>, &'static str> {
    match claims.member(name) {
        None => Ok(None),
        Some(Node::Integer(seconds)) => u64::try_from(*seconds).map(Some).map_err(|_| "time"),
        // The whole part: a fraction of a second never makes a token live longer, and one
        // that begins within a second begins with it.
        Some(Node::Decimal(seconds)) => whole(*seconds).map(Some).ok_or("time"),
        Some(_) => Err("time"),
    }
}

/// Returns the whole part of a number that is not negative, and below 2⁵³.
fn whole(number: f64) -> Option<u64> {
    if !(0.0..9_007_199_254_740_992.0).contains(&number) {
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
            let mut own: Vec<(String, Vec<String>)> = Vec::new();
            for text in texts(list)? {
                let (role, team) = text.split_once('@')?;
                match own.iter_mut().find(|(known, _)| known == team) {
                    Some((_, roles)) => roles.push(role.to_owned()),
                    None => own.push((team.to_owned(), vec![role.to_owned()])),
                }
            }
            Some(own)
        }
    }
}
