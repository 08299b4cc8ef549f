//! `who`: who may use a permission.

use std::path::PathBuf;

use clap::Args;
use portcullis_json::nearest_or;
use portcullis_policy::authzen::{Attribute, Resource};
use portcullis_policy::encode::BundleMetadata;
use portcullis_policy::model::Model;
use portcullis_review::who::{UnanswerableWho, Who as Found};

use super::{
    load::TimeArgs,
    output::{print_json, write_text},
    policies,
    stop::Stop,
};

/// Print who may use a permission, and by which grant
///
/// What everybody may comes first, then subjects of the directory, then members of each group,
/// then whoever's token or trusted header states a role. Where what is said of the resource does
/// not decide, the filter says of which resources they may. A grant that reads what only a request
/// says, such as the id of a group's member or the teams of a token, is printed with what it
/// depends on. Whoever the directory says is not active may nothing,
/// and is named last.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Who {
    /// The policy
    #[arg(value_name = "POLICY")]
    policy: PathBuf,

    /// The permission, `module:action`
    #[arg(value_name = "PERMISSION")]
    permission: String,

    /// What is known of the resource, as `owner=jo` or `id=t-1`; several values by repeating
    /// it, no value by `owner=`
    #[arg(long, value_name = "NAME=VALUE")]
    resource: Vec<String>,

    #[command(flatten)]
    time: TimeArgs,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  portcullis who policy.json tickets:read
  portcullis who policy.json tickets:delete --resource owner=jo --resource teams=emea";

impl Who {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let path = self.policy.as_path();
        let loaded = policies::load(path)?;
        let (source, model) = loaded.map_err(|invalid| policies::invalid(path, &invalid))?;
        let resource = self.resource(&model)?;
        // Only what ends depends on the time, so any metadata will do that holds.
        let now = self.time.now()?;
        let metadata = BundleMetadata::new("who", now, 1, &source.catalog);
        let found = Found::new(&model, &metadata, &self.permission, &resource);
        let found = found.map_err(|error| match error {
            UnanswerableWho::UnknownPermission { .. } => Stop::usage(error.to_string()),
            _ => Stop::check(error.to_string()),
        })?;
        if self.json {
            return print_json(&serde_json::to_value(&found).unwrap_or_default());
        }
        write_text(|out| {
            for may in &found.may {
                writeln!(out, "{may}")?;
            }
            if !found.features_off.is_empty() {
                let off = found.features_off.join(", ");
                writeln!(out, "nobody: off are {off}")?;
            } else if found.may.is_empty() {
                writeln!(out, "nobody")?;
            } else if !found.inactive.is_empty() {
                // Whatever their groups and tokens say.
                let names: Vec<String> = found.inactive.iter().map(ToString::to_string).collect();
                writeln!(
                    out,
                    "but never, for they are not active: {}",
                    names.join(", ")
                )?;
            }
            Ok(())
        })
    }

    fn resource(&self, model: &Model) -> Result<Resource, Stop> {
        let mut resource = Resource::default();
        for text in &self.resource {
            let Some((name, value)) = text.split_once('=') else {
                return Err(Stop::usage(format!("`{text}` is not an attribute"))
                    .hint("write `--resource owner=jo`"));
            };
            if name == "id" {
                resource.id = Some(value.to_owned());
                continue;
            }
            let known = &model.attributes.resource;
            if !known.iter().any(|known| known == name) {
                let message = format!("the catalog declares no resource attribute `{name}`");
                let known = known.iter().map(String::as_str).chain(["id"]);
                return Err(Stop::usage(message).hint(nearest_or(
                    name,
                    known,
                    "name one that the catalog declares",
                )));
            }
            add(&mut resource.attributes, name, value);
        }
        Ok(resource)
    }
}

/// Adds a value; an empty one says that there is none. Linear.
fn add(attributes: &mut Vec<Attribute>, name: &str, value: &str) {
    let at = attributes.binary_search_by(|known| known.name.as_str().cmp(name));
    let at = at.unwrap_or_else(|at| {
        let (name, values) = (name.to_owned(), Vec::new());
        attributes.insert(at, Attribute { name, values });
        at
    });
    let Some(Attribute { values, .. }) = attributes.get_mut(at) else {
        return;
    };
    if !value.is_empty()
        && let Err(at) = values.binary_search_by(|known| known.as_str().cmp(value))
    {
        values.insert(at, value.to_owned());
    }
}
