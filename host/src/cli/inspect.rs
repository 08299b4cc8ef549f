//! `inspect`: what is in a bundle.

use std::{collections::BTreeMap, io, io::Write};

use anstyle::Style;
use clap::Args;
use portcullis_engine::{PermissionId, Policy, UnixSeconds};
use portcullis_host::{BundleInfo, LoadedPolicy as _, NativeEngine, hex::to_hex};
use serde_json::{Value, json};

use super::{
    load::BundleArgs,
    output::{print_json, write_text},
    stop::Stop,
    utc::utc,
};

/// Verify a bundle, and print its header, sizes, modules and roles
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Inspect {
    #[command(flatten)]
    bundle: BundleArgs,

    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  portcullis inspect shop.pclb --trust keys/trust.json
  portcullis inspect shop.pclb --trust keys/trust.json --json | jq .sequence";

impl Inspect {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let (bundle, trust) = (self.bundle.bundle()?, self.bundle.trust()?);
        let now = self.bundle.time.now()?;
        let opened = NativeEngine.open_policy(&bundle, &trust, now);
        let opened = opened.map_err(|failure| Stop::failure(&failure))?;
        let (info, policy) = (opened.info(), opened.policy());
        if self.json {
            return print_json(&to_json(info, policy));
        }
        write_text(|out| {
            write_header(out, info, policy, now)?;
            write_modules(out, policy)?;
            write_roles(out, policy)
        })
    }
}

fn write_header(
    out: &mut dyn Write,
    info: &BundleInfo,
    policy: &Policy,
    now: UnixSeconds,
) -> io::Result<()> {
    let left = info.expires_at.0.saturating_sub(now.0);
    let rows = [
        ("tenant", info.tenant.clone()),
        ("catalog", info.catalog.clone()),
        ("audience", info.audience.clone()),
        ("sequence", info.sequence.to_string()),
        ("issued", utc(info.issued_at)),
        ("valid from", utc(info.not_before)),
        (
            "valid until",
            format!("{}, {}", utc(info.expires_at), time_left(left)),
        ),
        ("digest", to_hex(&info.digest)),
        (
            "slice of",
            info.slice_of
                .map(|digest| to_hex(&digest))
                .unwrap_or_default(),
        ),
        (
            "audit head",
            policy
                .header()
                .audit_head
                .map(|link| to_hex(&link))
                .unwrap_or_default(),
        ),
        ("made by", policy.header().generator.clone()),
        (
            "size",
            format!(
                "{} bytes: {} modules, {} permissions, {} roles, {} grants",
                info.size_bytes, info.modules, info.permissions, info.roles, info.grants
            ),
        ),
        ("features on", list(&info.features)),
        ("role changes", role_changes(policy).to_owned()),
    ];
    for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        writeln!(out, "{name:<13} {value}")?;
    }
    Ok(())
}

fn write_modules(out: &mut dyn Write, policy: &Policy) -> io::Result<()> {
    let bold = Style::new().bold();
    writeln!(out, "\n{bold}modules{bold:#}")?;
    let modules = modules(policy);
    let width = modules
        .iter()
        .map(|module| module.id.len())
        .max()
        .unwrap_or(0);
    for module in modules {
        let closed = if module.enabled {
            ""
        } else {
            "  (feature off)"
        };
        writeln!(
            out,
            "  {:<width$}  {}{closed}",
            module.id,
            module.actions.join(" ")
        )?;
    }
    Ok(())
}

fn write_roles(out: &mut dyn Write, policy: &Policy) -> io::Result<()> {
    let bold = Style::new().bold();
    writeln!(out, "\n{bold}roles{bold:#}")?;
    let roles: Vec<Role<'_>> = roles(policy).collect();
    let width = roles.iter().map(|role| role.id.len()).max().unwrap_or(0);
    for role in roles {
        let origin = if role.built_in { "built-in" } else { "custom" };
        let later = if role.available {
            ""
        } else {
            ", not yet available"
        };
        writeln!(
            out,
            "  {:<width$}  {} ({origin}{later})",
            role.id, role.label
        )?;
    }
    Ok(())
}

fn to_json(info: &BundleInfo, policy: &Policy) -> Value {
    let modules = modules(policy).into_iter().map(|module| {
        json!({
            "module": module.id,
            "label": module.label,
            "enabled": module.enabled,
            "actions": module.actions,
        })
    });
    let roles = roles(policy).map(|role| {
        json!({
            "role": role.id,
            "label": role.label,
            "built_in": role.built_in,
            "available": role.available,
        })
    });
    json!({
        "tenant": info.tenant,
        "catalog": info.catalog,
        "catalog_digest": to_hex(&policy.header().catalog_digest),
        "audience": info.audience,
        "sequence": info.sequence,
        "issued_at": info.issued_at.0,
        "not_before": info.not_before.0,
        "expires_at": info.expires_at.0,
        "pin_floor": policy.header().pin_floor,
        "digest": to_hex(&info.digest),
        "slice_of": info.slice_of.map(|digest| to_hex(&digest)),
        "audit_head": policy.header().audit_head.map(|link| to_hex(&link)),
        "generator": policy.header().generator,
        "role_changes": role_changes(policy),
        "sizes": {
            "bytes": info.size_bytes,
            "modules": info.modules,
            "permissions": info.permissions,
            "roles": info.roles,
            "grants": info.grants,
        },
        "features": info.features,
        "modules": modules.collect::<Vec<_>>(),
        "roles": roles.collect::<Vec<_>>(),
    })
}

struct Module<'p> {
    id: &'p str,
    label: &'p str,
    enabled: bool,
    actions: Vec<&'p str>,
}

fn modules(policy: &Policy) -> Vec<Module<'_>> {
    let mut actions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for permission in (0..).map(PermissionId).take(policy.permission_count()) {
        if let Some((module, action)) = policy.permission_parts(permission) {
            actions.entry(module).or_default().push(action);
        }
    }
    let enabled: Vec<&str> = policy.enabled_modules().collect();
    let modules = policy.modules().zip((0..).map(portcullis_engine::ModuleId));
    modules
        .map(|(id, number)| Module {
            id,
            label: policy.module_label(number),
            enabled: enabled.contains(&id),
            actions: actions.remove(id).unwrap_or_default(),
        })
        .collect()
}

struct Role<'p> {
    id: &'p str,
    label: &'p str,
    built_in: bool,
    available: bool,
}

fn roles(policy: &Policy) -> impl Iterator<Item = Role<'_>> {
    let roles = policy.roles().zip((0..).map(portcullis_engine::RoleId));
    roles.map(|(id, role)| Role {
        id,
        label: policy.role_label(role),
        built_in: policy.role_is_built_in(role),
        available: policy.role_is_available(role),
    })
}

fn role_changes(policy: &Policy) -> &'static str {
    if policy.changes_at_next_session() {
        "next-session"
    } else {
        "instant"
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(" ")
    }
}

fn time_left(seconds: u64) -> String {
    match (seconds / 86_400, seconds / 3_600) {
        (0, 0) => format!("in {} min", seconds / 60),
        (0, hours) => format!("in {hours} h"),
        (days, _) => format!("in {days} days"),
    }
}
