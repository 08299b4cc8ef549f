//! Identity by the headers of a trusted peer.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use portcullis_engine::{UnixSeconds, grammar::is_value};

use super::{Identity, StatedBy, StatedTenant, Unidentified, bind};
use crate::{
    config::{Filling, TrustedHeaders},
    fields::Fields,
    path::decode,
};

/// Returns who a trusted peer says it is.
pub(super) fn read(config: &TrustedHeaders, fields: &Fields<'_>) -> Result<Identity, Unidentified> {
    let one = |name: &str| match fields.one(name) {
        Ok(None) => Ok(None),
        // What joins repeated fields puts commas between them: two may have said who it is.
        Ok(Some(value)) if config.list && value.contains(&b',') => {
            Err(Unidentified::Invalid("comma"))
        }
        Ok(Some(value)) => text(value, config.encoded).map(Some),
        // Repeated, or spelled another way: somebody before the peer may have added it.
        Err(_) => Err(Unidentified::Invalid("repeated")),
    };
    let optional = |name: &Option<String>| match name {
        None => Ok(None),
        Some(name) => one(name),
    };
    let list = |name: &str| match fields.one(name) {
        Ok(None) => Ok(Vec::new()),
        Ok(Some(value)) => list(value, config),
        Err(_) => Err(Unidentified::Invalid("repeated")),
    };
    let many = |name: &Option<String>| match name {
        None => Ok(Vec::new()),
        Some(name) => list(name),
    };
    let named = |map: &[(String, Filling)], refused| {
        let mut all = Vec::new();
        for (name, filling) in map {
            let (values, is_given) = match filling {
                Filling::Constant(values) => (values.clone(), true),
                Filling::Header { name, is_given } => (list(name)?, *is_given),
            };
            if !values.iter().all(|value| is_value(value)) {
                return Err(Unidentified::Invalid(refused));
            }
            // An empty header, or none, says nothing, unless it is said to mean that.
            if is_given || !values.is_empty() {
                all.push((name.clone(), values));
            }
        }
        Ok(all)
    };
    let id = one(&config.subject)?.ok_or(Unidentified::Missing)?;
    if !is_value(&id) {
        return Err(Unidentified::Invalid("subject"));
    }
    let kind = optional(&config.kind)?.unwrap_or_else(|| "user".to_owned());
    if !is_value(&kind) {
        return Err(Unidentified::Invalid("type"));
    }
    let tenant = match &config.tenant {
        None => StatedTenant::Absent,
        Some(name) => {
            let stated = one(name)?.filter(|stated| !stated.is_empty());
            StatedTenant::Named(stated.ok_or(Unidentified::Invalid("tenant"))?)
        }
    };
    let (mut roles, mut team_roles) = (Vec::new(), Vec::new());
    for role in many(&config.roles)? {
        match role.split_once('@') {
            None => roles.push(role),
            Some((role, team)) => bind(&mut team_roles, role, team),
        }
    }
    Ok(Identity {
        kind,
        id,
        roles,
        team_roles,
        groups: many(&config.groups)?,
        attributes: named(&config.attributes, "attribute")?,
        action: named(&config.action, "action")?,
        context: named(&config.context, "context")?,
        tenant,
        // Only a verified token may ask for an older policy.
        version: None,
        by: StatedBy::Headers,
        signed_in: None,
        narrowed: Vec::new(),
        dotted: None,
        valid_from: UnixSeconds(0),
        valid_until: UnixSeconds(u64::MAX),
    })
}

fn list(value: &[u8], config: &TrustedHeaders) -> Result<Vec<String>, Unidentified> {
    let items = value.split(|byte| *byte == config.separator);
    let items = items.map(<[u8]>::trim_ascii);
    let items = items.filter(|item| !item.is_empty());
    items.map(|item| text(item, config.encoded)).collect()
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

#[cfg(test)]
mod tests {
    use alloc::format;

    use portcullis_json::{FirstFault, JsonText};

    use super::*;

    fn judge(members: &str, headers: &[(&[u8], &[u8])]) -> Result<Identity, Unidentified> {
        let json = format!(
            r#"{{"peers":"spiffe://mesh","subject":"x-id","type":"x-type","roles":"x-roles",
                 "teams":"x-teams"{members}}}"#
        );
        let json = JsonText::parse_within(json.as_bytes(), 256).unwrap();
        let faults = FirstFault::default();
        let config = json.read(&faults);
        let config: TrustedHeaders = faults.unless(config).unwrap();
        let fields = Fields::new(headers).unwrap();
        read(&config, &fields)
    }

    #[test]
    fn a_comma_joins_two_subjects_unless_it_is_said_not_to() {
        let comma = Err(Unidentified::Invalid("comma"));
        let id = |members: &str, value: &str| {
            judge(members, &[(b"x-id", value.as_bytes())]).map(|own| own.id)
        };
        for joined in ["jo, boss", "jo,boss", "jo,", ",jo", ","] {
            assert_eq!(id("", joined), comma, "{joined}");
            assert_eq!(id(r#","list":true"#, joined), comma, "{joined}");
            assert_eq!(id(r#","encoding":"percent""#, joined), comma, "{joined}");
            assert_eq!(
                id(r#","list":false"#, joined),
                Ok(joined.into()),
                "{joined}"
            );
        }
        // Encoded, it was not put there by what joins fields.
        let encoded = id(r#","encoding":"percent""#, "o%2c jo");
        assert_eq!(encoded, Ok("o, jo".into()));
        let kind = judge("", &[(b"x-id", b"jo"), (b"x-type", b"user, service")]);
        assert_eq!(kind.map(|own| own.kind), comma);
        for members in ["", r#","list":false"#] {
            let twice = judge(members, &[(b"x-id", b"jo"), (b"x-id", b"boss")]);
            assert_eq!(twice, Err(Unidentified::Invalid("repeated")));
        }
    }

    #[test]
    fn names_of_a_directory_are_lists_by_another_separator() {
        // As authentik and LDAP write them.
        let members = r#","groups":"x-groups","separator":"|","list":false"#;
        let (admins, staff) = (
            "cn=admins,ou=groups,dc=example",
            "cn=staff,ou=groups,dc=example",
        );
        let list = format!("{admins}|{staff}");
        let subject: (&[u8], &[u8]) = (b"x-id", b"uid=jo,ou=people,dc=example");
        let own = judge(members, &[subject, (b"x-groups", list.as_bytes())]).unwrap();
        assert_eq!(own.groups, [admins, staff]);
        assert_eq!(own.id, "uid=jo,ou=people,dc=example");
        // Each group in a line of its own: somebody may have added one.
        let lines = [
            subject,
            (b"x-groups", admins.as_bytes()),
            (b"x-groups", b"x"),
        ];
        let repeated = Err(Unidentified::Invalid("repeated"));
        assert_eq!(judge(members, &lines), repeated);
    }

    #[test]
    fn a_role_on_each_of_thousands_of_teams_is_read_in_one_pass() {
        // As many as a header has room for; comparing each with each would take seconds.
        let list: Vec<String> = (0..9_000).map(|at| format!("r@{at:x}")).collect();
        let list = list.join(",");
        let own = judge("", &[(b"x-id", b"jo"), (b"x-roles", list.as_bytes())]).unwrap();
        assert_eq!(own.team_roles.len(), 9_000);
        let few = judge(
            "",
            &[(b"x-id", b"jo"), (b"x-roles", b"a@t, b@t, c, a@u, c@t")],
        )
        .unwrap();
        let flat: Vec<String> = few
            .team_roles
            .iter()
            .flat_map(|(team, roles)| roles.iter().map(move |role| format!("{role}@{team}")))
            .collect();
        assert_eq!(flat, ["a@t", "b@t", "a@u", "c@t"]);
        assert_eq!(few.roles, ["c"]);
    }

    #[test]
    fn an_attribute_without_a_value_is_not_given() {
        let teams = |value: Option<&str>| {
            let mut headers: Vec<(&[u8], &[u8])> = alloc::vec![(b"x-id", b"jo")];
            headers.extend(value.map(|value| (b"x-teams".as_slice(), value.as_bytes())));
            judge("", &headers).unwrap().attributes
        };
        for nothing in [None, Some(""), Some(" , ")] {
            assert_eq!(teams(nothing), [], "{nothing:?}");
        }
        let given = [(
            "teams".to_owned(),
            alloc::vec!["a".to_owned(), "b".to_owned()],
        )];
        assert_eq!(teams(Some("a,, b")), given);
    }
}
