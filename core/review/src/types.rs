//! A catalog's names as TypeScript, so that an unknown one does not compile and an editor says of
//! each what it is for.

use core::fmt::Write as _;

use portcullis_policy::model::{Model, Module, Permission, Requirement};

/// Returns a module of types that registers the catalog's names with `@portcullis/edge`.
///
/// Permissions, modules, features and roles are members of interfaces, each with what the catalog
/// says of it. Former names of permissions are among them: they still answer.
#[must_use]
pub fn typescript(model: &Model) -> String {
    let mut out = String::from(HEAD);
    let permissions = model.permissions.iter();
    let permissions = permissions.map(|own| (own.name.as_str(), of_permission(model, own)));
    let former = model.aliases.iter().map(|own| {
        let present = model.permissions.get(own.permission.get());
        let present = present.map_or("", |own| own.name.as_str());
        let about = format!("@deprecated Write `{present}`.");
        (own.name.as_str(), about)
    });
    documented(
        &mut out,
        ("Permissions", "Permission", "`module:action`."),
        permissions.chain(former),
    );
    let modules = model.modules.iter();
    let modules = modules.map(|own| (own.id.as_str(), of_module(model, own)));
    documented(&mut out, ("Modules", "Module", "A module."), modules);
    let features = model.features.iter();
    let features = features.map(|own| (own.as_str(), of_feature(model, own)));
    documented(
        &mut out,
        ("Features", "Feature", "A feature of a tenant."),
        features,
    );
    let roles = model.roles.iter().map(|own| {
        let title = own.label.as_deref().unwrap_or(&own.id);
        (own.id.as_str(), about(title, own.description.as_deref()))
    });
    documented(
        &mut out,
        ("Roles", "Role", "A role, the tenant's own among them."),
        roles,
    );
    let attributes = &model.attributes;
    for (name, about, names) in [
        ("Scope", "A scope.", &model.scopes),
        (
            "SubjectAttribute",
            "An attribute of subjects.",
            &attributes.subject,
        ),
        (
            "ResourceAttribute",
            "An attribute of resources.",
            &attributes.resource,
        ),
        (
            "ActionAttribute",
            "An attribute of actions.",
            &attributes.action,
        ),
        (
            "ContextAttribute",
            "An attribute of the context.",
            &attributes.context,
        ),
    ] {
        // What is written to a string is written.
        let _ = write!(out, "\n/** {about} */\nexport type {name} =");
        if names.is_empty() {
            out.push_str(" never");
        }
        for name in names {
            // Names hold nothing that a string of TypeScript would have to escape.
            let _ = write!(out, "\n  | \"{name}\"");
        }
        out.push_str(";\n");
    }
    out.push_str(TAIL);
    out
}

/// Writes an interface with a member for each name, and the type of the names.
fn documented<'a>(
    out: &mut String,
    (interface, name, about): (&str, &str, &str),
    members: impl Iterator<Item = (&'a str, String)>,
) {
    let _ = write!(
        out,
        "\n/** What the policy says of each. */\nexport interface {interface} {{"
    );
    for (name, about) in members {
        let about = escaped(&about);
        let _ = write!(out, "\n  /** {about} */\n  \"{name}\": true;");
    }
    let _ = write!(
        out,
        "\n}}\n\n/** {about} */\nexport type {name} = keyof {interface};\n"
    );
}

fn of_permission(model: &Model, own: &Permission) -> String {
    let module = model.modules.get(own.module.get());
    let title = format!(
        "{}: {}",
        module.map_or("", title),
        own.label.as_deref().unwrap_or(&own.action)
    );
    let mut needs = module.map_or_else(Vec::new, |module| requirements(model, module));
    needs.extend(&own.requires);
    let scopes = own.scopes.iter();
    let scopes = scopes.filter_map(|(scope, _)| model.scopes.get(scope.get()));
    let scopes = scopes.map(|scope| format!("`{scope}`")).collect::<Vec<_>>();
    let mut about = about(&title, own.description.as_deref());
    say_needs(&mut about, model, &needs);
    if !scopes.is_empty() {
        let _ = write!(about, " Scopes: {}.", scopes.join(", "));
    }
    about
}

fn of_module(model: &Model, own: &Module) -> String {
    let mut about = about(title(own), own.description.as_deref());
    say_needs(&mut about, model, &requirements(model, own));
    about
}

/// Says what a feature opens: the modules that name it.
fn of_feature(model: &Model, feature: &str) -> String {
    let names = |requirement: &Requirement| {
        let mut features = requirement.features.iter();
        features.any(|own| {
            model
                .features
                .get(own.get())
                .is_some_and(|own| own == feature)
        })
    };
    let modules = model.modules.iter();
    let modules = modules.filter(|module| module.requires.iter().any(names));
    let permissions = model.permissions.iter();
    let permissions = permissions.filter(|own| own.requires.as_ref().is_some_and(names));
    let named = modules.map(|own| own.id.as_str());
    let named = named.chain(permissions.map(|own| own.name.as_str()));
    let named = named.map(|name| format!("`{name}`")).collect::<Vec<_>>();
    if named.is_empty() {
        return "Nothing needs it.".to_owned();
    }
    format!("Needed by {}.", named.join(", "))
}

fn title(module: &Module) -> &str {
    module.label.as_deref().unwrap_or(&module.id)
}

/// Returns the requirements of a module and of those above it.
fn requirements<'m>(model: &'m Model, module: &'m Module) -> Vec<&'m Requirement> {
    let mut found = module.requires.iter().collect::<Vec<_>>();
    let mut next = module.parent;
    // Ends: a parent comes before its child.
    while let Some(above) = next.and_then(|parent| model.modules.get(parent.get())) {
        found.splice(0..0, &above.requires);
        next = above.parent;
    }
    found
}

fn say_needs(about: &mut String, model: &Model, needs: &[&Requirement]) {
    let mut said = Vec::new();
    for requirement in needs {
        let features = requirement.features.iter();
        let features = features.filter_map(|feature| model.features.get(feature.get()));
        let features = features.map(|feature| format!("`{feature}`"));
        let joined = if requirement.any { " or " } else { " and " };
        let features = features.collect::<Vec<_>>().join(joined);
        if !said.contains(&features) {
            said.push(features);
        }
    }
    if !said.is_empty() {
        let _ = write!(about, " Needs {}.", said.join("; and "));
    }
}

/// Returns a title and what stands behind it, on one line: a `@` at the start of one would be a tag.
fn about(title: &str, description: Option<&str>) -> String {
    let mut about = format!("{title}.");
    for word in description.unwrap_or_default().split_whitespace() {
        about.push(' ');
        about.push_str(word);
    }
    if description.is_some() && !about.ends_with(['.', '!', '?', ':']) {
        about.push('.');
    }
    about
}

/// Returns a text that cannot end the comment that it is in.
fn escaped(text: &str) -> String {
    text.replace("*/", "*\\/")
}

const HEAD: &str =
    "// Written by `portcullis types`: change the policy and write it again, not this.\n";

const TAIL: &str = "
/** The names of this catalog. */
export interface Vocabulary {
  permission: Permission;
  module: Module;
  scope: Scope;
  feature: Feature;
  role: Role;
  subject: SubjectAttribute;
  resource: ResourceAttribute;
  action: ActionAttribute;
  context: ContextAttribute;
}

declare module \"@portcullis/edge\" {
  interface Register {
    vocabulary: Vocabulary;
  }
}
";

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis_policy::Source;

    #[test]
    fn every_name_is_a_member_of_its_type_with_what_the_catalog_says_of_it() {
        let policy = r#"{
            "catalog": {
                "id": "shop",
                "features": ["extra", "more", "spare"],
                "attributes": { "subject": "teams", "resource": ["owner"] },
                "scopes": { "own": "shares(subject.id, resource.owner)", "all": "true" },
                "modules": { "orders": { "label": "Orders", "requires": "extra",
                    "actions": { "read": { "kind": "read", "label": "View all", "description": "What came\n in", "aliases": "orders:view" } },
                    "modules": { "notes": { "label": "Notes */ evil", "description": "Two lines, and\n@no tag", "requires": { "any": ["extra", "more"] },
                                            "actions": { "write": "write" } } } } },
                "roles": { "clerk": { "label": "Clerk", "description": "Takes orders!", "grants": { "all": "*" } } }
            },
            "tenant": { "id": "acme", "roles": { "temp": { "grants": { "own": "orders:read" } } } }
        }"#;
        let (_, model) = Source::load(policy).unwrap();
        let types = typescript(&model);
        for part in [
            "export interface Permissions {\n  /** Orders: View all. What came in. Needs `extra`. Scopes: `own`, `all`. */\n  \"orders:read\": true;",
            "  /** Notes *\\/ evil: write. Needs `extra`; and `extra` or `more`. Scopes: `own`, `all`. */\n  \"orders.notes:write\": true;",
            "  /** @deprecated Write `orders:read`. */\n  \"orders:view\": true;\n}\n",
            "export type Permission = keyof Permissions;",
            "  /** Orders. Needs `extra`. */\n  \"orders\": true;",
            "  /** Notes *\\/ evil. Two lines, and @no tag. Needs `extra`; and `extra` or `more`. */\n  \"orders.notes\": true;",
            "export type Module = keyof Modules;",
            "export type Scope =\n  | \"own\"\n  | \"all\";",
            "export interface Features {\n  /** Needed by `orders`, `orders.notes`. */\n  \"extra\": true;\n  /** Needed by `orders.notes`. */\n  \"more\": true;\n  /** Nothing needs it. */\n  \"spare\": true;\n}",
            "export interface Roles {\n  /** Clerk. Takes orders! */\n  \"clerk\": true;\n  /** temp. */\n  \"temp\": true;\n}",
            "export type ResourceAttribute =\n  | \"owner\";",
            "export type ActionAttribute = never;",
        ] {
            assert!(types.contains(part), "{part}\nin {types}");
        }
    }
}
