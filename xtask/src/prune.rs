//! Takes from a core module the exports that nobody calls, so that the optimiser can take
//! what only they keep.

use anyhow::Result;
use wasm_encoder::{ExportKind, ExportSection, Module, RawSection};
use wasmparser::{ExternalKind, Parser, Payload};

/// Returns `module` without the exports that only a linker or a debugger reads.
pub(crate) fn prune(module: &[u8]) -> Result<Vec<u8>> {
    let mut pruned = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        if let Payload::ExportSection(exports) = payload {
            let mut kept = ExportSection::new();
            for export in exports {
                let export = export?;
                if !is_unread(export.name) {
                    kept.export(export.name, kind(export.kind)?, export.index);
                }
            }
            pruned.section(&kept);
        } else if let Some((id, range)) = payload.as_section() {
            let data = module.get(range).unwrap_or_default();
            pruned.section(&RawSection { id, data });
        }
    }
    Ok(pruned.finish())
}

fn is_unread(name: &str) -> bool {
    // The linker's own marks, and the name under which wit-bindgen keeps `cabi_realloc` alive.
    matches!(name, "__data_end" | "__heap_base") || name.starts_with("cabi_realloc_")
}

fn kind(kind: ExternalKind) -> Result<ExportKind> {
    Ok(match kind {
        ExternalKind::Func => ExportKind::Func,
        ExternalKind::Table => ExportKind::Table,
        ExternalKind::Memory => ExportKind::Memory,
        ExternalKind::Global => ExportKind::Global,
        other => anyhow::bail!("a guest exports {other:?}, which no guest of ours does"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{ConstExpr, GlobalSection, GlobalType, MemorySection, MemoryType, ValType};

    fn module(names: &[&str]) -> Vec<u8> {
        let (mut memories, mut globals) = (MemorySection::new(), GlobalSection::new());
        memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        globals.global(
            GlobalType {
                val_type: ValType::I32,
                mutable: false,
                shared: false,
            },
            &ConstExpr::i32_const(1),
        );
        let mut exports = ExportSection::new();
        for name in names {
            let kind = if *name == "memory" {
                ExportKind::Memory
            } else {
                ExportKind::Global
            };
            exports.export(name, kind, 0);
        }
        let mut module = Module::new();
        module
            .section(&memories)
            .section(&globals)
            .section(&exports);
        module.finish()
    }

    #[test]
    fn only_what_nobody_reads_goes() {
        let written = module(&["memory", "__heap_base", "own", "__data_end"]);
        assert_eq!(prune(&written).unwrap(), module(&["memory", "own"]));
        let own = module(&["memory", "own"]);
        assert_eq!(prune(&own).unwrap(), own);
        assert!(prune(&written[..written.len() - 1]).is_err());
    }
}
