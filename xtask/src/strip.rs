//! Leaves out of a component what no runtime reads: names, producers, feature lists, and the
//! long names of what passes between its own parts.

use anyhow::{Context as _, Result};
use wasm_encoder::{
    Component, ComponentSection as _, ComponentSectionId, Encode as _, Module, RawSection,
    Section as _,
};
use wasmparser::{Encoding, Parser, Payload};

use crate::passes::Passes;
use crate::shorten::ShortNames;

/// Returns `component` without custom sections, its nested modules and components likewise,
/// and with short names for what it takes from its modules; each only if the passes say so.
pub(crate) fn strip(component: &[u8], passes: Passes) -> Result<Vec<u8>> {
    let mut names = ShortNames::default();
    let mut written = Vec::new();
    let mut outer = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload?;
        match &payload {
            Payload::CustomSection(_) if passes.strip => {}
            Payload::Version { encoding, .. } => written.extend_from_slice(match encoding {
                Encoding::Component => &Component::HEADER,
                Encoding::Module => &Module::HEADER,
            }),
            // What is nested is written apart first, for its length is known only at its end.
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => {
                outer.push(std::mem::take(&mut written));
            }
            Payload::End(_) => {
                let Some(mut around) = outer.pop() else {
                    continue;
                };
                around.push(if written.starts_with(&Component::HEADER) {
                    ComponentSectionId::Component.into()
                } else {
                    ComponentSectionId::CoreModule.into()
                });
                written.encode(&mut around);
                written = around;
            }
            Payload::ExportSection(exports) if passes.shorten && !outer.is_empty() => {
                names.exports(exports.clone())?.append_to(&mut written);
            }
            Payload::ComponentAliasSection(aliases) if passes.shorten => {
                let renamed = names.aliases(aliases.clone())?;
                renamed.append_to_component(&mut written);
            }
            _ => {
                if let Some((id, range)) = payload.as_section() {
                    let data = component
                        .get(range)
                        .context("a section ends after the file")?;
                    RawSection { id, data }.append_to(&mut written);
                }
            }
        }
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{CustomSection, ModuleSection, NestedComponentSection};

    fn note() -> CustomSection<'static> {
        CustomSection {
            name: "note".into(),
            data: b"nobody reads this".into(),
        }
    }

    fn nested(noted: bool) -> Vec<u8> {
        let mut module = Module::new();
        let mut inner = Component::new();
        let mut component = Component::new();
        if noted {
            module.section(&note());
        }
        inner.section(&ModuleSection(&module));
        if noted {
            inner.section(&note());
            component.section(&note());
        }
        component.section(&ModuleSection(&module));
        component.section(&NestedComponentSection(&inner));
        component.finish()
    }

    #[test]
    fn custom_sections_go_at_every_depth_and_all_else_stays() {
        assert_eq!(strip(&nested(true), Passes::ALL).unwrap(), nested(false));
        assert_eq!(strip(&nested(false), Passes::ALL).unwrap(), nested(false));
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        let whole = nested(true);
        assert!(strip(&whole[..whole.len() - 1], Passes::ALL).is_err());
    }
}
