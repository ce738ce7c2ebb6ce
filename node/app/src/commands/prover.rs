//! `tacit prover`: proves join-splits for wallets on this machine, over a Unix socket. It sees what they move and
//! cannot spend it.

use super::output::say;
use super::runtime;
use clap::Args;
use eyre::{WrapErr, bail, eyre};
use indicatif::ProgressBar;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tacit_circuits::{ProvingKeys, Statement};
use tacit_wallet::shielded::prover::{LocalProver, Served, serve};

/// The statements that wallets delegate.
const STATEMENTS: [Statement; 3] = [Statement::Transfer1x2, Statement::Transfer2x2, Statement::Transfer8x2];

/// Make proofs for wallets that ask over a Unix socket, until Ctrl-C or SIGTERM.
#[derive(Args)]
#[command(
    after_help = "Example:\n  tacit prover --socket ~/.tacit/prover.sock\n  tacit wallet transfer --from alice --to tctdz1... --amount 5 --prover ~/.tacit/prover.sock\n\nA prover learns amounts and notes of what it proves, and never gets a key that spends. Only the user who runs it can\nconnect."
)]
pub struct Prover {
    /// Where to listen; the file is made, and removed at the end.
    #[arg(long, value_name = "PATH")]
    socket: PathBuf,
    /// Folder of the proving keys; they are made there at first use.
    #[arg(long, value_name = "DIR")]
    params: Option<PathBuf>,
}

impl Prover {
    pub fn run(self) -> eyre::Result<()> {
        let keys = self.keys()?;
        let listener = listen(&self.socket)?;
        say!("listening on {}", self.socket.display());
        let prover = Arc::new(LocalProver::new(keys));
        let server = std::thread::spawn(move || serve(&listener, &prover, report));
        let stopped = runtime::block_on(async move {
            let shutdown = runtime::until_told_to_stop()?;
            while !server.is_finished() {
                tokio::select! {
                    () = shutdown.cancelled() => return Ok(()),
                    () = tokio::time::sleep(Duration::from_millis(500)) => {}
                }
            }
            match server.join() {
                Ok(ended) => ended.wrap_err("the prover can accept no more connections"),
                Err(_) => Err(eyre!("the prover failed; start it again")),
            }
        });
        let removed = std::fs::remove_file(&self.socket);
        stopped?;
        removed.wrap_err_with(|| format!("{} cannot be removed", self.socket.display()))
    }

    fn keys(&self) -> eyre::Result<ProvingKeys> {
        let folder = match &self.params {
            Some(folder) => folder.clone(),
            None => {
                let home = std::env::var_os("HOME").ok_or_else(|| eyre!("HOME is not set; say --params DIR"))?;
                PathBuf::from(home).join(".tacit/params")
            }
        };
        let bar = ProgressBar::new_spinner();
        bar.enable_steady_tick(Duration::from_millis(100));
        let keys = ProvingKeys::development(&folder);
        for statement in STATEMENTS {
            keys.ensure(statement, &mut |statement, step| {
                bar.set_message(format!("proving key of {statement}: {step:?}"));
            })?;
        }
        bar.finish_and_clear();
        Ok(keys)
    }
}

/// Listens at `path`, for nobody but this user. A socket that a dead prover left is replaced; anything else is not.
fn listen(path: &Path) -> eyre::Result<UnixListener> {
    let shown = path.display();
    if let Ok(found) = std::fs::symlink_metadata(path) {
        if !found.file_type().is_socket() {
            bail!("{shown} exists and is no socket; choose another path");
        }
        if UnixStream::connect(path).is_ok() {
            bail!("another prover listens at {shown}; use it, or choose another path");
        }
        std::fs::remove_file(path).wrap_err_with(|| format!("{shown} cannot be replaced"))?;
    }
    let listener = UnixListener::bind(path).wrap_err_with(|| format!("cannot listen at {shown}"))?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
        .wrap_err_with(|| format!("{shown} cannot be made private"))?;
    Ok(listener)
}

/// One line per question. It says nothing about what was proven.
fn report(served: Served) {
    match served {
        Served::Proof { took } => say!("proof made in {} ms", took.as_millis()),
        Served::Refused(refusal) => say!("question refused: {refusal}"),
    }
}
