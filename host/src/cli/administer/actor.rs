//! Who asks for a change, and what is known of what it is made to.

use clap::Args;
use portcullis_admin::{Actor, TargetAttributes};
use portcullis_policy::model::Model;

use crate::cli::{input::JsonArgument, stop::Stop};

/// Who asks for a change.
#[derive(Args, Clone, Debug)]
pub(crate) struct ActorArgs {
    /// Who does it: somebody of the directory, as `id` or `type:id`
    #[arg(long = "as", value_name = "ACTOR")]
    actor: Option<String>,

    /// Who does it, with groups and attributes that the directory does not know: an AuthZEN
    /// subject, as JSON, `@file` or `-`
    #[arg(long, value_name = "JSON|@FILE", conflicts_with = "actor")]
    as_json: Option<JsonArgument>,

    /// An attribute of what it is done to, as `numbers=5`; several values by repeating it,
    /// no value by `numbers=`
    #[arg(long, value_name = "NAME=VALUE")]
    resource: Vec<String>,
}

/// Who asks for what is the vendor's too.
#[derive(Args, Debug)]
pub(crate) struct ActorOrVendorArgs {
    /// Do it as the vendor of the product, under this name
    #[arg(long, value_name = "NAME", conflicts_with_all = ["actor", "as_json", "resource"])]
    vendor: Option<String>,
    #[command(flatten)]
    actor: ActorArgs,
}

impl ActorOrVendorArgs {
    /// Reads who asks under a policy.
    pub(crate) fn read(&self, model: &Model) -> Result<Asking, Stop> {
        match &self.vendor {
            Some(name) => Ok(Asking {
                actor: Actor::vendor(name),
                target: TargetAttributes::default(),
            }),
            None => self.actor.read(model),
        }
    }
}

/// Who asks, and what is known of what the change is made to.
pub(crate) struct Asking {
    pub(crate) actor: Actor,
    pub(crate) target: TargetAttributes,
}

impl ActorArgs {
    /// Reads who asks under a policy.
    pub(crate) fn read(&self, model: &Model) -> Result<Asking, Stop> {
        let actor = match (&self.as_json, &self.actor) {
            (Some(json), _) => Actor::read(&json.read()?, model).map_err(|unusable| {
                let cure = unusable.cure();
                Stop::usage(unusable.to_string()).or_hint(cure)
            })?,
            (None, Some(key)) => Actor::of_directory(key.as_str()),
            (None, None) => {
                return Err(Stop::usage("no actor is named").hint(
                    "name somebody of the directory: `--as ann`; features are also the vendor's: `--vendor ops`",
                ));
            }
        };
        let target = self.target()?;
        Ok(Asking { actor, target })
    }

    fn target(&self) -> Result<TargetAttributes, Stop> {
        let mut target = TargetAttributes::default();
        for text in &self.resource {
            let Some((name, value)) = text.split_once('=') else {
                return Err(Stop::usage(format!("`{text}` is not an attribute"))
                    .hint("write `--resource numbers=5`"));
            };
            target.add(name, value);
        }
        Ok(target)
    }
}
