//! Permissions that no route asks for, public routes among protected ones, routes that
//! refuse whoever holds what they ask for.

use std::collections::BTreeSet;

use portcullis_gate::CanonicalPath;
use portcullis_gate::routes::{Access, OnConditional, PatternSegment, Route, Routes};

use super::{Findings, Severity, some};
use portcullis_json::Path;
use portcullis_policy::TestHosts;
use portcullis_policy::atom::{Atom, Entity};
use portcullis_policy::model::{Condition, Model, PermissionIndex};
use portcullis_policy::source::{Expected, Source};

/// Looks at the routes, if there are any.
pub(super) fn look(source: &Source, model: &Model, findings: &mut Findings) {
    if model.routes.is_empty() {
        return;
    }
    let root = Path::Root;
    let at_catalog = root.key("catalog");
    let at = at_catalog.key("routes");
    public(source, model, &at, findings);
    refusing(model, &at, findings);
    unrouted(model, &at, findings);
}

/// A public route within what others protect is most likely a slip, unless a test says
/// that it is meant.
fn public(source: &Source, model: &Model, at: &Path<'_>, findings: &mut Findings) {
    let meant = meant_public(source, model);
    for (index, route) in model.routes.iter().enumerate() {
        if !route.access.is_public() {
            continue;
        }
        let mut others = model.routes.iter();
        let Some(around) = others.find(|other| protects(other, route)) else {
            continue;
        };
        let severity = if meant.contains(&index) {
            Severity::Info
        } else {
            Severity::Warning
        };
        findings.add(
            ("route-public-among-protected", severity),
            &at.index(place(model, index)),
            format!(
                "anybody may call `{}`, and `{}` is protected",
                route.name(),
                around.name()
            ),
            "name a permission; if it is meant, say so by a test that expects `public`",
        );
    }
}

/// Returns the routes through which a test expects a request to go without being asked.
fn meant_public(source: &Source, model: &Model) -> BTreeSet<usize> {
    let Ok(routes) = Routes::new(model.routes.clone()) else {
        return BTreeSet::new();
    };
    let tests = source.tests.iter().filter_map(|test| {
        let request = test.request.as_ref()?;
        match &test.expect {
            Expected::Verdict(expected) if expected.answer == "public" => {
                Some((request, expected.route.as_deref()))
            }
            _ => None,
        }
    });
    let hosts = TestHosts::new(&model.routes);
    let taken = tests.filter_map(|(request, route)| {
        let path = CanonicalPath::parse(request.target.as_bytes()).ok()?;
        let host = hosts.of(request, route).ok()?;
        let found = routes.find(request.method.as_bytes(), host.as_bytes(), &path)?;
        Some(found.index)
    });
    taken.collect()
}

/// Returns whether a route protects the path of another, or one above it.
///
/// One that takes the rest of a path is for what nothing else is for, and one that names
/// no literal is for everything: to be among those is nothing strange.
fn protects(route: &Route, public: &Route) -> bool {
    let own = route.path.segments();
    let same_host = match (&route.host, &public.host) {
        (Some(own), Some(other)) => own == other,
        _ => true,
    };
    let is_literal = |segment: &PatternSegment| {
        matches!(
            segment,
            PatternSegment::Literal(_) | PatternSegment::Parts(_)
        )
    };
    !route.access.is_public()
        && same_host
        && own.iter().any(is_literal)
        && own.len() <= public.path.segments().len()
        && own
            .iter()
            .zip(public.path.segments())
            .all(|pair| match pair {
                (PatternSegment::Literal(own), PatternSegment::Literal(other)) => own == other,
                (PatternSegment::Parts(own), PatternSegment::Literal(other)) => {
                    own.matches(other.as_bytes())
                }
                (PatternSegment::Parts(own), PatternSegment::Parts(other)) => other.is_within(own),
                (PatternSegment::Parameter(_), PatternSegment::Rest(_)) => false,
                (PatternSegment::Parameter(_), _) => true,
                _ => false,
            })
}

/// What a route does not give of a resource is unknown: whoever holds its permission only
/// at scopes that read that is refused, unless the decision is left to the origin.
fn refusing(model: &Model, at: &Path<'_>, findings: &mut Findings) {
    for (index, route) in model.routes.iter().enumerate() {
        let Access::Permission(name) = &route.access else {
            continue;
        };
        // Of several hosts, the first speaks for all.
        if index.checked_sub(1).map(|before| place(model, before)) == Some(place(model, index)) {
            continue;
        }
        if route.conditional == OnConditional::Forward {
            continue;
        }
        let Some(permission) = model.permission(name) else {
            continue;
        };
        let (mut refused, mut missing, mut holders) = (Vec::new(), BTreeSet::new(), 0_usize);
        for role in model.roles.iter().filter(|role| role.available) {
            let mut grants = role.grants.iter();
            let Some(grant) = grants.find(|grant| grant.permission == permission) else {
                continue;
            };
            holders = holders.saturating_add(1);
            let conditions = model.conditions_of(*grant);
            let unknown = conditions.map(|condition| unknown(condition, route));
            let unknown = unknown.collect::<Vec<_>>();
            if unknown.iter().all(|names| !names.is_empty()) {
                refused.push(role.id.as_str());
                missing.extend(unknown.into_iter().flatten());
            }
        }
        if refused.is_empty() {
            continue;
        }
        let missing = missing.iter().map(String::as_str);
        let missing = some(&missing.collect::<Vec<_>>());
        let (severity, whom) = if refused.len() == holders {
            (Severity::Warning, "everybody".to_owned())
        } else {
            (Severity::Info, some(&refused))
        };
        findings.add(
            ("route-refuses", severity),
            &at.index(place(model, index)),
            format!(
                "`{}` refuses {whom}: whether `{name}` is allowed depends on {missing}, which it does not give",
                route.name()
            ),
            "give it in `resource`, or leave it to the origin with \"conditional\": \"forward\"",
        );
    }
}

/// Returns where a route stands in the source.
fn place(model: &Model, index: usize) -> usize {
    model.route_places.get(index).copied().unwrap_or(index)
}

/// Returns what a condition reads of a resource that a route never gives; nothing where
/// one of its alternatives reads no such thing.
fn unknown(Condition(conjunctions): &Condition, route: &Route) -> BTreeSet<String> {
    let given = |name: &str| route.attributes.iter().any(|(own, _)| own == name);
    let mut all = BTreeSet::new();
    for conjunction in conjunctions {
        let references = conjunction.iter().flat_map(Atom::references);
        let unknown = references
            .filter(|own| own.entity == Entity::Resource && !given(&own.attribute))
            .map(|own| own.attribute)
            .collect::<BTreeSet<_>>();
        if unknown.is_empty() {
            return BTreeSet::new();
        }
        all.extend(unknown);
    }
    all
}

/// A permission that no route asks for; those whose modules have routes come first, for
/// there one may have been forgotten.
fn unrouted(model: &Model, at: &Path<'_>, findings: &mut Findings) {
    let asked = model.routes.iter().filter_map(|route| match &route.access {
        Access::Permission(name) => model.permission(name),
        Access::Public | Access::Optional | Access::Authenticated => None,
    });
    let asked = asked.collect::<BTreeSet<PermissionIndex>>();
    let module = |index: &PermissionIndex| {
        let permission = model.permissions.get(index.get());
        permission.map(|permission| permission.module)
    };
    let modules = asked.iter().map(module).collect::<BTreeSet<_>>();
    let all = (0..).map(PermissionIndex).zip(&model.permissions);
    let mut left = all
        .filter(|(index, _)| !asked.contains(index))
        .map(|(index, permission)| (!modules.contains(&module(&index)), permission))
        .collect::<Vec<_>>();
    // Stable, so that each half keeps the order of the catalog.
    left.sort_by_key(|(elsewhere, _)| *elsewhere);
    let names = left.iter().map(|(_, permission)| permission.name.as_str());
    let names = names.collect::<Vec<_>>();
    if names.is_empty() {
        return;
    }
    findings.add(
        ("permission-unrouted", Severity::Info),
        at,
        format!("no route asks for {}", some(&names)),
        "add a route, unless it is asked for elsewhere",
    );
}
