//! The compiler: source to model, with every error found on the way.

mod actions;
mod checks;
#[cfg(any(test, feature = "count"))]
mod count;
mod everyone;
mod expand;
mod grants;
mod modules;
mod names;
mod requests;
mod retired;
mod roles;
mod route_access;
#[cfg(test)]
mod route_tests;
mod routes;
mod scopes;
mod tenant;
mod vocabulary;

use std::collections::BTreeMap;

use portcullis_engine::UnixSeconds;
use portcullis_json::Path;

use crate::atom::Entity;
use crate::model::{Administration, FeatureIndex, Model, Permission};
use crate::problem::{InvalidPolicy, Problems};
use crate::source::{Catalog, OneOrMany, Operations, RoleChanges, Tenant, Test};

#[cfg(any(test, feature = "count"))]
pub use count::compilations_in;

use checks::Checker;
use expand::Expander;
use names::Names;
use retired::Retired;
use roles::RoleNames;
use routes::Routing;
use scopes::Scopes;
use tenant::Tenancy;
use vocabulary::{Vocabulary, feature_list, subject_types};

/// Compiles a catalog and a tenant.
///
/// ```
/// use portcullis_policy::{Source, compile};
///
/// let (mut source, _) = Source::load(r#"{
///     "catalog": {
///         "id": "desk",
///         "features": ["quality"],
///         "modules": { "scores": { "requires": "quality", "actions": { "read": "read" } } }
///     },
///     "tenant": { "id": "acme" }
/// }"#)?;
/// source.tenant.id = "globex".into();
/// let model = compile(&source.catalog, &source.tenant)?;
/// assert_eq!(model.tenant.id, "globex");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// # Errors
/// Lists every problem, with its place in a policy file and its cure.
pub fn compile(catalog: &Catalog, tenant: &Tenant) -> Result<Model, InvalidPolicy> {
    let problems = Problems::default();
    let model = compile_into(catalog, tenant, &[], &problems);
    let warnings = problems.finish()?;
    Ok(Model { warnings, ..model })
}

/// Compiles as far as it goes; the model stands only if no error was noted.
pub(crate) fn compile_into(
    catalog: &Catalog,
    tenant: &Tenant,
    tests: &[Test],
    problems: &Problems,
) -> Model {
    #[cfg(any(test, feature = "count"))]
    count::note();
    let root = Path::Root;
    let (at_catalog, at_tenant) = (root.key("catalog"), root.key("tenant"));
    vocabulary::check_catalog_id(&catalog.id, &at_catalog, problems);
    tenant::check(catalog, tenant, &at_tenant, problems);
    let at_features = at_catalog.key("features");
    let features = Names::declare("feature", &catalog.features, &at_features, problems);
    let at_attributes = at_catalog.key("attributes");
    let vocabulary = Vocabulary::read(&catalog.attributes, &at_attributes, problems);
    let subject_types = subject_types(catalog.subject_types.as_ref(), &at_catalog, problems);
    let role_names = RoleNames::number(catalog, tenant, &root, problems);
    let mut scopes = Scopes::number(catalog, &vocabulary, &at_catalog, problems);
    let tree = modules::flatten(
        catalog,
        &features,
        &mut scopes,
        &role_names,
        &at_catalog,
        problems,
    );
    warn_unsupported(&scopes.names, &tree.permissions, &at_catalog, problems);
    let retired = Retired::read(&catalog.retired, &tree, &at_catalog, problems);
    let expander = Expander {
        tree: &tree,
        retired: &retired,
        scopes: &scopes.names,
        roles: &role_names,
        problems,
    };
    let mut roles = grants::roles(catalog, tenant, expander, &root);
    let administration = administration(catalog, expander, &at_catalog);
    let everyone = everyone::everyone(
        catalog,
        &role_names,
        &subject_types,
        &mut roles.roles,
        &administration,
        &root,
        problems,
    );
    let routing = Routing {
        expander,
        conditions: scopes.conditions(),
        attributes: vocabulary.of(Entity::Resource),
        problems,
    };
    let (routes, route_places) = routing.compile(&catalog.routes, &at_catalog);
    let everybodys = catalog.everyone.as_ref();
    let everybodys = everybodys.map(|everyone| everyone.role.as_str());
    let tenancy = Tenancy {
        roles: &role_names,
        vocabulary: &vocabulary,
        subject_types: &subject_types,
        everyone: everybodys,
        problems,
    };
    let at_on = at_tenant.key("features");
    let (on, feature_ends) = features_of(tenant, &at_on, &features, problems);
    let custom_roles_max = tenant::custom_roles_max(catalog, tenant);
    let tenant = crate::model::Tenant {
        id: tenant.id.clone(),
        features: on,
        feature_ends,
        role_changes: tenant.role_changes.unwrap_or(RoleChanges::Instant),
        sessions_from: tenant::sessions_from(tenant.sessions_from),
        groups: tenancy.groups(&tenant.groups, &at_tenant),
        directory: tenancy.directory(&tenant.directory, &at_tenant),
        retired: tenant.retired.0.clone(),
    };
    let checker = Checker {
        features: &features,
        vocabulary: &vocabulary,
        everyone: everybodys,
        expander,
        problems,
    };
    checker.check(tests, &routes, &root);
    let (scopes, conditions) = scopes.into_parts();
    let former_modules = tree.former_modules();
    Model {
        catalog: catalog.id.clone(),
        features: features.into_names(),
        attributes: vocabulary.into_attributes(),
        everyone,
        subject_types,
        scopes,
        conditions,
        modules: tree.modules,
        permissions: tree.permissions,
        former_modules,
        aliases: tree.aliases,
        scope_sets: roles.scope_sets,
        roles: roles.roles,
        custom_roles_max,
        administration,
        routes,
        route_places,
        tenant,
        warnings: Vec::new(),
    }
}

/// Resolves the tenant's features, and when those end that do.
fn features_of(
    tenant: &Tenant,
    at: &Path<'_>,
    features: &Names,
    problems: &Problems,
) -> (Vec<FeatureIndex>, BTreeMap<FeatureIndex, UnixSeconds>) {
    let names = tenant.features.names().collect::<OneOrMany>();
    let on = feature_list(&names, at, features, problems);
    let ends = tenant.features.iter().filter_map(|own| {
        let feature = features.find(&own.name)?;
        Some((FeatureIndex(feature), own.until?.0))
    });
    (on, ends.collect())
}

fn administration(catalog: &Catalog, expander: Expander<'_>, at: &Path<'_>) -> Vec<Administration> {
    let at = at.key("administration");
    let mut found: Vec<Administration> = Vec::new();
    for (name, Operations(operations)) in catalog.administration.iter() {
        let at = at.key(name);
        let Some(permission) = expander.expect(name, &at) else {
            continue;
        };
        for (index, operation) in operations.iter().enumerate() {
            if operations
                .iter()
                .take(index)
                .any(|known| known == operation)
            {
                names::repeated("operation", operation.name(), &at, expander.problems);
            }
        }
        if found.iter().any(|known| known.permission == permission) {
            // Under a former name it would be there a second time.
            names::repeated("permission", name, &at, expander.problems);
            continue;
        }
        found.push(Administration {
            permission,
            operations: operations.clone(),
        });
    }
    found
}

fn warn_unsupported(
    scopes: &Names,
    permissions: &[Permission],
    at: &Path<'_>,
    problems: &Problems,
) {
    let mut supported = vec![false; scopes.names().len()];
    for (scope, _) in permissions.iter().flat_map(|permission| &permission.scopes) {
        if let Some(supported) = supported.get_mut(scope.get()) {
            *supported = true;
        }
    }
    for (name, _) in scopes
        .names()
        .iter()
        .zip(supported)
        .filter(|(_, used)| !used)
    {
        problems.warn(
            at,
            format!("no permission supports the scope `{name}`"),
            "name it in `supports` where it belongs, or take it out",
        );
    }
}

#[cfg(test)]
mod tests;
