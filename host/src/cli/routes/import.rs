//! `routes import`: the routes of an API that an OpenAPI document describes.

use std::path::{Path, PathBuf};

use clap::Args;
use portcullis_gate::routes::HostPattern;
use serde_json::{Value, json};

use super::{
    described::{self, Imported},
    document,
    permissions::Permissions,
    servers::Wishes,
};
use crate::cli::{
    input,
    output::{count, print_json},
    stop::{self, Stop},
};

/// Write the routes of an API that an OpenAPI 3 document describes
///
/// Prints them as `catalog.routes` has them. The permission of an operation is its
/// `x-permission`, or what the table says by its operationId or by its method and path; where
/// several say it, they must agree. The words `authenticated` and `public` stand for no
/// permission. `x-resource` is passed on. It fails where an operation has no route, and says why.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Import {
    /// The document, in JSON or YAML
    #[arg(value_name = "OPENAPI")]
    document: PathBuf,

    /// A table of permissions, in JSON or YAML
    #[arg(long, value_name = "FILE")]
    permissions: Option<PathBuf>,

    /// The path before all others, in place of the servers'
    #[arg(long, value_name = "PATH")]
    base: Option<String>,

    /// A host of every route; may be given several times
    #[arg(long = "host", value_name = "HOST")]
    hosts: Vec<String>,

    /// Print the routes, and what is not among them, as one JSON object
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  portcullis routes import openapi.yaml > routes.json
  portcullis routes import openapi.json --permissions permissions.json --base /v1 --host api.example.com";

impl Import {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let document = read(&self.document)?;
        let mut permissions = match &self.permissions {
            Some(path) => {
                let read = Permissions::read(read(path)?);
                read.map_err(|why| Stop::usage(format!("`{}`: {why}", path.display())))?
            }
            None => Permissions::default(),
        };
        let hosts = self.hosts()?;
        let wishes = Wishes {
            base: self.base()?,
            hosts: &hosts,
        };
        let imported = described::import(&document, &mut permissions, &wishes);
        let path = self.document.display();
        let imported = imported.map_err(|why| Stop::usage(format!("`{path}`: {why}")))?;
        self.print(imported)
    }

    fn base(&self) -> Result<Option<&str>, Stop> {
        let Some(base) = self.base.as_deref() else {
            return Ok(None);
        };
        if !base.is_empty() && !base.starts_with('/') {
            let message = format!("`{base}` is no path: a path begins with `/`");
            let plain = base.split_once("://").map_or(base, |(_, rest)| {
                rest.split_once('/').map_or("", |(_, path)| path)
            });
            return Err(Stop::usage(message).hint(format!("write `--base /{plain}`")));
        }
        Ok(Some(base.trim_end_matches('/')))
    }

    /// Returns the hosts as the gate compares them.
    fn hosts(&self) -> Result<Vec<String>, Stop> {
        let mut hosts = Vec::new();
        for host in &self.hosts {
            if HostPattern::parse(host).is_err() {
                return Err(Stop::usage(format!("`{host}` is no host of a route")).hint(
                    "write it as `--host api.example.com` or `--host '*.example.com'`, without a scheme or port",
                ));
            }
            let host = host.to_ascii_lowercase();
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        Ok(hosts)
    }

    fn print(&self, imported: Imported) -> Result<(), Stop> {
        let left_out = imported.left_out;
        if self.json {
            let whole = left_out
                .iter()
                .map(|own| json!({ "operation": own.what, "why": own.why }));
            print_json(&json!({
                "routes": imported.routes,
                "left_out": whole.collect::<Vec<_>>(),
                "notes": imported.notes,
            }))?;
        } else {
            for note in &imported.notes {
                stop::warn(note);
            }
            for own in &left_out {
                stop::warn(format!("no route for {}: {}", own.what, own.why));
            }
            print_json(&Value::from(imported.routes))?;
        }
        match left_out.len() {
            0 => Ok(()),
            some => Err(Stop::check(format!(
                "{} left out",
                count(some, "operation is", "operations are")
            ))),
        }
    }
}

fn read(path: &Path) -> Result<Value, Stop> {
    let text = input::read_text(path, DOCUMENT_BYTES_MAX)?;
    document::read(&text).map_err(|why| Stop::usage(format!("`{}`: {why}", path.display())))
}

const DOCUMENT_BYTES_MAX: usize = 32 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn import(base: Option<&str>, hosts: &[&str]) -> Import {
        Import {
            document: PathBuf::new(),
            permissions: None,
            base: base.map(str::to_owned),
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            json: false,
        }
    }

    #[test]
    fn a_base_is_a_path_and_a_host_is_in_lower_case() {
        assert_eq!(import(Some("/v1/"), &[]).base().unwrap(), Some("/v1"));
        for (base, hint) in [
            ("v1", "write `--base /v1`"),
            ("https://api.example.com/v1", "write `--base /v1`"),
        ] {
            let refused = format!("{:?}", import(Some(base), &[]).base().unwrap_err());
            assert!(
                refused.contains("begins with `/`") && refused.contains(hint),
                "{refused}"
            );
        }
        let hosts = import(None, &["API.Example.com", "api.example.com", "*.B.example"]).hosts();
        assert_eq!(hosts.unwrap(), ["api.example.com", "*.b.example"]);
        for host in ["https://api.example.com", "api.example.com:8443", ""] {
            assert!(import(None, &[host]).hosts().is_err(), "{host}");
        }
    }
}
