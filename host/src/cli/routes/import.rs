//! `routes import`: the routes of an API that an OpenAPI document describes.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::{
    described::{self, Imported, Wishes},
    document,
    permissions::Permissions,
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
        let wishes = Wishes {
            base: self.base.as_deref(),
            hosts: &self.hosts,
        };
        let imported = described::import(&document, &mut permissions, &wishes);
        let path = self.document.display();
        let imported = imported.map_err(|why| Stop::usage(format!("`{path}`: {why}")))?;
        self.print(imported)
    }

    fn print(&self, imported: Imported) -> Result<(), Stop> {
        let left_out = imported.left_out;
        if self.json {
            let whole = left_out
                .iter()
                .map(|(what, why)| json!({ "operation": what, "why": why }));
            print_json(&json!({
                "routes": imported.routes,
                "left_out": whole.collect::<Vec<_>>(),
                "notes": imported.notes,
            }))?;
        } else {
            for note in &imported.notes {
                stop::warn(note);
            }
            for (what, why) in &left_out {
                stop::warn(format!("no route for {what}: {why}"));
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
