//! How many files this process may have open. A node that runs out of them can neither take a connection nor write its
//! database, so it asks for all that the system grants, and does not start with too few.

/// Open files that the node needs beside the connections of its callers: database, logs, peers, with room.
const OPEN_FILES_RESERVED: u64 = 1_024;

/// Raises the limit as far as the system lets it, and refuses one that does not suffice for `rpc_connections`.
pub fn raise_limit(rpc_connections: u32) -> eyre::Result<()> {
    let open_files = rlimit::increase_nofile_limit(u64::MAX)?;
    check(open_files, rpc_connections)
}

fn check(open_files: u64, rpc_connections: u32) -> eyre::Result<()> {
    let least = OPEN_FILES_RESERVED.saturating_add(rpc_connections.into());
    if open_files >= least {
        return Ok(());
    }
    Err(eyre::eyre!(
        "the system lets this program have {open_files} files open, but a node with {rpc_connections} RPC connections needs \
         {least}; raise the limit (`ulimit -Hn`, or `LimitNOFILE=` of its service) or lower `rpc.max_connections`"
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_limit_that_the_configured_connections_could_use_up_is_refused() {
        check(2_048, 1_024).unwrap();
        let refused = check(2_047, 1_024).unwrap_err().to_string();
        for part in ["2047", "2048", "LimitNOFILE", "rpc.max_connections"] {
            assert!(refused.contains(part), "{refused}");
        }
        assert!(check(1_024, u32::MAX).is_err());
    }

    #[test]
    fn the_soft_limit_is_raised_to_the_hard_one() {
        let (_, hard) = rlimit::Resource::NOFILE.get().unwrap();
        rlimit::Resource::NOFILE.set(512.min(hard), hard).unwrap();
        raise_limit(0).unwrap();
        assert!(rlimit::Resource::NOFILE.get_soft().unwrap() >= OPEN_FILES_RESERVED);
    }
}
