//! Passwords: from a prompt for people, from a file for scripts; never from the command line or the environment, where
//! others can read them.

use crate::error::WalletError;
use std::fmt;
use std::io::Read;
use std::path::Path;
use zeroize::Zeroizing;

/// Longest password in bytes.
pub const PASSWORD_BYTES_MAX: usize = 1_024;

/// A password, wiped when dropped.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Checks the length.
    ///
    /// # Errors
    /// [`WalletError::Password`].
    pub fn new(text: &str) -> Result<Self, WalletError> {
        if text.is_empty() || text.len() > PASSWORD_BYTES_MAX {
            return Err(WalletError::Password);
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// The first line of a file.
    ///
    /// # Errors
    /// [`WalletError::Io`] and [`WalletError::Password`].
    pub fn from_file(path: &Path) -> Result<Self, WalletError> {
        let fail = |source| WalletError::Io { path: path.to_owned(), source };
        let file = std::fs::File::open(path).map_err(fail)?;
        let mut text = Zeroizing::new(String::new());
        // One byte more than allowed, plus a line end, is enough to know that it is too long.
        file.take(PASSWORD_BYTES_MAX as u64 + 3).read_to_string(&mut text).map_err(fail)?;
        Self::new(text.lines().next().unwrap_or_default())
    }

    /// Asks on the terminal; with `confirm` twice, for a new password.
    ///
    /// # Errors
    /// [`WalletError::Io`] without a terminal, [`WalletError::PasswordsDiffer`], [`WalletError::Password`].
    pub fn prompt(question: &str, confirm: bool) -> Result<Self, WalletError> {
        let ask = |question: &str| {
            let fail =
                |source| WalletError::Io { path: "the terminal (use --password-file in scripts)".into(), source };
            rpassword::prompt_password(question).map(Zeroizing::new).map_err(fail)
        };
        let first = ask(&format!("{question}: "))?;
        if confirm && *ask(&format!("{question} again: "))? != *first {
            return Err(WalletError::PasswordsDiffer);
        }
        Self::new(&first)
    }

    /// From a file when one is given, else from the terminal.
    ///
    /// # Errors
    /// As [`Password::from_file`] and [`Password::prompt`].
    pub fn obtain(file: Option<&Path>, question: &str, confirm: bool) -> Result<Self, WalletError> {
        match file {
            Some(path) => Self::from_file(path),
            None => Self::prompt(question, confirm),
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}
