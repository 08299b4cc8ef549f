//! The software bill of materials: which crates each artefact is made of, as `CycloneDX` 1.6 (ECMA-424) has it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use serde_json::{Map, Value, json};

/// Something that is published, and what it is made from.
#[derive(Debug, Clone)]
pub(crate) struct Artefact {
    /// Its path in dist/.
    pub(crate) name: String,
    /// The crate of this repository that it is built from.
    pub(crate) package: String,
    /// SHA-256, in hexadecimal.
    pub(crate) sha256: String,
}

/// Writes the bill of some artefacts, from what `cargo metadata` says and the text of Cargo.lock.
///
/// Every crate is in it whose code may be in an artefact or has run to build it; those that only
/// tests use are not. The same inputs give the same text: there is no time in it.
///
/// # Errors
///
/// When cargo said something else, and when an artefact's crate is not there.
pub(crate) fn bill(metadata: &Value, lock: &str, artefacts: &[Artefact]) -> Result<Value> {
    let graph = Graph::of(metadata)?;
    let checksums = checksums(lock);
    let mut used = BTreeSet::new();
    let mut dependencies = Vec::new();
    let mut made = Vec::new();
    for artefact in artefacts {
        let root = graph.root(&artefact.package)?;
        graph.reach(root, &mut used);
        let reference = format!("artefact:{}", artefact.name);
        made.push(json!({
            "type": "file",
            "bom-ref": reference,
            "name": artefact.name,
            "hashes": [{ "alg": "SHA-256", "content": artefact.sha256 }],
        }));
        dependencies.push(json!({ "ref": reference, "dependsOn": [graph.crate_of(root)?.purl()] }));
    }
    let mut components = BTreeMap::new();
    for id in &used {
        let own = graph.crate_of(id)?;
        let on = graph.dependencies.get(id).into_iter().flatten();
        let on = on.map(|id| Ok(graph.crate_of(id)?.purl()));
        let on = on.collect::<Result<BTreeSet<_>>>()?;
        dependencies.push(json!({ "ref": own.purl(), "dependsOn": on }));
        components.insert(own.purl(), own.component(&checksums));
    }
    made.extend(components.into_values());
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": { "type": "application", "bom-ref": "portcullis", "name": "portcullis" } },
        "components": made,
        "dependencies": dependencies,
    }))
}

/// The crates, and what each is built with.
struct Graph<'m> {
    crates: BTreeMap<&'m str, Crate<'m>>,
    dependencies: BTreeMap<&'m str, Vec<&'m str>>,
}

struct Crate<'m> {
    name: &'m str,
    version: &'m str,
    license: Option<&'m str>,
    /// Whether it comes from a registry: else it is one of this repository.
    foreign: bool,
}

impl<'m> Graph<'m> {
    fn of(metadata: &'m Value) -> Result<Self> {
        let mut crates = BTreeMap::new();
        for package in list(metadata, "/packages")? {
            let own = Crate {
                name: text(package, "name")?,
                version: text(package, "version")?,
                license: package.get("license").and_then(Value::as_str),
                foreign: package.get("source").is_some_and(Value::is_string),
            };
            crates.insert(text(package, "id")?, own);
        }
        let mut dependencies = BTreeMap::new();
        for node in list(metadata, "/resolve/nodes")? {
            let mut on = Vec::new();
            for dependency in list(node, "/deps")? {
                let kinds = list(dependency, "/dep_kinds")?;
                let only_for_tests = kinds.iter().all(|kind| {
                    let kind = kind.get("kind").and_then(Value::as_str);
                    kind == Some("dev")
                });
                if !only_for_tests {
                    on.push(text(dependency, "pkg")?);
                }
            }
            dependencies.insert(text(node, "id")?, on);
        }
        Ok(Self {
            crates,
            dependencies,
        })
    }

    fn root(&self, name: &str) -> Result<&'m str> {
        let mut own = self.crates.iter();
        let found = own.find(|(_, own)| own.name == name && !own.foreign);
        found
            .map(|(id, _)| *id)
            .with_context(|| format!("there is no crate `{name}` here"))
    }

    fn crate_of(&self, id: &str) -> Result<&Crate<'m>> {
        self.crates
            .get(id)
            .with_context(|| format!("cargo metadata has no `{id}`"))
    }

    fn reach(&self, id: &'m str, into: &mut BTreeSet<&'m str>) {
        let mut pending = vec![id];
        while let Some(id) = pending.pop() {
            if into.insert(id) {
                pending.extend(self.dependencies.get(id).into_iter().flatten());
            }
        }
    }
}

impl Crate<'_> {
    /// Returns its package URL.
    fn purl(&self) -> String {
        format!("pkg:cargo/{}@{}", self.name, self.version)
    }

    fn component(&self, checksums: &BTreeMap<(String, String), String>) -> Value {
        let mut component = Map::new();
        let mut set = |name: &str, value: Value| component.insert(name.to_owned(), value);
        set("type", json!("library"));
        set("bom-ref", json!(self.purl()));
        set("name", json!(self.name));
        set("version", json!(self.version));
        set("purl", json!(self.purl()));
        if let Some(license) = self.license {
            // Cargo once took a slash for "or".
            let expression = license.replace('/', " OR ").replace("  ", " ");
            set("licenses", json!([{ "expression": expression }]));
        }
        let key = (self.name.to_owned(), self.version.to_owned());
        if let Some(checksum) = checksums.get(&key) {
            set("hashes", json!([{ "alg": "SHA-256", "content": checksum }]));
        }
        component.into()
    }
}

/// Reads the checksums of Cargo.lock, by name and version.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let mut checksums = BTreeMap::new();
    for package in lock.split("[[package]]").skip(1) {
        let member = |name: &str| {
            let mut lines = package.lines();
            lines.find_map(|line| {
                let value = line.strip_prefix(name)?.strip_prefix(" = ")?;
                Some(value.trim_matches('"').to_owned())
            })
        };
        if let (Some(name), Some(version), Some(checksum)) =
            (member("name"), member("version"), member("checksum"))
        {
            checksums.insert((name, version), checksum);
        }
    }
    checksums
}

fn list<'v>(value: &'v Value, pointer: &str) -> Result<&'v Vec<Value>> {
    let found = value.pointer(pointer).and_then(Value::as_array);
    found.with_context(|| format!("cargo metadata has no list `{pointer}`"))
}

fn text<'v>(value: &'v Value, name: &str) -> Result<&'v str> {
    let found = value.get(name).and_then(Value::as_str);
    found.with_context(|| format!("cargo metadata has no text `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata() -> Value {
        let package = |name: &str, source: Value| json!({ "id": name, "name": name, "version": "1.0.0", "license": "MIT/Apache-2.0", "source": source });
        let on = |name: &str, kinds: &[Option<&str>]| json!({ "pkg": name, "dep_kinds": kinds.iter().map(|kind| json!({ "kind": kind })).collect::<Vec<_>>() });
        let registry = || json!("registry");
        json!({
            "packages": [
                package("guest", Value::Null),
                package("used", registry()),
                package("below", registry()),
                package("builder", registry()),
                package("tester", registry()),
                package("both", registry()),
            ],
            "resolve": { "nodes": [
                { "id": "guest", "deps": [on("used", &[None]), on("builder", &[Some("build")]), on("tester", &[Some("dev")]), on("both", &[Some("dev"), None])] },
                { "id": "used", "deps": [on("below", &[None])] },
                { "id": "below", "deps": [] },
                { "id": "builder", "deps": [] },
                { "id": "tester", "deps": [] },
                { "id": "both", "deps": [] },
            ] },
        })
    }

    fn artefact(package: &str) -> Artefact {
        Artefact {
            name: "guest.wasm".to_owned(),
            package: package.to_owned(),
            sha256: "aa".to_owned(),
        }
    }

    #[test]
    fn what_is_built_in_is_listed_and_what_only_tests_use_is_not() {
        let lock = "[[package]]\nname = \"below\"\nversion = \"1.0.0\"\nsource = \"registry\"\nchecksum = \"c0ffee\"\n";
        let bill = bill(&metadata(), lock, &[artefact("guest")]).unwrap();
        let names = bill["components"].as_array().unwrap().iter();
        let names: Vec<&str> = names.map(|own| own["name"].as_str().unwrap()).collect();
        assert_eq!(
            names,
            ["guest.wasm", "below", "both", "builder", "guest", "used"]
        );
        assert_eq!(bill["components"][1]["hashes"][0]["content"], "c0ffee");
        assert_eq!(
            bill["components"][1]["licenses"][0]["expression"],
            "MIT OR Apache-2.0"
        );
        assert_eq!(bill["components"][2].get("hashes"), None);
        let of = |reference: &str| {
            let mut all = bill["dependencies"].as_array().unwrap().iter();
            let own = all.find(|own| own["ref"] == reference).unwrap();
            own["dependsOn"].clone()
        };
        assert_eq!(of("artefact:guest.wasm"), json!(["pkg:cargo/guest@1.0.0"]));
        assert_eq!(
            of("pkg:cargo/guest@1.0.0"),
            json!([
                "pkg:cargo/both@1.0.0",
                "pkg:cargo/builder@1.0.0",
                "pkg:cargo/used@1.0.0"
            ])
        );
    }

    #[test]
    fn an_artefact_of_a_crate_that_is_not_here_is_refused() {
        for name in ["unheard-of", "used"] {
            let refused = bill(&metadata(), "", &[artefact(name)]);
            assert!(refused.is_err(), "{name}");
        }
    }
}
