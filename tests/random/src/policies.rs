//! Random policies that compile: every construct of the source, over few names so that they meet.

mod catalog;
mod grants;
mod tenant;

use portcullis_policy::{Source, model::Model};
use serde_json::{Map, Value, json};

use crate::tape::Tape;
use catalog::CatalogWriter;
use grants::Granter;

/// A policy, and the former names that it declares.
#[derive(Debug, Clone)]
pub struct RandomPolicy {
    /// The source.
    pub json: String,
    /// Former names, as (module, action).
    pub aliases: Vec<(String, String)>,
}

impl RandomPolicy {
    /// Writes the policy that a tape chooses.
    ///
    /// # Panics
    ///
    /// Where it does not compile: a fault of this generator or of the compiler.
    #[must_use]
    pub fn new(tape: &mut Tape<'_>) -> Self {
        let mut writer = CatalogWriter::new(tape);
        let mut catalog = writer.catalog(tape);
        let aliases = core::mem::take(&mut writer.aliases);
        let built_in: Vec<String> = writer.roles.clone();
        let custom = names("c", tape.below(4));

        // The permissions are known once there is a catalog whose roles grant nothing.
        let empty = |names: &[String]| -> Map<String, Value> {
            names.iter().map(|name| (name.clone(), json!({}))).collect()
        };
        catalog.insert("roles".to_owned(), empty(&built_in).into());
        let bare =
            json!({ "catalog": catalog, "tenant": { "id": "acme", "roles": empty(&custom) } });
        let model = compile(&bare);

        let granter = Granter {
            model: &model,
            aliases: &aliases,
            built_in: &built_in,
            custom: &custom,
        };
        let editable = tape.some_of(&built_in, 50);
        catalog.insert("roles".to_owned(), granter.built_in(tape, &editable));
        let everyone = tape.one_of(&built_in).filter(|_| tape.chance(30)).cloned();
        if let Some(role) = &everyone {
            let declared = ["user", "service", "robot"].map(str::to_owned);
            let most = if catalog.contains_key("subject_types") {
                3
            } else {
                2
            };
            let types = tape.some_of(&declared[..most], 40);
            let mut own = Map::new();
            own.insert("role".to_owned(), json!(role));
            if !types.is_empty() {
                own.insert("types".to_owned(), json!(types));
            }
            catalog.insert("everyone".to_owned(), own.into());
        }
        let tenant = tenant::tenant(tape, &model, &granter, &editable, everyone.as_deref());
        let policy = json!({ "catalog": catalog, "tenant": tenant });
        compile(&policy);
        let split = |name: String| {
            let (module, action) = name.split_once(':').expect("a former name has a colon");
            (module.to_owned(), action.to_owned())
        };
        Self {
            json: policy.to_string(),
            aliases: aliases.into_iter().map(split).collect(),
        }
    }
}

/// Values of attributes: bare ones, ones that must be quoted, and what scalars read as.
pub const VALUES: [&str; 9] = ["a", "b", "u1", "t1", "t2", "true", "7", "x, y}", "é\"\\"];
/// Ids of subjects.
pub const IDS: [&str; 4] = ["u1", "u2", "a", ""];
/// Types of subjects; the first and the second read alike.
pub const TYPES: [&str; 4] = ["user", "identity", "service", ""];
/// Ids of groups; the last maps to nothing.
pub const GROUPS: [&str; 3] = ["g1", "g 2", "g3"];

fn compile(policy: &Value) -> Model {
    match Source::load(&policy.to_string()) {
        Ok((_, model)) => model,
        Err(problems) => panic!("{problems}\nin {policy}"),
    }
}

/// Returns so many names that start alike.
fn names(start: &str, count: usize) -> Vec<String> {
    (0..count).map(|at| format!("{start}{at}")).collect()
}

/// Writes a list; one of one element may stand alone.
fn list(tape: &mut Tape<'_>, items: Vec<String>) -> Value {
    match items.as_slice() {
        [one] if tape.chance(50) => json!(one),
        many => json!(many),
    }
}

/// Adds a member with that chance.
fn maybe(
    tape: &mut Tape<'_>,
    percent: usize,
    object: &mut Map<String, Value>,
    name: &str,
    value: impl FnOnce(&mut Tape<'_>) -> Value,
) {
    if tape.chance(percent) {
        let value = value(tape);
        object.insert(name.to_owned(), value);
    }
}
