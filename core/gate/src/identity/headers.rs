//! Identity by the headers of a trusted peer.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use portcullis_engine::{UnixSeconds, grammar::is_value};

use super::{Identity, Unidentified};
use crate::{config::TrustedHeaders, fields::Fields, path::decode, request::Peer};

/// Returns who a trusted peer says it is. What anybody else says is as if it were not there.
pub(super) fn read(
    config: &TrustedHeaders,
    fields: &Fields<'_>,
    peer: &Peer<'_>,
) -> Result<Identity, Unidentified> {
    if !config.peers.trust(peer) {
        return Err(Unidentified::Missing);
    }
    let one = |name: &str| match fields.one(name) {
        Ok(None) => Ok(None),
        Ok(Some(value)) => text(value, config.encoded).map(Some),
        // Repeated, or spelled another way: somebody before the peer may have added it.
        Err(_) => Err(Unidentified::Invalid("repeated")),
    };
    let optional = |name: &Option<String>| match name {
        None => Ok(None),
        Some(name) => one(name),
    };
    let many = |name: &Option<String>| match name {
        None => Ok(Vec::new()),
        Some(name) => match fields.one(name) {
            Ok(None) => Ok(Vec::new()),
            Ok(Some(value)) => list(value, config.encoded),
            Err(_) => Err(Unidentified::Invalid("repeated")),
        },
    };
    let id = one(&config.subject)?.ok_or(Unidentified::Missing)?;
    if !is_value(&id) {
        return Err(Unidentified::Invalid("subject"));
    }
    let kind = optional(&config.kind)?.unwrap_or_else(|| "user".to_owned());
    if !is_value(&kind) {
        return Err(Unidentified::Invalid("type"));
    }
    let tenant = optional(&config.tenant)?;
    if config.tenant.is_some() && tenant.as_deref().unwrap_or_default().is_empty() {
        return Err(Unidentified::Invalid("tenant"));
    }
    let (mut roles, mut team_roles) = (Vec::new(), Vec::<(String, Vec<String>)>::new());
    for role in many(&config.roles)? {
        match role.split_once('@') {
            None => roles.push(role),
            Some((role, team)) => match team_roles.iter_mut().find(|(known, _)| known == team) {
                Some((_, own)) => own.push(role.to_owned()),
                None => team_roles.push((team.to_owned(), alloc::vec![role.to_owned()])),
            },
        }
    }
    let mut attributes = Vec::new();
    for (name, header) in &config.attributes {
        let values = many(&Some(header.clone()))?;
        if !values.iter().all(|value| is_value(value)) {
            return Err(Unidentified::Invalid("attribute"));
        }
        attributes.push((name.clone(), values));
    }
    Ok(Identity {
        kind,
        id,
        roles,
        team_roles,
        groups: many(&config.groups)?,
        attributes,
        tenant,
        // Only a verified token may ask for an older policy.
        version: None,
        valid_from: UnixSeconds(0),
        valid_until: UnixSeconds(u64::MAX),
    })
}

fn list(value: &[u8], encoded: bool) -> Result<Vec<String>, Unidentified> {
    let items = value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    let items = items.filter(|item| !item.is_empty());
    items.map(|item| text(item, encoded)).collect()
}

fn text(value: &[u8], encoded: bool) -> Result<String, Unidentified> {
    let invalid = Unidentified::Invalid("encoding");
    if !encoded {
        let text = core::str::from_utf8(value).map_err(|_| invalid)?;
        return Ok(text.to_owned());
    }
    let decoded = decode(value);
    if decoded.malformed {
        return Err(invalid);
    }
    String::from_utf8(decoded.bytes.into_owned()).map_err(|_| invalid)
}
