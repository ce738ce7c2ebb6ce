//! The names of the engine that this crate uses, gathered in one place.
//!
//! The engine's crates re-export each other in several layers and two of them have types of the same name; importing
//! from here keeps every other file free of that. Nothing of ours is defined here.

pub(crate) use arc_malachitebft_app_channel::app::config::{
    ConsensusConfig, NodeConfig, P2pConfig, PubSubProtocol, ValuePayload, ValueSyncConfig,
};
pub(crate) use arc_malachitebft_app_channel::app::consensus::{LivenessMsg, VoteExtensionError};
pub(crate) use arc_malachitebft_app_channel::app::engine::host::{Next, SyncedValueOutcome};
pub(crate) use arc_malachitebft_app_channel::app::net::Multiaddr;
pub(crate) use arc_malachitebft_app_channel::app::streaming::{StreamContent, StreamId, StreamMessage};
pub(crate) use arc_malachitebft_app_channel::app::types::codec::{Codec, HasEncodedLen};
pub(crate) use arc_malachitebft_app_channel::app::types::core::{
    Address, CommitCertificate, Context, ExtendedCommitCertificate, ExtendedCommitSignature, Height, HeightParams,
    LinearTimeouts, NilOrVal, PolkaCertificate, PolkaSignature, Proposal, ProposalPart, Round, RoundCertificate,
    RoundCertificateType, RoundSignature, SignedExtension, SignedMessage, Validator, ValidatorProof, ValidatorSet,
    Validity, Value, Vote, VoteExtensionScope, VoteType, VotingPower,
};
pub(crate) use arc_malachitebft_app_channel::app::types::sync::{RawDecidedValue, Request, Response, Status};
pub(crate) use arc_malachitebft_app_channel::app::types::{
    Keypair, LocallyProposedValue, MisbehaviorEvidence, PeerId, ProposedValue, SignedConsensusMsg,
};
pub(crate) use arc_malachitebft_app_channel::{
    AppMsg, Channels, ConsensusContext, EngineHandle, NetworkContext, NetworkIdentity, NetworkMsg, NetworkRequest,
    Reply, RequestContext, SyncContext, WalContext, start_engine,
};
pub(crate) use arc_malachitebft_signing::{Error as SigningError, Signer, VerificationResult, Verifier};
pub(crate) use arc_malachitebft_signing_ed25519::{Ed25519, PublicKey, Signature};
pub(crate) use arc_malachitebft_sync::{ValueRequest, ValueResponse};
