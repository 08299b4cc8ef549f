//! Why a request was refused, in sentences.

use portcullis_engine::Policy;
use portcullis_gate::Code;
use portcullis_json::nearest_or;
use portcullis_policy::meant;
use serde_json::Value;

use super::disbelief::Shown;
use super::tenant_names::TenantNames;

/// Says why a request was refused, by its log entry: what happened, what was read of who asked, and
/// what to do. Nothing where it went on.
pub(crate) fn sentences(entry: &Value, policy: &Policy, shown: &Shown) -> Vec<String> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
    let Some(what) = what_happened(text("code")) else {
        return Vec::new();
    };
    let mut all = vec![match text("detail") {
        "" => what.to_owned(),
        detail => format!("{what} ({detail})"),
    }];
    if text("code") == Code::IdentityInvalid.name() {
        all.extend(shown.sentences(text("detail")));
    }
    let permission = text("permission");
    if !permission.is_empty() {
        all.push(format!(
            "the route `{}` asks for `{permission}`",
            text("route")
        ));
    }
    for feature in entry
        .get("features")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let feature = feature.as_str().unwrap_or_default();
        all.push(format!(
            "the feature `{feature}` is off: `portcullis feature enable` turns it on"
        ));
    }
    if let Some(why) = entry.get("why") {
        all.push(what_was_read(why));
        all.extend(unknown_roles(why, policy));
        all.extend(unclaimable_roles(why, policy));
        let tenant = TenantNames::of(policy);
        for (member, cure) in NAMES {
            let names = why.get(member);
            let near = |name: &str| {
                let groups = tenant.groups.iter().map(String::as_str);
                let near = meant(name, groups).filter(|_| member == "unmapped_groups");
                near.map(|near| format!("; did you mean `{near}`?"))
            };
            all.extend(listed(names).map(|name| {
                let near = near(name).unwrap_or_default();
                format!("{}{near}", cure.replace("NAME", name))
            }));
            all.extend(rest(names));
        }
    }
    let dotted = text("dotted_claim");
    if !dotted.is_empty() {
        all.push(format!(
            "no claim is called `{dotted}`; write the path as a list of names where each dot leads one level down"
        ));
    }
    all
}

/// Says what a code means; nothing for those of what goes on.
fn what_happened(code: &str) -> Option<&'static str> {
    let known = MEANINGS.iter().find(|(name, _)| *name == code);
    known.map(|(_, meaning)| *meaning)
}

fn what_was_read(why: &Value) -> String {
    let count = |name: &str, one: &str, many: &str| {
        let stated = why.get(name);
        let read = stated
            .and_then(|stated| stated.get("read"))
            .and_then(Value::as_u64);
        let read = read.unwrap_or(0);
        let what = if read == 1 { one } else { many };
        let from = stated
            .and_then(|stated| stated.get("from"))
            .and_then(Value::as_array);
        let from: Vec<&str> = from
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if from.is_empty() {
            format!("{read} {what} (the configuration names no place for them)")
        } else {
            format!("{read} {what} (from `{}`)", from.join("`, `"))
        }
    };
    let by = match (
        why.get("by").and_then(Value::as_str),
        why.get("issuer").and_then(Value::as_str),
    ) {
        (Some(by), Some(issuer)) => format!("a {by} of {issuer}"),
        (by, _) => format!("the {} of a trusted peer", by.unwrap_or("headers")),
    };
    format!(
        "{by} stated {}, {} and {}",
        count("roles", "role", "roles"),
        count("groups", "group", "groups"),
        count("teams", "team", "teams")
    )
}

fn unknown_roles(why: &Value, policy: &Policy) -> Vec<String> {
    let names = why.get("unknown_roles");
    let known = |name: &str| {
        let same = |role: &&str| role.eq_ignore_ascii_case(name.trim());
        match policy.roles().find(same) {
            Some(role) => format!("did you mean `{role}`?"),
            None => nearest_or(name, policy.roles(), "write it into the policy, or map it"),
        }
    };
    let unknown =
        listed(names).map(|name| format!("the policy has no role `{name}`; {}", known(name)));
    unknown.chain(rest(names)).collect()
}

/// Says why nobody may state a role, which the catalog settles for its own, and the tenant for its.
fn unclaimable_roles(why: &Value, policy: &Policy) -> Vec<String> {
    let names = why.get("unclaimable_roles");
    let cure = |name: &str| {
        let role = policy.role(name);
        if role.is_some_and(|role| policy.role_is_built_in(role)) {
            "its `\"claimable\": false` in the catalog says so; assign it in the directory, or map a group to it".to_owned()
        } else {
            format!("`portcullis role map POLICY {name} --claim` lets tokens and headers state it")
        }
    };
    let all =
        listed(names).map(|name| format!("nobody may state the role `{name}`: {}", cure(name)));
    all.chain(rest(names)).collect()
}

fn listed(names: Option<&Value>) -> impl Iterator<Item = &str> {
    let names = names
        .and_then(|names| names.get("names"))
        .and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str)
}

/// Says how many more there are than are listed.
fn rest(names: Option<&Value>) -> Option<String> {
    let count = names?.get("count")?.as_u64()?;
    let listed = u64::try_from(listed(names).count()).unwrap_or(u64::MAX);
    (count > listed).then(|| format!("… and {} more", count - listed))
}

/// What keeps a name from counting, and what to do about it.
const NAMES: [(&str, &str); 2] = [
    (
        "roles_not_of_issuer",
        "this issuer may not state the role `NAME`: its `roles` in the configuration do not have it",
    ),
    (
        "unmapped_groups",
        "the tenant maps the group `NAME` to no role: `portcullis role map` does",
    ),
];

const MEANINGS: [(&str, &str); 22] = [
    ("no-bundle", "there is no policy yet"),
    (
        "bundle-rejected",
        "there is no policy, for the bundle is not believed",
    ),
    (
        "bundle-expired",
        "the policy has expired: build and publish it again",
    ),
    (
        "clock-wrong",
        "the gate's clock says no time, or one before the policy was made: set it",
    ),
    (
        "tenant-mismatch",
        "whoever asks does not belong to a tenant that is served here",
    ),
    (
        "identity-missing",
        "the request says nothing about who asks: send a token where `identity.tokens` looks for it, or the headers of a trusted peer",
    ),
    (
        "identity-invalid",
        "the request's token or headers are not believed",
    ),
    (
        "keys-unavailable",
        "the keys of the token's issuer were never fetched, or too long ago",
    ),
    (
        "cross-site",
        "a browser may have sent its cookie for a page of another site: list the page's origin in `identity.tokens`",
    ),
    (
        "route-unknown",
        "no route of the policy takes this method, host and path",
    ),
    (
        "route-ambiguous",
        "two routes take this request, and neither is the more specific",
    ),
    (
        "path-ambiguous",
        "servers read this path differently; a route can accept some of that with `accepts`",
    ),
    (
        "limit-exceeded",
        "something of the request is longer or more than a limit",
    ),
    (
        "request-malformed",
        "the request is not what HTTP allows, or names a header of the gate's own",
    ),
    (
        "attribute-ambiguous",
        "what an attribute comes from can be read in more than one way",
    ),
    ("unknown-permission", "the policy has no such permission"),
    (
        "feature-disabled",
        "a feature that the permission requires is off",
    ),
    ("not-granted", "no role that counts grants the permission"),
    (
        "not-active",
        "the tenant's directory says that whoever asks is not active",
    ),
    (
        "out-of-scope",
        "a role grants the permission, in no scope that holds here",
    ),
    (
        "conditional-refused",
        "the decision depends on the resource, and the route does not forward its filter",
    ),
    ("trap", "the gate itself failed"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_is_said_in_words() {
        for code in Code::ALL {
            let refused = code.status().is_some_and(|status| status >= 400);
            assert_eq!(what_happened(code.name()).is_some(), refused, "{code}");
        }
    }
}
