//! Gives the functions that a component takes from its core module short names: only the
//! component itself reads them, and each long one appears twice in it.

use anyhow::{Context as _, Result};
use wasm_encoder::reencode::{Reencode as _, ReencodeComponent as _, RoundtripReencoder};
use wasm_encoder::{Alias, ComponentAliasSection, ExportSection};
use wasmparser::{ComponentAliasSectionReader, ExportSectionReader};

/// The names given so far, in the order in which they were met.
#[derive(Debug, Default)]
pub(crate) struct ShortNames(Vec<String>);

impl ShortNames {
    /// Returns the exports of a nested core module under their short names.
    pub(crate) fn exports(&mut self, exports: ExportSectionReader<'_>) -> Result<ExportSection> {
        let mut section = ExportSection::new();
        for export in exports {
            let export = export?;
            let short = self.give(export.name);
            let name = short.as_deref().unwrap_or(export.name);
            let kind = RoundtripReencoder.export_kind(export.kind)?;
            section.export(name, kind, export.index);
        }
        Ok(section)
    }

    /// Returns aliases, those of renamed exports under the short names.
    pub(crate) fn aliases(
        &self,
        aliases: ComponentAliasSectionReader<'_>,
    ) -> Result<ComponentAliasSection> {
        let mut section = ComponentAliasSection::new();
        for alias in aliases {
            let mut alias = RoundtripReencoder.component_alias(alias?)?;
            let short;
            if let Alias::CoreInstanceExport { name, .. } = &mut alias
                && is_long(name)
            {
                short = self
                    .find(name)
                    .context("an alias of what nothing exports")?;
                *name = &short;
            }
            section.alias(alias);
        }
        Ok(section)
    }

    fn give(&mut self, name: &str) -> Option<String> {
        if !is_long(name) {
            return None;
        }
        if !self.0.iter().any(|known| known == name) {
            self.0.push(name.to_owned());
        }
        self.find(name)
    }

    fn find(&self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|known| known == name)?;
        Some(at.to_string())
    }
}

// The names of the canonical ABI; all others, such as `memory`, are short as they are.
fn is_long(name: &str) -> bool {
    name.contains('#')
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{ComponentSection as _, ExportKind, Section as _};
    use wasmparser::BinaryReader;

    #[test]
    fn an_alias_follows_its_export() {
        let mut names = ShortNames::default();
        let mut exports = ExportSection::new();
        exports
            .export("memory", ExportKind::Memory, 0)
            .export("a:b/c#[method]d.e", ExportKind::Func, 4)
            .export("cabi_post_a:b/c#[method]d.e", ExportKind::Func, 5);
        let mut short = ExportSection::new();
        short
            .export("memory", ExportKind::Memory, 0)
            .export("0", ExportKind::Func, 4)
            .export("1", ExportKind::Func, 5);
        // What follows a section's number and its size, one byte each.
        let read = |section: &[u8]| section[2..].to_vec();
        let mut bytes = Vec::new();
        exports.append_to(&mut bytes);
        let bytes = read(&bytes);
        let reader = ExportSectionReader::new(BinaryReader::new(&bytes, 0)).unwrap();
        let (mut renamed, mut expected) = (Vec::new(), Vec::new());
        names.exports(reader).unwrap().append_to(&mut renamed);
        short.append_to(&mut expected);
        assert_eq!(renamed, expected);

        let aliases = |of: [&str; 2]| {
            let mut section = ComponentAliasSection::new();
            for name in of {
                section.alias(Alias::CoreInstanceExport {
                    instance: 1,
                    kind: ExportKind::Func,
                    name,
                });
            }
            let mut bytes = Vec::new();
            section.append_to_component(&mut bytes);
            bytes
        };
        let bytes = read(&aliases(["a:b/c#[method]d.e", "cabi_realloc"]));
        let reader = ComponentAliasSectionReader::new(BinaryReader::new(&bytes, 0)).unwrap();
        let mut renamed = Vec::new();
        names
            .aliases(reader)
            .unwrap()
            .append_to_component(&mut renamed);
        assert_eq!(renamed, aliases(["0", "cabi_realloc"]));

        let bytes = read(&aliases(["a:b/c#[method]d.f", "cabi_realloc"]));
        let reader = ComponentAliasSectionReader::new(BinaryReader::new(&bytes, 0)).unwrap();
        assert!(names.aliases(reader).is_err(), "nothing exports it");
    }
}
