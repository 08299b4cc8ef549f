//! `inspect`: what is in a bundle.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, io,
    io::Write,
    path::PathBuf,
};

use anstyle::Style;
use clap::Args;
use portcullis_engine::{
    KeyUse, PermissionId, Policy, RejectedBundle, SignedBundle, Subject, UnixSeconds, key_id,
};
use portcullis_host::{BundleInfo, LoadedPolicy as _, NativeEngine, hex::to_hex};
use portcullis_policy::sign::TrustFileKey;
use portcullis_policy::source::Until;
use serde_json::{Value, json};

use super::{
    load::{BundleArgs, TimeArgs, read_bundle},
    output::{print_json, write_text},
    stop::{Stop, note},
    utc::utc,
};

/// Verify a bundle, and print its header, its signers, sizes, modules and roles
///
/// Without a trust file nothing is verified, and only the ids of the keys that claim to have
/// signed are printed.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Inspect {
    /// The signed bundle
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// What to trust: the trust.json that `keygen` wrote
    #[arg(long, value_name = "TRUST")]
    trust: Option<PathBuf>,

    #[command(flatten)]
    time: TimeArgs,

    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  portcullis inspect shop.pclb --trust keys/trust.json
  portcullis inspect shop.pclb --trust keys/trust.json --json | jq .sequence
  portcullis inspect shop.pclb";

impl Inspect {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let bytes = read_bundle(&self.file)?;
        let Some(trust) = self.trust.clone() else {
            return self.claimed(bytes);
        };
        let (file, time) = (self.file.clone(), self.time);
        let trust = BundleArgs { file, trust, time }.trust()?;
        let now = self.time.now()?;
        let signers = signers(&SignedBundle::new(bytes.clone()), &trust.file.keys);
        let opened = match NativeEngine.open_policy(&bytes, &trust, now) {
            Ok(opened) => opened,
            Err(failure) => {
                // What nobody believes is not shown, but by whom it claims to be.
                signers.iter().flatten().for_each(note);
                return Err(Stop::failure(&failure));
            }
        };
        let signers = signers.map_err(|rejection| Stop::failure(&rejection.into()))?;
        let (info, view) = (opened.info(), opened.policy().at(now));
        let policy: &Policy = &view;
        if self.json {
            return print_json(&to_json(info, policy, &signers, now));
        }
        write_text(|out| {
            write_header(out, info, policy, now)?;
            write_signers(out, &signers)?;
            write_modules(out, policy)?;
            write_roles(out, policy)
        })
    }

    /// Prints by whom a bundle claims to be signed.
    fn claimed(&self, bytes: Vec<u8>) -> Result<(), Stop> {
        let bundle = SignedBundle::new(bytes);
        let signers = signers(&bundle, &[]);
        let signers = signers.map_err(|rejection| Stop::failure(&rejection.into()))?;
        if self.json {
            let signers = signers.iter().map(Signer::to_json);
            return print_json(&json!({ "signed_by": signers.collect::<Vec<_>>() }));
        }
        write_text(|out| write_signers(out, &signers))
    }
}

/// A signature of a bundle, and what the trust file knows of it.
struct Signer<'t> {
    id: [u8; 8],
    state: SignerState<'t>,
}

enum SignerState<'t> {
    /// The trust file has this key, and it made the signature.
    Verified(&'t TrustFileKey),
    /// The trust file has a key of this id, and it did not make the signature.
    Wrong,
    /// The trust file has no such key.
    Unknown,
}

/// Returns who signed, or claims to have.
fn signers<'t>(
    bundle: &SignedBundle,
    keys: &'t [TrustFileKey],
) -> Result<Vec<Signer<'t>>, RejectedBundle> {
    let envelope = bundle.unverified_envelope()?;
    let signers = envelope.signatures().map(|(id, signature)| {
        let mut own = keys
            .iter()
            .filter(|stated| key_id(&stated.key) == id)
            .peekable();
        let known = own.peek().is_some();
        let signed = own.find(|stated| {
            let key = stated.to_trusted();
            key.is_ok_and(|key| key.signed(envelope.message(), &signature))
        });
        let state = match (signed, known) {
            (Some(key), _) => SignerState::Verified(key),
            (None, true) => SignerState::Wrong,
            (None, false) => SignerState::Unknown,
        };
        Signer { id, state }
    });
    Ok(signers.collect())
}

impl fmt::Display for Signer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key {}: ", to_hex(&self.id))?;
        match &self.state {
            SignerState::Verified(key) => {
                write!(f, "verified, may sign {}", kinds(key.key_use))?;
                if key.tenants.is_empty() {
                    Ok(())
                } else {
                    write!(f, " of {}", key.tenants.join(", "))
                }
            }
            SignerState::Wrong => f.write_str("does not verify"),
            SignerState::Unknown => f.write_str("not verified, for no such key is trusted here"),
        }
    }
}

impl Signer<'_> {
    fn to_json(&self) -> Value {
        let id = to_hex(&self.id);
        match &self.state {
            SignerState::Verified(key) => json!({
                "key": id,
                "verified": true,
                "use": TrustFileKey::use_name(key.key_use),
                "tenants": key.tenants,
            }),
            SignerState::Wrong | SignerState::Unknown => json!({ "key": id, "verified": false }),
        }
    }
}

fn kinds(key_use: KeyUse) -> &'static str {
    match key_use {
        KeyUse::Any => "whole bundles and slices",
        KeyUse::WholeOnly => "whole bundles only",
        KeyUse::SlicesOnly => "slices only",
    }
}

fn write_signers(out: &mut dyn Write, signers: &[Signer<'_>]) -> io::Result<()> {
    let bold = Style::new().bold();
    writeln!(out, "\n{bold}signed by{bold:#}")?;
    if signers.is_empty() {
        writeln!(out, "  nobody")?;
    }
    for signer in signers {
        writeln!(out, "  {signer}")?;
    }
    Ok(())
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
        ("features on", list(&features_with_ends(policy, now))),
        ("role changes", role_changes(policy).to_owned()),
        ("signed out", signed_out(policy).to_string()),
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
        let stated = match (role.built_in, role.claimable) {
            (true, false) => ", no token may state it",
            (false, true) => ", tokens may state it",
            _ => "",
        };
        let later = if role.available {
            ""
        } else {
            ", not yet available"
        };
        writeln!(
            out,
            "  {:<width$}  {} ({origin}{stated}{later})",
            role.id, role.label
        )?;
    }
    Ok(())
}

fn to_json(info: &BundleInfo, policy: &Policy, signers: &[Signer<'_>], now: UnixSeconds) -> Value {
    let ends = feature_ends(policy, now).into_iter();
    let ends = ends.map(|(name, end)| (name, Until(end).to_string()));
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
            "claimable": role.claimable,
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
        "signed_by": signers.iter().map(Signer::to_json).collect::<Vec<_>>(),
        "role_changes": role_changes(policy),
        "sessions_from": signed_out(policy).to_json(),
        "sizes": {
            "bytes": info.size_bytes,
            "modules": info.modules,
            "permissions": info.permissions,
            "roles": info.roles,
            "grants": info.grants,
        },
        "features": policy.enabled_features().collect::<Vec<_>>(),
        "feature_ends": ends.collect::<BTreeMap<_, _>>(),
        "modules": modules.collect::<Vec<_>>(),
        "roles": roles.collect::<Vec<_>>(),
    })
}

/// Names the features that are on; behind one that ends ` until ` and when.
fn features_with_ends(policy: &Policy, now: UnixSeconds) -> Vec<String> {
    let ends = feature_ends(policy, now);
    let named = policy.enabled_features().map(|name| {
        let until = ends.get(name).copied().map(Until);
        format!("{name}{}", Until::after(until))
    });
    named.collect()
}

/// Returns when features end that are on at that time.
fn feature_ends(policy: &Policy, now: UnixSeconds) -> BTreeMap<String, UnixSeconds> {
    let mut ends = BTreeMap::new();
    let Ok(nobody) = Subject::new("", "") else {
        return ends;
    };
    let on = |at: UnixSeconds| -> BTreeSet<String> {
        let view = policy.at(at);
        view.enabled_features().map(str::to_owned).collect()
    };
    let mut at = now;
    while let Some(next) = policy.at(at).ends_at(&nobody) {
        let gone = &on(at) - &on(next);
        ends.extend(gone.into_iter().map(|name| (name, next)));
        at = next;
    }
    ends
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
    claimable: bool,
}

fn roles(policy: &Policy) -> impl Iterator<Item = Role<'_>> {
    let roles = policy.roles().zip((0..).map(portcullis_engine::RoleId));
    roles.map(|(id, role)| Role {
        id,
        label: policy.role_label(role),
        built_in: policy.role_is_built_in(role),
        available: policy.role_is_available(role),
        claimable: policy.role_is_claimable(role),
    })
}

fn role_changes(policy: &Policy) -> &'static str {
    if policy.changes_at_next_session() {
        "next-session"
    } else {
        "instant"
    }
}

/// Who has to sign in again.
struct SignedOut {
    /// Everybody who signed in before that; 0 where nobody has to for that.
    everybody: u64,
    /// How many people of the directory have a time of their own.
    people: usize,
}

fn signed_out(policy: &Policy) -> SignedOut {
    let tenant = policy.bundle().payload().map(|payload| payload.tenant);
    let people = tenant.iter().flat_map(|tenant| tenant.directory.iter());
    SignedOut {
        everybody: tenant.as_ref().map_or(0, |tenant| tenant.sessions_from),
        people: people.filter(|person| person.sessions_from() != 0).count(),
    }
}

impl SignedOut {
    fn to_json(&self) -> Value {
        let everybody = Some(self.everybody).filter(|from| *from != 0);
        json!({ "everybody": everybody, "people": self.people })
    }
}

impl fmt::Display for SignedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joint = if self.everybody == 0 {
            ""
        } else {
            write!(f, "everybody before {}", utc(UnixSeconds(self.everybody)))?;
            ", and "
        };
        match self.people {
            0 => Ok(()),
            1 => write!(f, "{joint}one of the directory before a time of its own"),
            many => write!(
                f,
                "{joint}{many} of the directory before times of their own"
            ),
        }
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
