//! `tx_*`: submitting, following and simulating transactions.

use super::{Ctx, Outcome};
use crate::backend::{BackendError, Submitted};
use crate::convert;
use crate::error::{ErrorKind, RpcError};
use crate::json::{HexArray, HexBytes};
use crate::table::Table;
use crate::types::{SimulateView, SubmitView, TxBytesParams, TxIdParams, TxRawView, TxView};
use std::net::IpAddr;
use std::sync::Arc;
use tacit_types::{DecodeError, RawTx, RejectCode, Tx, TxId};

pub fn register(table: &mut Table) {
    table.asynchronous("tx_submit", "Verifies a transaction and puts it into the pool.", submit);
    table.heavy("tx_get", "How far a transaction is and what came of it.", |ctx| &ctx.receipts, get);
    table.heavy("tx_getRaw", "The bytes of a transaction.", |ctx| &ctx.reads, raw);
    table.heavy(
        "tx_simulate",
        "Executes a transaction on the latest state and forgets the result; signatures and proofs are not verified.",
        |ctx| &ctx.simulations,
        simulate,
    );
}

async fn submit(ctx: Arc<Ctx>, client: Option<IpAddr>, params: TxBytesParams) -> Outcome<SubmitView> {
    let _permit = ctx.submissions.enter().await?;
    let raw = RawTx::new(params.bytes.0).map_err(|error| refused_bytes(&error))?;
    match ctx.backend.submit(raw.clone(), client).await {
        Ok(submitted) => Ok(convert::submit_view(submitted)),
        Err(error) => submitted_before(&ctx, &raw, &error).map(convert::submit_view).ok_or_else(|| error.into()),
    }
}

/// A transaction that was submitted before is no error, however far it has come since.
fn submitted_before(ctx: &Ctx, raw: &RawTx, error: &BackendError) -> Option<Submitted> {
    use RejectCode::{AlreadyKnown, Expired, SequenceTooLow};
    let BackendError::Rejected(AlreadyKnown | SequenceTooLow | Expired, _) = error else { return None };
    let tx_id = Tx::decode(raw.as_bytes()).ok()?.id();
    let known = ctx.backend.knows_tx(&tx_id).unwrap_or(false);
    known.then(|| Submitted { tx_id, hash: raw.full_hash() })
}

fn get(ctx: &Ctx, params: TxIdParams) -> Outcome<TxView> {
    let id = TxId(params.tx_id.0);
    Ok(ctx.convert.tx(id, ctx.backend.tx_status(&id)?))
}

fn raw(ctx: &Ctx, params: TxIdParams) -> Outcome<TxRawView> {
    let found = ctx.backend.tx_bytes(&TxId(params.tx_id.0))?;
    let raw = found.ok_or_else(|| RpcError::not_found("transaction"))?;
    Ok(TxRawView { tx_id: params.tx_id, hash: HexArray(raw.full_hash().0), bytes: HexBytes(raw.as_bytes().to_vec()) })
}

fn simulate(ctx: &Ctx, params: TxBytesParams) -> Outcome<SimulateView> {
    let tx = Tx::decode(&params.bytes.0).map_err(|error| refused_bytes(&error))?;
    let cap = ctx.config.simulation_gas_max;
    if tx.body.gas_limit > cap {
        let message = format!("the gas limit {} is above {cap}, the most that is simulated here", tx.body.gas_limit);
        return Err(RpcError::new(ErrorKind::LimitExceeded, message, "simulate with a lower gas limit"));
    }
    Ok(ctx.convert.simulated(&ctx.backend.simulate(tx)?))
}

fn refused_bytes(error: &DecodeError) -> RpcError {
    let code = match error {
        DecodeError::TooLong { .. } => RejectCode::TooLong,
        DecodeError::Malformed { .. } | DecodeError::NotCanonical { .. } => RejectCode::Malformed,
    };
    RpcError::rejected(code, Some(&error.to_string()))
}
