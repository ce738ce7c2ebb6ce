//! The checked-in lists: who may depend on whom, who owns what, and what deterministic code must not contain.

/// Our crates, lowest layer first, with the crates of ours that each may use. `dev-dependencies` may use any lower layer
/// and the crate itself.
pub const EDGES: &[(&str, &[&str])] = &[
    ("tacit-types", &[]),
    ("tacit-abi", &[]),
    ("tacit-circuits", &[]),
    // Trusted setup: a tool; of the node's crates only the binary's commands use it.
    ("tacit-ceremony", &["tacit-circuits"]),
    ("tacit-state", &["tacit-types"]),
    ("tacit-vm", &["tacit-types", "tacit-abi"]),
    ("tacit-exec", &["tacit-types", "tacit-abi", "tacit-state", "tacit-vm", "tacit-circuits"]),
    // The harness in which contracts are tested; nothing that runs on a node uses it.
    ("tacit-simulator", &["tacit-types", "tacit-state", "tacit-vm", "tacit-exec", "tacit-circuits"]),
    ("tacit-contract-tests", &["tacit-types", "tacit-simulator"]),
    ("tacit-genesis", &["tacit-types", "tacit-state", "tacit-exec", "tacit-circuits"]),
    ("tacit-storage", &["tacit-types", "tacit-state"]),
    ("tacit-mempool", &["tacit-types", "tacit-state", "tacit-exec"]),
    // Consensus knows execution only through its own trait.
    ("tacit-consensus", &["tacit-types"]),
    ("tacit-network", &["tacit-types"]),
    // RPC knows the node only through its own trait; the application implements it.
    ("tacit-rpc", &["tacit-types"]),
    ("tacit-wallet", &["tacit-types", "tacit-circuits", "tacit-rpc"]),
    (
        "tacit",
        &[
            "tacit-types",
            "tacit-state",
            "tacit-vm",
            "tacit-exec",
            "tacit-circuits",
            "tacit-ceremony",
            "tacit-genesis",
            "tacit-storage",
            "tacit-mempool",
            "tacit-consensus",
            "tacit-network",
            "tacit-rpc",
            "tacit-wallet",
        ],
    ),
    (
        "tacit-benches",
        &[
            "tacit-types",
            "tacit-abi",
            "tacit-state",
            "tacit-vm",
            "tacit-exec",
            "tacit-circuits",
            "tacit-genesis",
            "tacit-storage",
            "tacit-mempool",
        ],
    ),
    (
        "tacit-tests",
        &[
            "tacit-types",
            "tacit-abi",
            "tacit-state",
            "tacit-vm",
            "tacit-exec",
            "tacit-simulator",
            "tacit-circuits",
            "tacit-ceremony",
            "tacit-genesis",
            "tacit-storage",
            "tacit-mempool",
            "tacit-consensus",
            "tacit-network",
            "tacit-rpc",
            "tacit-wallet",
        ],
    ),
    ("tacit-tidy", &["tacit-types", "tacit-state"]),
];

/// Crates that may use everything because nothing is built from them.
pub const TOOLS: &[&str] = &["tacit-benches", "tacit-tests", "tacit-tidy"];

/// Heavy dependencies by name or, with a trailing `*`, by prefix; and the only crates of ours that may name them.
pub const OWNERS: &[(&str, &[&str])] = &[
    ("ark-*", &["tacit-circuits", "tacit-ceremony"]),
    ("light-poseidon", &["tacit-circuits"]),
    ("wasmtime*", &["tacit-vm"]),
    ("wasmparser", &["tacit-vm"]),
    ("wasm-encoder", &["tacit-vm"]),
    ("wasmi*", &["tacit-vm"]),
    ("rocksdb", &["tacit-storage"]),
    ("librocksdb-sys", &["tacit-storage"]),
    ("libp2p*", &["tacit-network"]),
    ("arc-malachitebft-*", &["tacit-consensus"]),
    ("nomt-core", &["tacit-state"]),
    ("jsonrpsee*", &["tacit-rpc"]),
    ("axum*", &["tacit-rpc"]),
    ("curve25519-dalek", &["tacit-wallet"]),
    ("clap", &["tacit"]),
    ("cargo_metadata", &["tacit-tidy"]),
    (
        "tokio*",
        &["tacit-mempool", "tacit-consensus", "tacit-network", "tacit-rpc", "tacit-wallet", "tacit", "tacit-tests"],
    ),
];

/// Crates whose result must be the same on every machine, and the names that may not occur anywhere below them,
/// however indirectly.
pub const PURE_CRATES: &[&str] = &[
    "tacit-types",
    "tacit-abi",
    "tacit-state",
    "tacit-vm",
    "tacit-exec",
    "tacit-circuits",
    "tacit-genesis",
    "tacit-simulator",
];
/// See [`PURE_CRATES`].
pub const NEVER_BELOW_PURE: &[&str] =
    &["tokio*", "async-std", "libp2p*", "rocksdb", "mio", "hyper", "reqwest", "openssl-sys"];

/// Licences of which one must suffice for every crate in the tree.
pub const LICENCES: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unicode-3.0",
    "CC0-1.0",
    "0BSD",
    "Unlicense",
];

/// Crates with another licence, and why that is acceptable.
pub const LICENCE_EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "webpki-root-certs",
        "CDLA-Permissive-2.0",
        "Mozilla's list of certificate authorities: data under a permissive licence, on Android only",
    ),
    (
        "attohttpc",
        "MPL-2.0",
        "cargo lists it for a feature of libp2p that is off (UPnP); `cargo tree` shows it is not built",
    ),
];

/// Folders whose code decides what the chain's state is.
pub const DETERMINISTIC: &[&str] = &["runtime/"];

/// Words that deterministic code must not contain, and why.
pub const BANNED_WORDS: &[(&str, &str)] = &[
    ("HashMap", "its order differs from process to process; use BTreeMap"),
    ("HashSet", "its order differs from process to process; use BTreeSet"),
    ("RandomState", "is seeded by the system"),
    ("SystemTime", "is a clock; take the time as an argument"),
    ("Instant", "is a clock; take the time as an argument"),
    ("f32", "rounds differently from machine to machine"),
    ("f64", "rounds differently from machine to machine"),
    ("async", "deterministic code computes; waiting belongs to node/"),
    ("tokio", "deterministic code computes; waiting belongs to node/"),
    ("rand", "is a source of randomness; take a seed as an argument"),
    ("getrandom", "is a source of randomness; take a seed as an argument"),
    ("OsRng", "is a source of randomness; take a seed as an argument"),
    ("thread_rng", "is a source of randomness; take a seed as an argument"),
    ("env", "the environment differs from machine to machine; take a parameter"),
];

/// Paths that deterministic code must not name, and why.
pub const BANNED_PATHS: &[(&str, &str)] = &[
    ("std::time", "is a clock; take the time as an argument"),
    ("std::fs", "is I/O; belongs to node/"),
    ("std::net", "is I/O; belongs to node/"),
    ("std::io::std", "is I/O; belongs to node/"),
    ("std::process", "belongs to node/app"),
];

/// Files that may contain a banned word or path, and why that cannot change a result.
pub const BANNED_EXCEPTIONS: &[(&str, &str, &str)] = &[];

/// A file longer than this tells more than one story. The aim is 450 lines; this is where it stops.
pub const FILE_LINES_MAX: usize = 650;

/// Where `unsafe` may stand, as a file or the start of a path, and why.
pub const UNSAFE: &[(&str, &str)] = &[
    ("runtime/vm/src/loan.rs", "the engine demands 'static data; this file lends it a borrowed world"),
    (
        "runtime/vm/src/engine/restore.rs",
        "the engine's loading of machine code is unsafe; this file gives it only what it sealed itself",
    ),
    ("benches/peers/src/cosmwasm.rs", "the peer's cache wants a promise that nobody else writes to its folder"),
    ("contracts/", "a guest reaches its host through imported functions; the sandbox holds whatever it does"),
];

/// The only folders at the top of the repository.
pub const TOP_FOLDERS: &[&str] = &["node", "runtime", "circuits", "contracts", "genesis", "benches", "tests", "docs"];
