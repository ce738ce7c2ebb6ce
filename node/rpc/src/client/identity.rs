//! The client's reads of polls and issuers.

use super::{Client, ClientError};
use crate::json::Hex32;
use crate::types::{IssuerLeavesParams, IssuerLeavesView, IssuerParams, IssuerView, PollParams, PollView};

impl Client {
    /// `poll_get`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn poll(&self, poll: Hex32) -> Result<PollView, ClientError> {
        self.call("poll_get", PollParams { poll }).await
    }

    /// `issuer_get`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn issuer(&self, issuer: Hex32) -> Result<IssuerView, ClientError> {
        self.call("issuer_get", IssuerParams { issuer }).await
    }

    /// `issuer_leaves`, one page.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn issuer_page(&self, issuer: Hex32, from: u64) -> Result<IssuerLeavesView, ClientError> {
        self.call("issuer_leaves", IssuerLeavesParams { issuer, from, limit: None }).await
    }

    /// All leaves of an issuer, page by page, all of one root: when the tree changes meanwhile, from the start again.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn issuer_leaves(&self, issuer: Hex32) -> Result<Vec<[u8; 32]>, ClientError> {
        let mut page = self.issuer_page(issuer, 0).await?;
        let mut leaves: Vec<[u8; 32]> = page.leaves.iter().map(|leaf| leaf.0).collect();
        while let Some(next) = page.next {
            // A node that does not advance would keep us here for ever.
            if next != leaves.len() as u64 || page.leaves.is_empty() {
                return Err(ClientError::BadAnswer("`next` does not advance".to_owned()));
            }
            let root = page.root;
            page = self.issuer_page(issuer, next).await?;
            if page.root != root {
                leaves.clear();
                page = self.issuer_page(issuer, 0).await?;
            }
            leaves.extend(page.leaves.iter().map(|leaf| leaf.0));
        }
        Ok(leaves)
    }
}
