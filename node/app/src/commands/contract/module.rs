//! Modules as files: read within the chain's limit, judged by the node's own validator, asked for their spec.

use eyre::{Context, bail, eyre};
use serde_json::{Value, json};
use std::io::Read;
use std::path::Path;
use tacit_types::{CodeHash, limits};
use tacit_vm::ModuleInfo;
use tacit_wallet::contract::{SPEC_SECTION, Spec};

/// What every module begins with.
const MAGIC: &[u8] = b"\0asm";

/// A module that the node would deploy.
pub struct Module {
    pub code: Vec<u8>,
    pub info: ModuleInfo,
}

impl Module {
    /// Reads and judges a file.
    pub fn read(file: &Path) -> eyre::Result<Self> {
        let shown = file.display();
        let mut code = Vec::new();
        let opened = std::fs::File::open(file).wrap_err_with(|| format!("{shown} cannot be read"))?;
        opened
            .take(limits::CODE_BYTES_MAX as u64 + 1)
            .read_to_end(&mut code)
            .wrap_err_with(|| format!("{shown} cannot be read"))?;
        if code.len() > limits::CODE_BYTES_MAX {
            bail!("{shown} has more than {} bytes, the most that a module may have", limits::CODE_BYTES_MAX);
        }
        if !code.starts_with(MAGIC) {
            bail!("{shown} is no WebAssembly module; `tacit contract build` makes one of a project");
        }
        let info = tacit_vm::validate(&code).map_err(|reject| eyre!("rule {}: {reject}", reject.number()))?;
        Ok(Self { code, info })
    }

    /// What the chain calls it.
    pub fn hash(&self) -> CodeHash {
        CodeHash::of(&[&self.code])
    }

    /// What it says about itself, if it says anything.
    pub fn spec(&self) -> eyre::Result<Option<Spec>> {
        spec_of(&self.code)
    }

    /// What people want to know about it.
    pub fn fields(&self) -> Value {
        let sections = tacit_vm::section_lengths(&self.code).unwrap_or_default();
        let sections: serde_json::Map<String, Value> =
            sections.into_iter().map(|(name, bytes)| (name, bytes.into())).collect();
        json!({
            "code_hash": self.hash().to_string(),
            "bytes": self.info.code_bytes,
            "functions": self.info.functions,
            "memory_pages": self.info.memory_pages,
            "exports": self.info.exports.join(" "),
            "deploy_gas": self.info.deploy_gas().0,
            "sections": sections,
        })
    }
}

/// What code says about itself, if it says anything.
pub fn spec_of(code: &[u8]) -> eyre::Result<Option<Spec>> {
    match tacit_vm::custom_section(code, SPEC_SECTION) {
        Some(section) => Ok(Some(Spec::parse(&section)?)),
        None => Ok(None),
    }
}

/// A spec as people read it: signatures with the first sentence of their documentation; for programs in parts.
pub fn spec_fields(spec: &Spec, json: bool) -> Value {
    let functions: Vec<Value> = spec
        .functions
        .iter()
        .map(|function| {
            let mut notes = vec![format!("{:?}", function.kind).to_lowercase()];
            notes.extend(function.payable.then(|| "payable".to_owned()));
            notes.extend(function.reentrant.then(|| "reentrant".to_owned()));
            notes.extend(function.guards.iter().cloned());
            let (signature, notes) = (function.signature(), notes.join(", "));
            match json {
                true => json!({ "name": function.name, "signature": signature, "kind": notes, "doc": function.doc }),
                false => format!("{signature}  [{notes}]  {}", function.doc).into(),
            }
        })
        .collect();
    let events: Vec<String> = spec
        .events
        .iter()
        .map(|event| {
            let fields: Vec<String> =
                event.fields.iter().map(|field| format!("{}: {}", field.name, field.kind)).collect();
            format!("{}({})", event.name, fields.join(", "))
        })
        .collect();
    let errors: Vec<String> = spec
        .errors
        .iter()
        .flat_map(|line| line.cases.iter().map(move |case| format!("{}::{} = {}", line.name, case.name, case.code)))
        .collect();
    let roles: Vec<String> = spec.roles.iter().map(|role| format!("{} = {}", role.name, role.id)).collect();
    json!({
        "name": spec.name,
        "version": spec.version,
        "doc": spec.doc,
        "modules": spec.modules.join(" "),
        "functions": functions,
        "events": events,
        "errors": errors,
        "roles": roles,
    })
}
