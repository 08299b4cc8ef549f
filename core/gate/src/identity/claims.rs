//! From claims to an identity.

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};

use portcullis_engine::{UnixSeconds, grammar::is_value};
use portcullis_json::Node;

use super::{Identity, StatedBy, StatedTenant, bind, times};
use crate::config::{
    AudiencePlace, Claim, ClaimPath, Issuer, Segment, Source, TenantRule, Tenants,
};

/// Reads what an issuer says of somebody, in the claims and, where it is so configured, in the
/// header of a token; `segment` is what fills the template of its name.
pub(super) fn read(
    (issuer, segment): (&Issuer, Segment<'_>),
    header: Option<&Node>,
    claims: &Node,
    now: UnixSeconds,
) -> Result<Identity, &'static str> {
    let (valid_from, valid_until) = times::read(issuer, claims, now)?;
    let audiences = match &issuer.audience_place {
        AudiencePlace::Claim(path) => path.find(claims).flatten(),
        AudiencePlace::Header(name) => header.and_then(|header| header.member(name)),
    };
    let audiences = audiences.ok_or("audience")?;
    let audiences = texts(audiences).ok_or("audience")?;
    if !audiences.iter().any(|name| issuer.audiences.contains(name)) {
        return Err("audience");
    }
    // Verified, or read off it to find the issuer.
    let iss = claims.member("iss").and_then(Node::as_str);
    let iss = iss.unwrap_or_default();
    let map = &issuer.claims;
    let kind = one(claims, map.kind.as_ref())
        .ok_or("type")?
        .unwrap_or_else(|| "user".to_owned());
    if !is_value(&kind) {
        return Err("type");
    }
    let version = match one(claims, map.version.as_ref()).ok_or("version")? {
        Some(text) => Some(text.parse().map_err(|_| "version")?),
        None => None,
    };
    let mut own = Identity {
        kind,
        id: subject(claims, &map.subject).ok_or("subject")?,
        roles: values(claims, &map.roles).ok_or("roles")?,
        team_roles: match find(claims, map.team_roles.as_ref()).ok_or("team-roles")? {
            None => Vec::new(),
            Some(node) => team_roles(node).ok_or("team-roles")?,
        },
        groups: values(claims, &map.groups).ok_or("groups")?,
        attributes: attributes(claims, &map.attributes).ok_or("attribute")?,
        action: attributes(claims, &map.action).ok_or("action")?,
        context: attributes(claims, &map.context).ok_or("context")?,
        tenant: tenant(claims, &issuer.tenant, segment).ok_or("tenant")?,
        version,
        by: StatedBy::Token(iss.to_owned()),
        narrowed: Vec::new(),
        dotted: dotted(claims, issuer),
        signed_in: times::signed_in(issuer, claims)?,
        valid_from,
        valid_until,
    };
    if let Some(stated) = &issuer.roles {
        narrow(&mut own, stated);
    }
    Ok(own)
}

/// Leaves the roles that the issuer may state, and notes the others.
fn narrow(own: &mut Identity, stated: &[String]) {
    let mut narrowed = Vec::new();
    let mut keep = |role: &String| {
        let kept = stated.contains(role);
        if !kept {
            narrowed.push(role.clone());
        }
        kept
    };
    own.roles.retain(&mut keep);
    for (_, roles) in &mut own.team_roles {
        roles.retain(&mut keep);
    }
    own.team_roles.retain(|(_, roles)| !roles.is_empty());
    own.narrowed = narrowed;
}

/// Returns the first name with dots that was meant to be a path.
fn dotted(claims: &Node, issuer: &Issuer) -> Option<String> {
    let mut paths = issuer.claims.paths();
    let found = paths.find(|path| path.means_a_path(claims))?;
    found.0.first().cloned()
}

fn subject(claims: &Node, source: &Source) -> Option<String> {
    let stated = source.path.find(claims)??.as_str()?;
    // Checked before the prefix too: without an id there is nobody.
    let id = [source.prefix.as_str(), stated].concat();
    (is_value(stated) && is_value(&id)).then_some(id)
}

/// Returns the attributes that the token gives: one without a value is not given, unless its
/// claim says otherwise.
fn attributes(claims: &Node, map: &[(String, Claim)]) -> Option<Vec<(String, Vec<String>)>> {
    let mut all = Vec::new();
    for (name, claim) in map {
        let own = values(claims, claim)?;
        if !own.iter().all(|value| is_value(value)) {
            return None;
        }
        if claim.is_given || !own.is_empty() {
            all.push((name.clone(), own));
        }
    }
    Some(all)
}

/// Returns for which tenant a token speaks.
fn tenant(claims: &Node, rule: &TenantRule, segment: Segment<'_>) -> Option<StatedTenant> {
    let stated = |theirs: String, tenants: &Tenants| match tenants.ours(&theirs) {
        Some(own) => StatedTenant::Named(own.to_owned()),
        None => StatedTenant::Foreign(theirs),
    };
    Some(match rule {
        TenantRule::Listener => StatedTenant::Absent,
        TenantRule::Fixed(own) => StatedTenant::Named(own.clone()),
        TenantRule::Claim(path, tenants) => stated(sole(path.find(claims)??)?, tenants),
        TenantRule::Template(tenants) => stated(segment?.to_owned(), tenants),
    })
}

/// Reads a name, which may be the one element of a list, or the name of the one member of an
/// object.
fn sole(node: &Node) -> Option<String> {
    let name = match node {
        Node::Array(items) => match items.as_slice() {
            [one] => scalar(one)?,
            _ => return None,
        },
        Node::Object(members) => match members.as_slice() {
            [(name, held)] if !denies(held) => name.clone(),
            _ => return None,
        },
        one => scalar(one)?,
    };
    is_value(&name).then_some(name)
}

/// Returns a claim, if the token has it; nothing at all where the way to it has another shape.
fn find<'n>(claims: &'n Node, path: Option<&ClaimPath>) -> Option<Option<&'n Node>> {
    path.map_or(Some(None), |path| path.find(claims))
}

/// Returns a scalar claim, if the token has it; nothing at all where it is no scalar.
fn one(claims: &Node, path: Option<&ClaimPath>) -> Option<Option<String>> {
    match find(claims, path)? {
        None => Some(None),
        Some(node) => scalar(node).map(Some),
    }
}

/// Returns the values of a claim from all of its sources; nothing at all where one of them has
/// another shape than the configuration says.
fn values(claims: &Node, claim: &Claim) -> Option<Vec<String>> {
    let mut all = claim.constant.clone();
    for source in &claim.sources {
        let Some(node) = source.path.find(claims)? else {
            continue;
        };
        // An empty value is no value.
        let own = unprefixed(node, source)?.into_iter();
        let own = own.filter(|value| !value.is_empty());
        if source.prefix.is_empty() {
            all.extend(own);
        } else {
            all.extend(own.map(|value| [source.prefix.as_str(), &value].concat()));
        }
    }
    Some(all)
}

/// Says whether what stands beside a name says that it does not hold.
const fn denies(held: &Node) -> bool {
    matches!(held, Node::Null | Node::Bool(false))
}

fn unprefixed(node: &Node, source: &Source) -> Option<Vec<String>> {
    if source.keys {
        let held = node.members()?.iter().filter(|(_, held)| !denies(held));
        return Some(held.map(|(name, _)| name.clone()).collect());
    }
    match &source.split {
        // Not of a list: what separates values may be part of one there.
        Some(separator) => {
            let parts = node.as_str()?.split(separator.as_str());
            Some(parts.map(ToOwned::to_owned).collect())
        }
        None => texts(node),
    }
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

#[cfg(test)]
mod tests {
    use alloc::format;

    use portcullis_json::{FirstFault, JsonText};

    use super::*;

    fn attributes_of(
        claims: &str,
        token: &str,
    ) -> Result<Vec<(String, Vec<String>)>, &'static str> {
        let x = "WGZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY";
        let keys = format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}]}}"#);
        let json = format!(r#"{{"issuer":"i","audiences":"a","keys":{keys},"claims":{claims}}}"#);
        let json = JsonText::parse_within(json.as_bytes(), 256).unwrap();
        let faults = FirstFault::default();
        let issuer = Issuer::read(&json.place(&faults), false);
        let issuer = faults.unless(issuer).unwrap();
        let token = format!(r#"{{"aud":"a","sub":"jo","exp":2000000,{token}}}"#);
        let token = JsonText::parse_within(token.as_bytes(), 256).unwrap();
        let token = token.into_distinct().unwrap();
        read((&issuer, None), None, &token, UnixSeconds(1)).map(|own| own.attributes)
    }

    #[test]
    fn an_attribute_without_a_value_is_given_only_where_it_is_said_to_be_empty() {
        let plain = r#"{"attributes":{"region":"r"}}"#;
        let empty = r#"{"attributes":{"region":{"path":"r","absent":"empty"}}}"#;
        let either = r#"{"attributes":{"region":[{"path":"r"},{"path":"s","absent":"empty"}]}}"#;
        let given = |values: &[&str]| {
            let values = values.iter().copied().map(String::from).collect();
            Ok(vec![(String::from("region"), values)])
        };
        for nothing in [
            r#""x":1"#,
            r#""r":null"#,
            r#""r":[]"#,
            r#""r":"""#,
            r#""r":["",""]"#,
        ] {
            assert_eq!(attributes_of(plain, nothing), Ok(Vec::new()), "{nothing}");
            assert_eq!(attributes_of(empty, nothing), given(&[]), "{nothing}");
            assert_eq!(attributes_of(either, nothing), given(&[]), "{nothing}");
        }
        for claims in [plain, empty, either] {
            assert_eq!(
                attributes_of(claims, r#""r":["eu","",7,true]"#),
                given(&["eu", "7", "true"])
            );
            assert_eq!(attributes_of(claims, r#""r":{"eu":1}"#), Err("attribute"));
            assert_eq!(attributes_of(claims, r#""r":[1.5]"#), Err("attribute"));
        }
        assert_eq!(
            attributes_of(either, r#""r":"eu","s":["us"]"#),
            given(&["eu", "us"])
        );
    }
}
