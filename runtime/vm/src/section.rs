//! Custom sections of a module, for tools: the VM itself reads only `tacit.access`. Nothing here judges the module.

use crate::limits::CODE_BYTES_MAX;
use wasmparser::{Parser, Payload};

/// The bytes of all custom sections named `name`, one after the other; nothing if there is none, or if `code` is no
/// module of a length that could be deployed.
#[must_use]
pub fn custom_section(code: &[u8], name: &str) -> Option<Vec<u8>> {
    let mut found: Option<Vec<u8>> = None;
    for payload in sections(code)? {
        if let Payload::CustomSection(section) = payload.ok()?
            && section.name() == name
        {
            found.get_or_insert_default().extend_from_slice(section.data());
        }
    }
    found
}

/// Names of a module's sections and their lengths in bytes, in the order of the module; a custom section by its own
/// name. Nothing if `code` is no module of a length that could be deployed.
#[must_use]
pub fn section_lengths(code: &[u8]) -> Option<Vec<(String, usize)>> {
    let mut lengths = Vec::new();
    for payload in sections(code)? {
        let payload = payload.ok()?;
        let name = match &payload {
            Payload::CustomSection(section) => section.name().to_owned(),
            Payload::TypeSection(_) => "types".to_owned(),
            Payload::ImportSection(_) => "imports".to_owned(),
            Payload::FunctionSection(_) => "functions".to_owned(),
            Payload::TableSection(_) => "tables".to_owned(),
            Payload::MemorySection(_) => "memories".to_owned(),
            Payload::GlobalSection(_) => "globals".to_owned(),
            Payload::ExportSection(_) => "exports".to_owned(),
            Payload::ElementSection(_) => "elements".to_owned(),
            Payload::CodeSectionStart { .. } => "code".to_owned(),
            Payload::DataSection(_) => "data".to_owned(),
            _ => continue,
        };
        if let Some((_, range)) = payload.as_section() {
            lengths.push((name, range.end.saturating_sub(range.start)));
        }
    }
    Some(lengths)
}

fn sections(code: &[u8]) -> Option<impl Iterator<Item = wasmparser::Result<Payload<'_>>>> {
    (code.len() <= CODE_BYTES_MAX).then(|| Parser::new(0).parse_all(code))
}
