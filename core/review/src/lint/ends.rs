//! What of a policy has ended.

use portcullis_engine::UnixSeconds;
use portcullis_json::Path;
use portcullis_policy::model::{FeatureIndex, Model, PermissionIndex};
use portcullis_policy::source::{Source, Until};

use super::{Finding, Findings, Severity};

/// Looks which features and assignments have ended at some time, which a policy alone does not
/// say.
#[must_use]
pub fn ended(source: &Source, model: &Model, now: UnixSeconds) -> Vec<Finding> {
    let mut findings = Findings(Vec::new());
    let root = Path::Root;
    let at_tenant = root.key("tenant");
    let (at_features, at_directory) = (at_tenant.key("features"), at_tenant.key("directory"));
    let has_ended = |until: &Option<Until>| until.is_some_and(|until| until.0 <= now);
    for own in source.tenant.features.iter() {
        let until = own.until.filter(|until| has_ended(&Some(*until)));
        let Some(until) = until else { continue };
        let closed = closed(model, &own.name, now);
        let closes = match closed {
            0 => String::new(),
            1 => ", and a permission with it".to_owned(),
            more => format!(", and {more} permissions with it"),
        };
        findings.add(
            ("ended", Severity::Info),
            &at_features,
            format!("the feature `{}` is off since {until}{closes}", own.name),
            "take it out, or turn it on with a later end",
        );
    }
    for (key, entry) in source.tenant.directory.iter() {
        for own in entry.roles.iter().filter(|own| has_ended(&own.until)) {
            let until = Until::after(own.until);
            findings.add(
                ("ended", Severity::Info),
                &at_directory.key(key).key("roles"),
                format!("`{}` was held{until}, and counts for nothing", own.name),
                "take it out, or assign it with a later end",
            );
        }
    }
    findings.0
}

/// Counts the permissions that were open before a feature ended, and are not.
fn closed(model: &Model, feature: &str, now: UnixSeconds) -> usize {
    let found = model.features.iter().position(|known| known == feature);
    let found = found.and_then(|found| u16::try_from(found).ok());
    let end = found.and_then(|found| model.tenant.feature_ends.get(&FeatureIndex(found)));
    let Some(before) = end.and_then(|end| end.0.checked_sub(1)) else {
        return 0;
    };
    let (was, is) = (
        model.openness_at(UnixSeconds(before)),
        model.openness_at(now),
    );
    let all = (0..).map(PermissionIndex).take(model.permissions.len());
    all.filter(|one| was.permission(*one) && !is.permission(*one))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_ended_is_named() {
        let policy = r#"{ "catalog": { "id": "c", "features": ["f", "g"], "scopes": { "all": "true" },
            "actions": { "read": "read" }, "modules": { "m": { "requires": "f" } }, "roles": { "a": {} } },
          "tenant": { "id": "t", "features": [{ "feature": "f", "until": "1970-01-01T00:00:10Z" }, "g"],
            "directory": { "jo": { "roles": [{ "role": "a", "until": "1970-01-01T00:00:20Z" }] } } } }"#;
        let (source, model) = Source::load(policy).unwrap();
        let at = |now: u64| {
            let found = ended(&source, &model, UnixSeconds(now));
            found.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(at(9), [""; 0]);
        let feature = "info[ended] $.tenant.features: the feature `f` is off since 1970-01-01T00:00:10Z, and a permission with it; take it out, or turn it on with a later end";
        assert_eq!(at(10), [feature]);
        assert_eq!(
            at(20),
            [
                feature,
                "info[ended] $.tenant.directory.jo.roles: `a` was held until 1970-01-01T00:00:20Z, and counts for nothing; take it out, or assign it with a later end",
            ]
        );
    }
}
