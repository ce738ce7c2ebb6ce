//! `tacit params`: the trusted setup of circuits, step by step, in files that snarkjs reads and writes too.
//!
//! No step overwrites a file. Secrets live in memory for the length of one step.

use super::output::{say, tell};
use super::query::show;
use clap::{Args, Subcommand};
use eyre::{Context, bail, ensure, eyre};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use tacit_ceremony::format::FILE_BYTES_MAX;
use tacit_ceremony::transcript::Folder;
use tacit_ceremony::{Beacon, Entropy, Ptau, R1cs, Transcript, Zkey, phase1, phase2};
use tacit_circuits::Statement;
use tacit_circuits::verify::VerifyingKey;

/// Make and check the keys of circuits together with others, so that nobody knows the secret behind them.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit params ptau new --power 14 --out 0.ptau\n  tacit params ptau contribute 0.ptau --name Ada --out 1.ptau\n  tacit params setup range --ptau 1.ptau --out range-0.zkey\n  tacit params contribute range-0.zkey --name Bo --out range-1.zkey\n  tacit params beacon range-1.zkey --value 0x2a17... --out range-2.zkey\n  tacit params verify range-2.zkey --circuit range --ptau 1.ptau\n  tacit params import-zkey range-2.zkey --circuit range --ptau 1.ptau --folder params\n  tacit params verify params --chain genesis.toml"
)]
pub struct Params {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Powers of tau, which serve every circuit up to a size.
    Ptau {
        #[command(subcommand)]
        verb: PtauVerb,
    },
    /// Make a circuit's key before any contribution; worthless until somebody contributes.
    Setup {
        /// A statement of this release, or a file ending in .r1cs.
        circuit: String,
        /// The powers of tau.
        #[arg(long, value_name = "FILE")]
        ptau: PathBuf,
        /// New file for the key.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Add a contribution to a key.
    Contribute {
        /// The key so far.
        zkey: PathBuf,
        #[command(flatten)]
        own: Contribute,
    },
    /// Add the contribution of a public value that nobody could know before.
    Beacon {
        /// The key so far.
        zkey: PathBuf,
        #[command(flatten)]
        value: BeaconArgs,
    },
    /// Verify a key against its circuit and powers of tau, or the folder of a finished ceremony against a chain.
    Verify {
        /// A .zkey file, or a folder.
        what: PathBuf,
        /// Of a key: a statement of this release, or a file ending in .r1cs.
        #[arg(long)]
        circuit: Option<String>,
        /// Of a key: the powers of tau.
        #[arg(long, value_name = "FILE")]
        ptau: Option<PathBuf>,
        /// Of a key: make it again and compare the hash it began with; takes as long as a setup.
        #[arg(long)]
        full: bool,
        /// Refuse when fewer people than this contributed.
        #[arg(long, default_value_t = 1)]
        at_least: usize,
        /// Of a folder: the chain spec whose digests it must match.
        #[arg(long, value_name = "SPEC")]
        chain: Option<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write a statement's constraints for other tools.
    ExportR1cs {
        /// The statement.
        statement: String,
        /// New file.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Verify a finished key, ours or snarkjs's, and write the proving key, the verifying key and the transcript.
    ImportZkey {
        /// The finished key.
        zkey: PathBuf,
        /// The statement it is for.
        #[arg(long)]
        circuit: String,
        /// The powers of tau.
        #[arg(long, value_name = "FILE")]
        ptau: PathBuf,
        /// Refuse when fewer people than this contributed.
        #[arg(long, default_value_t = 1)]
        at_least: usize,
        /// Folder of the ceremony.
        #[arg(long, value_name = "DIR")]
        folder: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say what is in a .r1cs, .ptau or .zkey file. Verifies nothing.
    Inspect {
        /// The file.
        file: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
enum PtauVerb {
    /// Start; everybody knows the secrets until somebody contributes.
    New {
        /// Circuits of up to two to this many constraints.
        #[arg(long)]
        power: u32,
        /// New file.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Add a contribution.
    Contribute {
        /// The file so far.
        file: PathBuf,
        #[command(flatten)]
        own: Contribute,
    },
    /// Add the contribution of a public value that nobody could know before.
    Beacon {
        /// The file so far.
        file: PathBuf,
        #[command(flatten)]
        value: BeaconArgs,
    },
    /// Verify every contribution and every point.
    Verify {
        /// The file.
        file: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Add the Lagrange points that snarkjs wants before a setup. This program never needs them.
    Prepare {
        /// The file.
        file: PathBuf,
        /// New file.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Args)]
struct Contribute {
    /// Who contributes; goes into the file.
    #[arg(long, default_value = "")]
    name: String,
    /// A file with anything unpredictable, or - for what you type; mixed with the operating system's randomness.
    #[arg(long, value_name = "FILE")]
    entropy: Option<PathBuf>,
    /// New file.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Args)]
struct BeaconArgs {
    /// The value in hex, for example a block's hash announced beforehand by its height.
    #[arg(long)]
    value: String,
    /// It is hashed two to this many times.
    #[arg(long, default_value_t = 10)]
    power: u8,
    /// Goes into the file.
    #[arg(long, default_value = "beacon")]
    name: String,
    /// New file.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Params {
    pub fn run(self) -> eyre::Result<()> {
        match self.verb {
            Verb::Ptau { verb } => verb.run(),
            Verb::Setup { circuit, ptau, out } => setup(&circuit, &ptau, &out),
            Verb::Contribute { zkey, own } => {
                let (zkey, entropy) = (read_zkey(&zkey)?, own.entropy()?);
                let next = with_bar(|bar| phase2::contribute(&zkey, &own.name, &entropy, &bar.report()))?;
                own.written(&next.to_bytes()?, contribution_hash(&next))
            }
            Verb::Beacon { zkey, value } => {
                let (zkey, beacon) = (read_zkey(&zkey)?, value.beacon()?);
                let next = with_bar(|bar| phase2::beacon(&zkey, &value.name, &beacon, &bar.report()))?;
                write_new(&value.out, &next.to_bytes()?)?;
                say!("{} written, contribution {}", value.out.display(), contribution_hash(&next));
                Ok(())
            }
            Verb::Verify { what, circuit: None, ptau: None, full: false, at_least, chain, json } if what.is_dir() => {
                verify_folder(&what, chain.as_deref(), at_least, json)
            }
            Verb::Verify { what, circuit: Some(circuit), ptau: Some(ptau), full, at_least, chain: None, json } => {
                let (_, _, fields) = verify_key(&what, &circuit, &ptau, full, at_least)?;
                show(&fields, json)
            }
            Verb::Verify { .. } => bail!(
                "say `verify FILE.zkey --circuit CIRCUIT --ptau FILE` for a key, or `verify FOLDER [--chain SPEC]` for a folder"
            ),
            Verb::ExportR1cs { statement, out } => {
                let r1cs = R1cs::of_statement(statement_of(&statement)?)?;
                write_new(&out, &r1cs.to_bytes()?)?;
                say!("{} written, {} constraints", out.display(), r1cs.constraints().len());
                Ok(())
            }
            Verb::ImportZkey { zkey, circuit, ptau, at_least, folder, json } => {
                import(&zkey, &circuit, &ptau, at_least, &folder, json)
            }
            Verb::Inspect { file, json } => show(&inspect(&file)?, json),
        }
    }
}

impl PtauVerb {
    fn run(self) -> eyre::Result<()> {
        match self {
            Self::New { power, out } => {
                write_new(&out, &phase1::new(power)?.to_bytes()?)?;
                say!("{} written; it needs contributions", out.display());
                Ok(())
            }
            Self::Contribute { file, own } => {
                let (ptau, entropy) = (read_ptau(&file)?, own.entropy()?);
                let next = with_bar(|bar| phase1::contribute(&ptau, &own.name, &entropy, &bar.report()))?;
                own.written(&next.to_bytes()?, challenge(&next))
            }
            Self::Beacon { file, value } => {
                let (ptau, beacon) = (read_ptau(&file)?, value.beacon()?);
                let next = with_bar(|bar| phase1::beacon(&ptau, &value.name, &beacon, &bar.report()))?;
                write_new(&value.out, &next.to_bytes()?)?;
                say!("{} written, challenge {}", value.out.display(), challenge(&next));
                Ok(())
            }
            Self::Verify { file, json } => {
                let ptau = read_ptau(&file)?;
                let verified = with_bar(|bar| phase1::verify(&ptau, &bar.report()))?;
                let fields = json!({
                    "verdict": "the powers of tau hold",
                    "power": ptau.power,
                    "contributions": verified.people,
                    "beacons": verified.beacons,
                    "challenge": hex(&verified.challenge),
                });
                show(&fields, json)
            }
            Self::Prepare { file, out } => {
                let ptau = read_ptau(&file)?;
                let bytes = with_bar(|bar| ptau.to_prepared_bytes(&bar.report()))?;
                write_new(&out, &bytes)?;
                say!("{} written", out.display());
                Ok(())
            }
        }
    }
}

fn setup(circuit: &str, ptau: &Path, out: &Path) -> eyre::Result<()> {
    let (r1cs, ptau) = (read_circuit(circuit)?, read_ptau(ptau)?);
    let zkey = with_bar(|bar| {
        phase1::verify(&ptau, &bar.report())?;
        phase2::setup(&r1cs, &ptau, &bar.report())
    })?;
    write_new(out, &zkey.to_bytes()?)?;
    say!("{} written; it is worthless until somebody contributes", out.display());
    Ok(())
}

fn verify_key(
    zkey: &Path,
    circuit: &str,
    ptau: &Path,
    full: bool,
    at_least: usize,
) -> eyre::Result<(Zkey, phase2::Verified, Value)> {
    let (zkey, r1cs, ptau) = (read_zkey(zkey)?, read_circuit(circuit)?, read_ptau(ptau)?);
    let verified = with_bar(|bar| {
        let verified = phase2::verify(&zkey, &r1cs, &ptau, &bar.report())?;
        if full {
            phase2::verify_circuit_hash(&zkey, &r1cs, &ptau, &bar.report())?;
        }
        Ok(verified)
    })?;
    let key = VerifyingKey::load(&zkey.verifying_key()?)?;
    ensure!(
        verified.people >= at_least,
        "{} people contributed to phase 2, at least {at_least} were asked for",
        verified.people
    );
    let fields = json!({
        "verdict": "the key holds",
        "constraints": r1cs.constraints().len(),
        "contributions": verified.people,
        "with_own_proof_of_knowledge": verified.with_knowledge,
        "beacons": verified.beacons,
        "circuit_hash_compared": full,
        "powers_of_tau": {
            "power": verified.power,
            "contributions": verified.powers.people,
            "beacons": verified.powers.beacons,
            "challenge": hex(&verified.powers.challenge),
        },
        "verifying_key": hex(&key.digest()),
        "history": history(&zkey),
    });
    Ok((zkey, verified, fields))
}

fn import(zkey: &Path, circuit: &str, ptau: &Path, at_least: usize, folder: &Path, json: bool) -> eyre::Result<()> {
    let statement = statement_of(circuit)?;
    let (zkey, verified, mut fields) = verify_key(zkey, circuit, ptau, false, at_least)?;
    let keys = zkey.keys(statement)?;
    let transcript = Transcript::new(statement, &R1cs::of_statement(statement)?, &zkey, &verified, &keys)?;
    std::fs::create_dir_all(folder).wrap_err_with(|| format!("{} cannot be made", folder.display()))?;
    let stem = format!("{}-v{}", statement.name(), statement.version());
    write_new(&folder.join(format!("{stem}.vk")), &keys.verifying)?;
    write_new(&folder.join(format!("{stem}.pk")), &keys.proving)?;
    write_new(&folder.join(Folder::file_name(statement)), transcript.to_json()?.as_bytes())?;
    if let Some(fields) = fields.as_object_mut() {
        fields.insert("written_to".into(), json!(folder.display().to_string()));
    }
    show(&fields, json)
}

fn verify_folder(dir: &Path, chain: Option<&Path>, at_least: usize, json: bool) -> eyre::Result<()> {
    let folder = Folder::read(dir)?;
    for transcript in folder.transcripts() {
        let (people, statement) = (transcript.people(), transcript.statement());
        ensure!(people >= at_least, "{people} people contributed to {statement}, at least {at_least} were asked for");
    }
    for (statement, pin) in Statement::ALL.into_iter().zip(folder.pins()?) {
        let path = dir.join(format!("{}-v{}.pk", statement.name(), statement.version()));
        let found = blake3::hash(&read_file(&path)?);
        ensure!(found == pin.proving, "{} is not the proving key of its transcript", path.display());
    }
    if let Some(path) = chain {
        let text = std::fs::read_to_string(path).wrap_err_with(|| format!("{} cannot be read", path.display()))?;
        let genesis = tacit_genesis::Genesis::from_toml(&path.display().to_string(), &text)?;
        ensure!(genesis.ceremony.is_some(), "{} names no ceremony", path.display());
        crate::node::params::verifying_keys(&genesis, dir)?;
    }
    let keys: serde_json::Map<String, Value> = Statement::ALL
        .iter()
        .map(|statement| (statement.name().to_owned(), json!(hex(&folder.verifying_keys().digest(*statement)))))
        .collect();
    let fields = json!({
        "verdict": "the folder holds one ceremony's keys and transcripts",
        "ceremony": hex(&folder.digest()),
        "keys": keys,
        "chain_compared": chain.is_some(),
    });
    show(&fields, json)
}

fn inspect(path: &Path) -> eyre::Result<Value> {
    let bytes = read_file(path)?;
    Ok(match bytes.get(..4) {
        Some(b"r1cs") => {
            let r1cs = R1cs::from_bytes(&bytes)?;
            json!({
                "format": "r1cs",
                "constraints": r1cs.constraints().len(),
                "wires": r1cs.wires(),
                "public": r1cs.public(),
                "terms": r1cs.terms(),
                "power": r1cs.power(),
                "digest": hex(&r1cs.digest()?),
            })
        }
        Some(b"ptau") => {
            let ptau = Ptau::from_bytes(&bytes)?;
            let names: Vec<&str> = ptau.contributions.iter().map(|c| c.name.as_str()).collect();
            json!({
                "format": "ptau",
                "power": ptau.power,
                "ceremony_power": ptau.ceremony_power,
                "challenge": challenge(&ptau),
                "contributions": names,
            })
        }
        Some(b"zkey") => {
            let zkey = Zkey::from_bytes(&bytes)?;
            let safe = VerifyingKey::load(&zkey.verifying_key()?);
            json!({
                "format": "zkey",
                "wires": zkey.wires(),
                "public": zkey.public,
                "domain": zkey.domain,
                "circuit_hash": hex(&zkey.circuit_hash),
                "history": history(&zkey),
                "verifying_key": safe.as_ref().map_or(Value::Null, |key| json!(hex(&key.digest()))),
                "refused_because": safe.err().map_or(Value::Null, |reject| json!(reject.to_string())),
            })
        }
        _ => bail!("{} is no .r1cs, .ptau or .zkey file", path.display()),
    })
}

fn history(zkey: &Zkey) -> Vec<Value> {
    let step = |contribution: &phase2::Contribution| {
        let beacon = match &contribution.origin {
            phase2::Origin::Person => Value::Null,
            phase2::Origin::Beacon(beacon) => json!(hex(beacon.value())),
        };
        json!({
            "name": contribution.name,
            "beacon": beacon,
            "hash": hex(&contribution.hash()),
            "own_proof_of_knowledge": contribution.knowledge.is_some(),
        })
    };
    zkey.contributions.iter().map(step).collect()
}

fn contribution_hash(zkey: &Zkey) -> String {
    zkey.contributions.last().map_or_else(String::new, |contribution| hex(&contribution.hash()))
}

fn challenge(ptau: &Ptau) -> String {
    ptau.contributions.last().map_or_else(|| "none".into(), |contribution| hex(&contribution.next_challenge))
}

impl Contribute {
    fn entropy(&self) -> eyre::Result<Entropy> {
        let mut text = String::new();
        match self.entropy.as_deref() {
            None => {}
            Some(path) if path == Path::new("-") => {
                tell!("Type anything, then Enter:");
                std::io::stdin().read_line(&mut text)?;
            }
            Some(path) => {
                let file = std::fs::File::open(path).wrap_err_with(|| format!("{} cannot be read", path.display()))?;
                let mut bytes = Vec::new();
                file.take(1 << 20).read_to_end(&mut bytes)?;
                text = hex::encode(&bytes);
                zeroize::Zeroize::zeroize(&mut bytes);
            }
        }
        Ok(Entropy::new(text))
    }

    fn written(&self, bytes: &[u8], hash: String) -> eyre::Result<()> {
        write_new(&self.out, bytes)?;
        say!("{} written; publish this hash: {hash}", self.out.display());
        Ok(())
    }
}

impl BeaconArgs {
    fn beacon(&self) -> eyre::Result<Beacon> {
        let digits = self.value.strip_prefix("0x").unwrap_or(&self.value);
        Ok(Beacon::new(hex::decode(digits).map_err(|_| eyre!("the beacon's value is not hex"))?, self.power)?)
    }
}

fn statement_of(name: &str) -> eyre::Result<Statement> {
    let known = || Statement::ALL.map(Statement::name).join(", ");
    Statement::ALL
        .into_iter()
        .find(|statement| statement.name() == name)
        .ok_or_else(|| eyre!("`{name}` is no statement of this release: {}", known()))
}

fn read_circuit(text: &str) -> eyre::Result<R1cs> {
    match text.ends_with(".r1cs") {
        true => Ok(R1cs::from_bytes(&read_file(Path::new(text))?).wrap_err_with(|| format!("{text} is refused"))?),
        false => Ok(R1cs::of_statement(statement_of(text)?)?),
    }
}

fn read_zkey(path: &Path) -> eyre::Result<Zkey> {
    Zkey::from_bytes(&read_file(path)?).wrap_err_with(|| format!("{} is refused", path.display()))
}

fn read_ptau(path: &Path) -> eyre::Result<Ptau> {
    Ptau::from_bytes(&read_file(path)?).wrap_err_with(|| format!("{} is refused", path.display()))
}

fn read_file(path: &Path) -> eyre::Result<Vec<u8>> {
    let failed = || format!("{} cannot be read", path.display());
    let file = std::fs::File::open(path).wrap_err_with(failed)?;
    let length = file.metadata().wrap_err_with(failed)?.len();
    ensure!(length <= FILE_BYTES_MAX, "{} is longer than {FILE_BYTES_MAX} bytes", path.display());
    let mut bytes = Vec::with_capacity(usize::try_from(length)?);
    file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).wrap_err_with(failed)?;
    Ok(bytes)
}

/// Never replaces a file: it may be the only copy of somebody's contribution.
fn write_new(path: &Path, bytes: &[u8]) -> eyre::Result<()> {
    let failed = || format!("{} cannot be written", path.display());
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path).wrap_err_with(failed)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).wrap_err_with(failed)
}

fn hex(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

/// A bar that shows what is being done and how far it is.
struct Bar(ProgressBar);

impl Bar {
    fn report(&self) -> impl Fn(&str, u64, u64) + Sync + '_ {
        move |what: &str, done, all| {
            self.0.set_length(all);
            self.0.set_position(done);
            self.0.set_message(what.to_owned());
        }
    }
}

fn with_bar<T>(work: impl FnOnce(&Bar) -> tacit_ceremony::Result<T>) -> eyre::Result<T> {
    let bar = Bar(ProgressBar::new(1));
    if let Ok(style) = ProgressStyle::with_template("{elapsed_precise} {bar:30} {pos}/{len} {msg}") {
        bar.0.set_style(style);
    }
    bar.0.enable_steady_tick(std::time::Duration::from_millis(200));
    let result = work(&bar);
    bar.0.finish_and_clear();
    Ok(result?)
}
