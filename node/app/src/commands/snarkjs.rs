//! `tacit proof verify` and `tacit proof export`: proofs in snarkjs's files and as calldata of an Ethereum machine.

use super::output::say;
use super::proof_key::print_for_contract;
use super::query::show;
use clap::{Args, ValueEnum};
use eyre::{Context, ensure};
use std::io::Read;
use std::path::{Path, PathBuf};
use tacit_ceremony::Calldata;
use tacit_ceremony::format::json::{self, JSON_BYTES_MAX};
use tacit_circuits::keys::development_key_bytes;

/// Verify a proof that snarkjs made.
#[derive(Args)]
#[command(after_help = "Example:\n  tacit proof verify --snarkjs verification_key.json proof.json public.json")]
pub struct Verify {
    /// The key, the proof and the public inputs, as snarkjs writes them.
    #[arg(long, num_args = 3, required = true, value_names = ["KEY", "PROOF", "PUBLIC"])]
    snarkjs: Vec<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub fn run(&self) -> eyre::Result<()> {
        let [key, proof, public] = self.snarkjs.as_slice() else { eyre::bail!("three files are needed") };
        let key = json::read_verifying_key(&read(key)?)?;
        let (proof, inputs) = (json::read_proof(&read(proof)?)?, json::read_public(&read(public)?)?);
        key.verify(&inputs, &proof)?;
        let fields = serde_json::json!({
            "verdict": "the statement is proven",
            "public_inputs": inputs.len(),
            "verifying_key": format!("0x{}", hex::encode(key.digest())),
        });
        show(&fields, self.json)
    }
}

/// The form to export to.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// proof.json, public.json and verification_key.json in a folder.
    Snarkjs,
    /// Arguments of a verifying contract, on the standard output.
    Solidity,
    /// The same as words of 32 bytes, 0x-hex.
    Words,
    /// Proof and public inputs as JSON with 0x-hex, for a call of a Tacit contract.
    Contract,
}

/// Write a proof in the form of other tools.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit proof export age.json --to snarkjs --folder age\n  tacit proof export age.json --to solidity\n  tacit proof export proof.json --contract --public public.json"
)]
pub struct Export {
    /// The proof file.
    file: PathBuf,
    /// The form.
    #[arg(long, value_enum, default_value_t = Form::Snarkjs)]
    to: Form,
    /// The same as `--to contract`.
    #[arg(long, conflicts_with = "to")]
    contract: bool,
    /// snarkjs's public.json: the proof file is snarkjs's proof.json then. Only for contracts.
    #[arg(long, value_name = "FILE")]
    public: Option<PathBuf>,
    /// Folder for snarkjs's three files.
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// The verifying key's file; the development key when left out.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

impl Export {
    pub fn run(&self) -> eyre::Result<()> {
        let form = if self.contract { Form::Contract } else { self.to };
        if let Some(public) = &self.public {
            ensure!(form == Form::Contract, "--public is for --contract alone");
            return print_for_contract(&read(&self.file)?, &read(public)?);
        }
        let (genesis_id, _, sender, proven) = super::proof::read_proof(&self.file)?.parts()?;
        let item = tacit_wallet::prove::item(genesis_id, sender, &proven);
        let inputs = item.public.inputs();
        let Some(folder) = self.folder.as_ref().filter(|_| form == Form::Snarkjs) else {
            let calldata = Calldata::new(&item.proof, &inputs)?;
            match form {
                Form::Contract => print_for_contract(&json::write_proof(&item.proof)?, &json::write_public(&inputs)?)?,
                Form::Snarkjs => eyre::bail!("say --folder DIR for snarkjs's three files"),
                Form::Words => say!("0x{}", hex::encode(calldata.bytes())),
                Form::Solidity => say!("{}", calldata.solidity()),
            }
            return Ok(());
        };
        let key = match &self.key {
            Some(path) => std::fs::read(path).wrap_err_with(|| format!("{} cannot be read", path.display()))?,
            None => development_key_bytes(item.statement()).to_vec(),
        };
        std::fs::create_dir_all(folder).wrap_err_with(|| format!("{} cannot be made", folder.display()))?;
        for (name, text) in [
            ("proof.json", json::write_proof(&item.proof)?),
            ("public.json", json::write_public(&inputs)?),
            ("verification_key.json", json::write_verifying_key(&key)?),
        ] {
            let path = folder.join(name);
            std::fs::write(&path, text).wrap_err_with(|| format!("{} cannot be written", path.display()))?;
        }
        say!("proof.json, public.json and verification_key.json written to {}", folder.display());
        Ok(())
    }
}

/// Reads a file within the limit of snarkjs's files.
pub fn read(path: &Path) -> eyre::Result<String> {
    let failed = || format!("{} cannot be read", path.display());
    let mut text = String::new();
    let file = std::fs::File::open(path).wrap_err_with(failed)?;
    file.take(JSON_BYTES_MAX as u64 + 1).read_to_string(&mut text).wrap_err_with(failed)?;
    ensure!(text.len() <= JSON_BYTES_MAX, "{} is too long", path.display());
    Ok(text)
}
