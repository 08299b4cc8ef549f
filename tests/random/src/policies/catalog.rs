//! Random catalogs without roles: attributes, scopes, actions and the module tree.

use serde_json::{Map, Value, json};

use super::{VALUES, list, maybe, names};
use crate::tape::Tape;

/// What a catalog has declared so far.
pub(super) struct CatalogWriter {
    pub(super) roles: Vec<String>,
    /// Former names, as `module:action`.
    pub(super) aliases: Vec<String>,
    features: Vec<String>,
    subject: Vec<String>,
    action: Vec<String>,
    context: Vec<String>,
    resource: Vec<String>,
    modules_left: usize,
}

/// What is to be inherited at one place of the tree.
#[derive(Clone)]
struct Place {
    id: String,
    depth: usize,
    scopes: Vec<String>,
}

impl CatalogWriter {
    pub(super) fn new(tape: &mut Tape<'_>) -> Self {
        let mut some = |all: &[&str], percent| -> Vec<String> {
            let chosen = tape.some_of(all, percent);
            chosen.into_iter().map(str::to_owned).collect()
        };
        let mut subject = some(&["teams", "skills", "secret"], 70);
        let mut resource = some(&["owner", "teams", "status", "tags"], 80);
        let action = some(&["mode"], 50);
        let context = some(&["net"], 50);
        // Declared in another order than that of their bytes.
        subject.reverse();
        resource.reverse();
        let mut features = names("f", tape.below(4));
        features.reverse();
        Self {
            roles: names("r", tape.below(5).saturating_add(1)),
            aliases: Vec::new(),
            features,
            subject,
            action,
            context,
            resource,
            modules_left: MODULES_MAX,
        }
    }

    pub(super) fn catalog(&mut self, tape: &mut Tape<'_>) -> Map<String, Value> {
        let mut catalog = Map::new();
        catalog.insert("id".to_owned(), json!("random"));
        catalog.insert("features".to_owned(), json!(self.features));
        catalog.insert("attributes".to_owned(), self.attributes(tape));
        maybe(tape, 30, &mut catalog, "subject_types", |_| {
            json!(["user", "service", "robot"])
        });
        let mut root = Place {
            id: String::new(),
            depth: 0,
            scopes: Vec::new(),
        };
        maybe(tape, 8, &mut catalog, "requires", |tape| {
            self.requires(tape)
        });
        let mut scopes = Map::new();
        for name in SCOPES
            .iter()
            .take(tape.below(SCOPES.len()).saturating_add(1))
        {
            scopes.insert((*name).to_owned(), self.condition(tape));
            root.scopes.push((*name).to_owned());
        }
        catalog.insert("scopes".to_owned(), scopes.into());
        maybe(tape, 40, &mut catalog, "supports", |tape| {
            supports(tape, &root.scopes)
        });
        catalog.insert("actions".to_owned(), self.actions(tape, &root, false));
        catalog.insert("modules".to_owned(), self.modules(tape, &root));
        catalog
    }

    fn attributes(&self, tape: &mut Tape<'_>) -> Value {
        let mut attributes = Map::new();
        for (kind, names) in [
            ("subject", &self.subject),
            ("action", &self.action),
            ("context", &self.context),
            ("resource", &self.resource),
        ] {
            attributes.insert(kind.to_owned(), json!(names));
        }
        if let Some(team) = tape.one_of(&self.resource)
            && tape.chance(80)
        {
            // Where subjects have it too, a role bound to a team adds to it.
            let teams = self.resource.iter().find(|name| *name == "teams");
            let team = teams.filter(|_| tape.chance(60)).unwrap_or(team);
            attributes.insert("team".to_owned(), json!(team));
        }
        maybe(tape, 50, &mut attributes, "directory_only", |tape| {
            json!(tape.some_of(&self.subject, 40))
        });
        attributes.into()
    }

    fn modules(&mut self, tape: &mut Tape<'_>, above: &Place) -> Value {
        let mut modules = Map::new();
        let most = if above.depth == 0 { 4 } else { 3 };
        let least = usize::from(above.depth == 0);
        for name in names("m", tape.below(most).saturating_add(least)) {
            let Some(left) = self.modules_left.checked_sub(1) else {
                break;
            };
            self.modules_left = left;
            // Listed in another order than that of their bytes.
            let name = if tape.chance(30) {
                format!("z{name}")
            } else {
                name
            };
            let module = self.module(tape, above, &name);
            modules.insert(name, module);
        }
        modules.into()
    }

    fn module(&mut self, tape: &mut Tape<'_>, above: &Place, name: &str) -> Value {
        let mut module = Map::new();
        let mut here = above.clone();
        here.depth = above.depth.saturating_add(1);
        here.id = if above.id.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", above.id)
        };
        maybe(tape, 20, &mut module, "label", |_| json!("A \"label\""));
        maybe(tape, 20, &mut module, "requires", |tape| {
            self.requires(tape)
        });
        maybe(tape, 15, &mut module, "only", |tape| self.only(tape));
        if tape.chance(30) {
            module.insert("scopes".to_owned(), self.scopes(tape, &mut here.scopes));
        }
        maybe(tape, 25, &mut module, "supports", |tape| {
            supports(tape, &here.scopes)
        });
        let leaf = here.depth >= DEPTH_MAX || tape.chance(40);
        if tape.chance(40) {
            let actions = self.actions(tape, &here, leaf);
            module.insert("actions".to_owned(), actions);
        }
        if !leaf {
            module.insert("modules".to_owned(), self.modules(tape, &here));
        }
        module.into()
    }

    /// Writes actions; only those of a leaf mean one permission each and may have former names.
    fn actions(&mut self, tape: &mut Tape<'_>, here: &Place, leaf: bool) -> Value {
        let mut actions = Map::new();
        for (name, kind) in tape.some_of(&ACTIONS, 60) {
            if tape.chance(60) {
                actions.insert(name.to_owned(), json!(kind));
                continue;
            }
            let mut action = Map::new();
            action.insert("kind".to_owned(), json!(kind));
            let mut scopes = here.scopes.clone();
            maybe(tape, 20, &mut action, "requires", |tape| {
                self.requires(tape)
            });
            maybe(tape, 20, &mut action, "only", |tape| self.only(tape));
            if tape.chance(30) {
                action.insert("scopes".to_owned(), self.scopes(tape, &mut scopes));
            }
            maybe(tape, 40, &mut action, "supports", |tape| {
                supports(tape, &scopes)
            });
            if leaf && tape.chance(50) {
                let alias = format!("old.{}:was-{name}", here.id);
                self.aliases.push(alias.clone());
                action.insert("aliases".to_owned(), list(tape, vec![alias]));
            }
            actions.insert(name.to_owned(), action.into());
        }
        actions.into()
    }

    /// Restates scopes, or adds new ones.
    fn scopes(&self, tape: &mut Tape<'_>, visible: &mut Vec<String>) -> Value {
        let mut scopes = Map::new();
        for name in tape.some_of(&SCOPES, 40) {
            scopes.insert(name.to_owned(), self.condition(tape));
            if !visible.iter().any(|known| known == name) {
                visible.push(name.to_owned());
            }
        }
        scopes.into()
    }

    fn requires(&self, tape: &mut Tape<'_>) -> Value {
        let some = tape.some_of(&self.features, 50);
        match tape.below(3) {
            0 => list(tape, some),
            1 if !some.is_empty() => json!({ "any": list(tape, some) }),
            _ => self.features.first().map_or(json!([]), |one| json!(one)),
        }
    }

    fn only(&self, tape: &mut Tape<'_>) -> Value {
        let mut roles = tape.some_of(&self.roles, 60);
        if roles.is_empty() {
            roles.extend(self.roles.first().cloned());
        }
        list(tape, roles)
    }

    fn condition(&self, tape: &mut Tape<'_>) -> Value {
        if tape.chance(25) {
            return json!("true");
        }
        let mut conjunctions = Vec::new();
        for _ in 0..=tape.below(3) {
            let atoms: Vec<String> = (0..=tape.below(3)).map(|_| self.atom(tape)).collect();
            conjunctions.push(list(tape, atoms));
        }
        match conjunctions.as_slice() {
            [Value::String(one)] if tape.chance(50) => json!(one),
            many => json!(many),
        }
    }

    fn atom(&self, tape: &mut Tape<'_>) -> String {
        let resource = |tape: &mut Tape<'_>| reference(tape, "resource", &self.resource, &["id"]);
        match tape.below(12) {
            0 => "true".to_owned(),
            1 => format!("present({})", resource(tape)),
            2 => format!("absent( {} )", resource(tape)),
            verb @ 3..=7 => {
                let of = match tape.below(8) {
                    0 => reference(tape, "subject", &self.subject, &["id", "type"]),
                    1 if !self.action.is_empty() => reference(tape, "action", &self.action, &[]),
                    2 if !self.context.is_empty() => reference(tape, "context", &self.context, &[]),
                    _ => resource(tape),
                };
                let verb = match verb {
                    3 | 4 => "is",
                    5 => "lacks",
                    _ => "within",
                };
                format!("{verb}({of}, {{{}}})", constants(tape))
            }
            _ => {
                let left = reference(tape, "subject", &self.subject, &["id", "type"]);
                let right = if !self.context.is_empty() && tape.chance(20) {
                    reference(tape, "context", &self.context, &[])
                } else {
                    resource(tape)
                };
                let verb = if tape.chance(30) { "differs" } else { "shares" };
                format!("{verb}({left}, {right})")
            }
        }
    }
}

fn reference(tape: &mut Tape<'_>, entity: &str, declared: &[String], own: &[&str]) -> String {
    let declared = declared.iter().map(String::as_str);
    let names: Vec<&str> = declared.chain(own.iter().copied()).collect();
    format!("{entity}.{}", tape.word(&names))
}

fn constants(tape: &mut Tape<'_>) -> String {
    let constants: Vec<String> = (0..=tape.below(3))
        .map(|_| {
            let value = tape.word(&VALUES);
            let bare = value.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if bare && tape.chance(70) {
                value.to_owned()
            } else {
                json!(value).to_string()
            }
        })
        .collect();
    constants.join(", ")
}

fn supports(tape: &mut Tape<'_>, scopes: &[String]) -> Value {
    let some = tape.some_of(scopes, 70);
    list(tape, some)
}

const SCOPES: [&str; 5] = ["own", "team", "open", "all", "Any_1"];
const ACTIONS: [(&str, &str); 5] = [
    ("read", "read"),
    ("write", "write"),
    ("erase", "delete"),
    ("share", "other"),
    ("View_2", "read"),
];
const DEPTH_MAX: usize = 3;
const MODULES_MAX: usize = 9;
