//! A catalog's names as TypeScript, so that an unknown one does not compile.

use portcullis_policy::model::Model;

/// Returns a module of types that registers the catalog's names with `@portcullis/edge`.
///
/// Former names of permissions are among them: they still answer.
#[must_use]
pub fn typescript(model: &Model) -> String {
    let mut out = String::from(HEAD);
    let permissions = model.permissions.iter().map(|own| own.name.as_str());
    let former = model.aliases.iter().map(|own| own.name.as_str());
    let modules = model.modules.iter().map(|own| own.id.as_str());
    let roles = model.roles.iter().map(|own| own.id.as_str());
    let attributes = &model.attributes;
    let lists: [(&str, &str, Vec<&str>); 9] = [
        (
            "Permission",
            "`module:action`.",
            permissions.chain(former).collect(),
        ),
        ("Module", "A module.", modules.collect()),
        ("Scope", "A scope.", all(&model.scopes)),
        ("Feature", "A feature of a tenant.", all(&model.features)),
        (
            "Role",
            "A role, the tenant's own among them.",
            roles.collect(),
        ),
        (
            "SubjectAttribute",
            "An attribute of subjects.",
            all(&attributes.subject),
        ),
        (
            "ResourceAttribute",
            "An attribute of resources.",
            all(&attributes.resource),
        ),
        (
            "ActionAttribute",
            "An attribute of actions.",
            all(&attributes.action),
        ),
        (
            "ContextAttribute",
            "An attribute of the context.",
            all(&attributes.context),
        ),
    ];
    for (name, about, names) in lists {
        out.push_str(&format!("\n/** {about} */\nexport type {name} ="));
        if names.is_empty() {
            out.push_str(" never");
        }
        for name in names {
            // Names hold nothing that a string of TypeScript would have to escape.
            out.push_str(&format!("\n  | \"{name}\""));
        }
        out.push_str(";\n");
    }
    out.push_str(TAIL);
    out
}

fn all(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
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
    fn every_name_is_a_member_of_its_type_and_an_empty_list_is_never() {
        let policy = r#"{
            "catalog": {
                "id": "shop",
                "features": "extra",
                "attributes": { "subject": "teams", "resource": ["owner"] },
                "scopes": { "own": "shares(subject.id, resource.owner)", "all": "true" },
                "modules": { "orders": {
                    "actions": { "read": { "kind": "read", "aliases": "orders:view" } },
                    "modules": { "notes": { "actions": { "write": "write" } } } } },
                "roles": { "clerk": { "grants": { "all": "*" } } }
            },
            "tenant": { "id": "acme", "roles": { "temp": { "grants": { "own": "orders:read" } } } }
        }"#;
        let (_, model) = Source::load(policy).unwrap();
        let types = typescript(&model);
        for part in [
            "export type Permission =\n  | \"orders:read\"\n  | \"orders.notes:write\"\n  | \"orders:view\";",
            "export type Module =\n  | \"orders\"\n  | \"orders.notes\";",
            "export type Scope =\n  | \"own\"\n  | \"all\";",
            "export type Feature =\n  | \"extra\";",
            "export type Role =\n  | \"clerk\"\n  | \"temp\";",
            "export type ResourceAttribute =\n  | \"owner\";",
            "export type ActionAttribute = never;",
        ] {
            assert!(types.contains(part), "{part}\nin {types}");
        }
    }
}
