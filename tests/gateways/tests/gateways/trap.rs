//! Builds a trap into the filter: the very artefact, but for one function around another.

use anyhow::{Context as _, Result};
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    CodeSection, ConstExpr, ExportKind, ExportSection, Function, FunctionSection, GlobalSection,
    GlobalType, Module, ValType,
};
use wasmparser::{ExternalKind, Parser, Payload, TypeRef};

/// Returns the filter with a trap in place of every judging whose number `every` divides.
pub(crate) fn with_trap(filter: &[u8], every: i32) -> Result<Vec<u8>> {
    let mut own = Trap::find(filter, every)?;
    let mut module = Module::new();
    own.parse_core_module(&mut module, Parser::new(0), filter)
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(module.finish())
}

struct Trap {
    every: i32,
    /// What judges, and the type of it.
    judging: u32,
    judging_type: u32,
    /// Where the new function and the counter come to lie.
    function: u32,
    counter: u32,
}

impl Trap {
    fn find(filter: &[u8], every: i32) -> Result<Self> {
        let (mut imported, mut types, mut globals) = (0_u32, Vec::new(), 0);
        let mut judging = None;
        for payload in Parser::new(0).parse_all(filter) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        if matches!(import?.ty, TypeRef::Func(_)) {
                            imported += 1;
                        }
                    }
                }
                Payload::FunctionSection(functions) => {
                    types = functions.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::GlobalSection(section) => globals = section.count(),
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        if export.name == JUDGING && export.kind == ExternalKind::Func {
                            judging = Some(export.index);
                        }
                    }
                }
                _ => {}
            }
        }
        let judging = judging.context("the filter does not judge")?;
        let own = usize::try_from(judging - imported)?;
        Ok(Self {
            every,
            judging,
            judging_type: *types.get(own).context("what judges has no type")?,
            function: imported + u32::try_from(types.len())?,
            counter: globals,
        })
    }

    fn body(&self) -> Function {
        let mut body = Function::new([]);
        body.instructions()
            .global_get(self.counter)
            .i32_const(1)
            .i32_add()
            .global_set(self.counter)
            .global_get(self.counter)
            .i32_const(self.every)
            .i32_rem_u()
            .i32_eqz()
            .if_(wasm_encoder::BlockType::Empty)
            .unreachable()
            .end()
            .local_get(0)
            .local_get(1)
            .local_get(2)
            .call(self.judging)
            .end();
        body
    }
}

impl Reencode for Trap {
    type Error = std::convert::Infallible;

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        utils::parse_function_section(self, functions, section)?;
        functions.function(self.judging_type);
        Ok(())
    }

    fn parse_global_section(
        &mut self,
        globals: &mut GlobalSection,
        section: wasmparser::GlobalSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        utils::parse_global_section(self, globals, section)?;
        let counter = GlobalType {
            val_type: ValType::I32,
            mutable: true,
            shared: false,
        };
        globals.global(counter, &ConstExpr::i32_const(0));
        Ok(())
    }

    fn parse_export(
        &mut self,
        exports: &mut ExportSection,
        export: wasmparser::Export<'_>,
    ) -> Result<(), Error<Self::Error>> {
        if export.name == JUDGING {
            exports.export(JUDGING, ExportKind::Func, self.function);
            return Ok(());
        }
        utils::parse_export(self, exports, export)
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: wasmparser::CodeSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        utils::parse_code_section(self, code, section)?;
        code.function(&self.body());
        Ok(())
    }
}

const JUDGING: &str = "proxy_on_request_headers";
