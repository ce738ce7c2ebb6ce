//! The external programs: where they are, and how they are called.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

pub struct Tools {
    modules: PathBuf,
}

/// The tools, or `None` with a message where they cannot be had.
pub fn tools() -> Option<&'static Tools> {
    static TOOLS: OnceLock<Option<Tools>> = OnceLock::new();
    TOOLS.get_or_init(install).as_ref()
}

fn install() -> Option<Tools> {
    let output = Command::new("sh").arg(repository().join("tests/interop/snarkjs/setup.sh")).output().unwrap();
    if output.status.success() {
        let folder = String::from_utf8(output.stdout).unwrap();
        let folder = folder.lines().last().expect("the script prints the folder");
        return Some(Tools { modules: Path::new(folder).join("node_modules") });
    }
    let why = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(std::env::var_os("TACIT_INTEROP").is_none_or(|value| value != "required"), "{why}");
    eprintln!("SKIPPED: {why}");
    None
}

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

impl Tools {
    /// Runs snarkjs in a folder; gives back whether it exited well, and what it printed without colours.
    pub fn snarkjs(&self, folder: &Path, arguments: &[&str]) -> (bool, String) {
        self.node(folder, &self.modules.join("snarkjs/build/cli.cjs"), arguments)
    }

    /// Runs snarkjs and expects some words.
    pub fn expect(&self, folder: &Path, arguments: &[&str], words: &str) {
        let (well, text) = self.snarkjs(folder, arguments);
        assert!(well && text.contains(words), "snarkjs {arguments:?} did not say `{words}`: {text}");
    }

    /// Compiles a twin into a folder. circom2 follows no links, so circomlib is copied beside the source.
    pub fn compile(&self, folder: &Path, name: &str) {
        let sources = [repository().join("tests/interop/circom"), self.modules.join("circomlib/circuits")];
        for entry in sources.iter().flat_map(|source| std::fs::read_dir(source).unwrap()) {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "circom") {
                std::fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
            }
        }
        let source = format!("{name}.circom");
        let arguments = [source.as_str(), "--r1cs", "--wasm", "--O2", "-o", "."];
        let (well, text) = self.node(folder, &self.modules.join("circom2/cli.js"), &arguments);
        assert!(well, "circom2 does not compile {name}: {text}");
    }

    pub fn node(&self, folder: &Path, script: &Path, arguments: &[&str]) -> (bool, String) {
        let output = Command::new("node").arg(script).args(arguments).current_dir(folder).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    }
}
