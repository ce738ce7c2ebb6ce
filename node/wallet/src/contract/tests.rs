//! Specs, arguments and answers: every type there and back, and everything that must be refused.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};
use tacit_types::{Address, GenesisId, Network};

const SPEC: &str = r#"{"contract":"shop","version":"0.1.0","spec":1,"modules":["roles"],"layout":1,"later":7,"doc":"A shop."}
{"function":"init","kind":"init","arguments":[],"result":"()"}
{"function":"pay","kind":"call","arguments":[{"name":"to","type":"Address"},{"name":"amount","type":"Amount"}],"result":"Amount","error":"Error","payable":true,"guards":["only_role(KEEPER)"]}
{"function":"note","kind":"call","arguments":[{"name":"data","type":"Bytes<4>"}],"result":"()"}
{"event":"Paid","fields":[{"name":"to","type":"Address"},{"name":"amount","type":"Amount"}]}
{"error":"Error","cases":[{"name":"Empty","code":1,"doc":"Nothing is left."}]}
{"error":"Other","cases":[{"name":"Same","code":1},{"name":"Two","code":2}]}
{"struct":"Order","fields":[{"name":"buyer","type":"Address"},{"name":"lines","type":"List<Line,2>"}]}
{"struct":"Line","fields":[{"name":"0","type":"u16"},{"name":"1","type":"Text<3>"}]}
{"enum":"Choice","cases":[{"name":"None","fields":[]},{"name":"Some","fields":[{"name":"of","type":"u8"}]}]}
{"role":"KEEPER","id":16}
{"storage":"LEFT","prefix":0,"kind":"Map","key":"Address","value":"Amount"}
{"storage":"roles.MEMBERS","prefix":203,"kind":"Set","key":"(u8,Address)"}
{"galaxy":"far"}
"#;

fn spec() -> Spec {
    Spec::parse(SPEC.as_bytes()).unwrap()
}

fn book() -> AliasBook {
    let mut book = AliasBook::default();
    book.add("alice", Address([7; 32])).unwrap();
    book
}

fn typed(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(|text| (*text).to_owned()).collect()
}

/// Encodes one argument of a type as it stands on a command line.
fn encoded(kind: &str, text: &str) -> Result<Vec<u8>, crate::WalletError> {
    let mut spec = spec();
    let function = Function {
        name: "f".into(),
        kind: Kind::Call,
        arguments: vec![Field { name: "x".into(), kind: Type::parse(kind).unwrap(), doc: String::new() }],
        result: Type::parse("()").unwrap(),
        error: None,
        payable: false,
        reentrant: false,
        guards: Vec::new(),
        doc: String::new(),
    };
    spec.functions.clear();
    let book = book();
    spec.encode_arguments(&function, &[format!("x={text}")], Names { network: Network::Dev, aliases: &book })
}

fn decoded(kind: &str, bytes: &[u8]) -> Result<Value, crate::WalletError> {
    let book = book();
    spec().decode(&Type::parse(kind).unwrap(), bytes, Names { network: Network::Dev, aliases: &book })
}

#[test]
fn fields_and_errors_are_read_from_the_lists_that_the_sdk_writes() {
    let written = r#"{"contract":"shop","spec":1}
{"function":"pay","kind":"call","arguments":[["to","Address"],["amount","Amount","How much."]],"error":"Error"}
{"error":"Error","cases":[["Empty",1,"Nothing is left."],["Other",2]]}
{"enum":"Choice","cases":[{"name":"None"},{"name":"Some","fields":[["of","u8"]]}]}"#;
    let read = Spec::parse(written.as_bytes()).unwrap();
    let pay = read.function("pay").unwrap();
    let field = |name: &str, kind: &str, doc: &str| Field {
        name: name.into(),
        kind: Type::parse(kind).unwrap(),
        doc: doc.into(),
    };
    assert_eq!(pay.arguments, [field("to", "Address", ""), field("amount", "Amount", "How much.")]);
    assert_eq!(pay.result, Type::parse("()").unwrap());
    let cases: Vec<_> = read.errors[0].cases.iter().map(|case| (&*case.name, case.code, &*case.doc)).collect();
    assert_eq!(cases, [("Empty", 1, "Nothing is left."), ("Other", 2, "")]);
    assert_eq!(read.enums["Choice"][1].fields, [field("of", "u8", "")]);
    // A list that is too long or too short is none.
    for bad in [r#"["to"]"#, r#"["to","Address","Who.","more"]"#, "[]"] {
        let line = format!("{{\"contract\":\"x\",\"spec\":1}}\n{{\"event\":\"E\",\"fields\":[{bad}]}}");
        assert!(Spec::parse(line.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn the_order_of_the_lines_means_nothing() {
    let more = "{\"event\":\"Kept\"}\n{\"role\":\"BUYER\",\"id\":17}\n{\"storage\":\"ALL\",\"prefix\":1,\"kind\":\"Item\",\"value\":\"u8\"}\n";
    let written = format!("{SPEC}{more}");
    let read = Spec::parse(written.as_bytes()).unwrap();
    let mut lines: Vec<&str> = written.lines().collect();
    for _ in 0..lines.len() {
        lines.rotate_left(1);
        assert_eq!(Spec::parse(lines.join("\n").as_bytes()).unwrap(), read);
    }
    lines.reverse();
    assert_eq!(Spec::parse(lines.join("\n").as_bytes()).unwrap(), read);
    assert_eq!(read.functions.iter().map(|line| &*line.name).collect::<Vec<_>>(), ["init", "note", "pay"]);
    assert_eq!(read.events.iter().map(|line| &*line.name).collect::<Vec<_>>(), ["Kept", "Paid"]);
    assert_eq!(read.errors.iter().map(|line| &*line.name).collect::<Vec<_>>(), ["Error", "Other"]);
    assert_eq!(read.roles.iter().map(|line| &*line.name).collect::<Vec<_>>(), ["BUYER", "KEEPER"]);
    assert_eq!(read.storage.iter().map(|line| line.prefix).collect::<Vec<_>>(), [0, 1, 203]);
}

#[test]
fn every_type_is_written_as_the_specification_says_and_read_back() {
    let alice = Address([7; 32]).to_text(Network::Dev);
    let hex_of = |byte: &str, times: usize| byte.repeat(times);
    let order = r#"{"buyer":"alice","lines":[[258,"ab"]]}"#;
    let cases: Vec<(&str, &str, String, Value)> = vec![
        ("bool", "true", "01".into(), json!(true)),
        ("bool", "false", "00".into(), json!(false)),
        ("u8", "255", "ff".into(), json!(255)),
        ("u16", "258", "0201".into(), json!(258)),
        ("u32", "1", "01000000".into(), json!(1)),
        ("u64", "18446744073709551615", hex_of("ff", 8), json!("18446744073709551615")),
        (
            "u128",
            "340282366920938463463374607431768211455",
            hex_of("ff", 16),
            json!("340282366920938463463374607431768211455"),
        ),
        (
            "U256",
            "115792089237316195423570985008687907853269984665640564039457584007913129639935",
            hex_of("ff", 32),
            json!("115792089237316195423570985008687907853269984665640564039457584007913129639935"),
        ),
        ("Amount", "5", format!("05{}", hex_of("00", 15)), json!("5")),
        ("Shares", "0", hex_of("00", 16), json!("0")),
        ("Rate", "0.000000000000000258", format!("0201{}", hex_of("00", 14)), json!("0.000000000000000258")),
        ("Timestamp", "1", format!("01{}", hex_of("00", 7)), json!("1")),
        ("Duration", "2s", format!("d007{}", hex_of("00", 6)), json!("2000")),
        ("Height", "9", format!("09{}", hex_of("00", 7)), json!("9")),
        ("Address", "alice", hex_of("07", 32), json!(alice)),
        ("AssetId", "native", hex_of("00", 32), json!(format!("0x{}", hex_of("00", 32)))),
        ("[u8;3]", "0x010203", "010203".into(), json!("0x010203")),
        ("Bytes<4>", "0x0102", "020000000102".into(), json!("0x0102")),
        ("Text<4>", "zü", "030000007ac3bc".into(), json!("zü")),
        ("List<u8,3>", "[1,2]", "020000000102".into(), json!([1, 2])),
        ("Option<u8>", "null", "00".into(), Value::Null),
        ("Option<u8>", "3", "0103".into(), json!(3)),
        ("Option<Text<4>>", r#""null""#, "01040000006e756c6c".into(), json!("null")),
        ("Option<Option<u8>>", r#"{"some":null}"#, "0100".into(), json!({ "some": null })),
        ("(u8,bool)", "[1,true]", "0101".into(), json!([1, true])),
        ("()", "[]", String::new(), json!([])),
        (
            "Order",
            order,
            format!("{}0100000002010200000061 62", hex_of("07", 32)).replace(' ', ""),
            json!({ "buyer": alice, "lines": [[258, "ab"]] }),
        ),
        ("Choice", "None", "00".into(), json!("None")),
        ("Choice", r#"{"Some":{"of":9}}"#, "0109".into(), json!({ "Some": { "of": 9 } })),
    ];
    for (kind, text, bytes, value) in cases {
        let found = encoded(kind, text).unwrap_or_else(|error| panic!("{kind} {text}: {error}"));
        assert_eq!(hex::encode(&found), bytes, "{kind} {text}");
        assert_eq!(decoded(kind, &found).unwrap(), value, "{kind} {text}");
        assert!(decoded(kind, &[found.as_slice(), &[0]].concat()).is_err(), "{kind} with a byte too many");
        if let Some((_, shorter)) = found.split_last() {
            assert!(decoded(kind, shorter).is_err(), "{kind} with a byte too few");
        }
    }
}

#[test]
fn what_does_not_fit_a_type_is_refused() {
    let main = Address([7; 32]).to_text(Network::Main);
    let cases = [
        ("bool", vec!["yes", "1", "True", ""]),
        ("u8", vec!["256", "-1", "1.0", "0x1", "", "1e1", " 1", "+1"]),
        ("u16", vec!["65536"]),
        ("u32", vec!["4294967296"]),
        ("u64", vec!["18446744073709551616"]),
        ("u128", vec!["340282366920938463463374607431768211456"]),
        (
            "U256",
            vec![
                "115792089237316195423570985008687907853269984665640564039457584007913129639936",
                "0xff",
                "1_000",
                "-1",
            ],
        ),
        ("Amount", vec!["5.0", "5u", "many", "-5", "340282366920938463463374607431768211456"]),
        ("Rate", vec!["1.0000000000000000001", "1e3", "-0.1", "half"]),
        ("Timestamp", vec!["now", "18446744073709551616"]),
        ("Duration", vec!["1w", "1.5h", "h", "213503982335d", "-1s"]),
        ("Height", vec!["top"]),
        ("Address", vec!["bob", "tctd1qqqq", &main, "0x07", ""]),
        ("AssetId", vec!["gold", "0x00"]),
        ("[u8;3]", vec!["0x0102", "0x01020304", "010203", "0x01020"]),
        ("Bytes<4>", vec!["0x0102030405", "0x1", "text", "0x0g"]),
        ("Text<2>", vec!["abc", "üü"]),
        ("List<u8,3>", vec!["[1,2,3,4]", "1", "[256]", "[1.5]", "{", "[1,]"]),
        ("Option<u8>", vec!["none", "256", ""]),
        ("Option<Option<u8>>", vec!["3", r#"{"none":3}"#]),
        ("(u8,bool)", vec!["[1]", "[1,true,2]", "1", "[true,1]"]),
        (
            "Order",
            vec![
                "{}",
                r#"{"buyer":"alice"}"#,
                r#"{"buyer":"alice","lines":[],"more":1}"#,
                "[]",
                r#"{"buyer":1,"lines":[]}"#,
            ],
        ),
        ("Line", vec![r#"{"0":1,"1":"a"}"#, "[1]", r#"[1,"abcd"]"#]),
        ("Choice", vec!["Many", r#"{"None":{}}"#, r#""Some""#, r#"{"Some":{"of":1},"None":{}}"#, "{}"]),
        ("Unknown", vec!["1"]),
    ];
    for (kind, texts) in cases {
        for text in texts {
            assert!(encoded(kind, text).is_err(), "{text} was taken for {kind}");
        }
    }
}

#[test]
fn bytes_that_are_no_value_are_refused() {
    let deep =
        "{\"contract\":\"x\",\"spec\":1}\n{\"struct\":\"Own\",\"fields\":[{\"name\":\"own\",\"type\":\"Own\"}]}\n";
    let deep = Spec::parse(deep.as_bytes()).unwrap();
    let book = book();
    let names = Names { network: Network::Dev, aliases: &book };
    assert!(deep.decode(&Type::parse("Own").unwrap(), &[], names).is_err(), "a struct that holds itself");
    let cases: [(&str, &[u8]); 8] = [
        ("bool", &[2]),
        ("Option<u8>", &[2, 0]),
        ("Text<4>", &[1, 0, 0, 0, 0xff]),
        ("Bytes<1>", &[2, 0, 0, 0, 1, 2]),
        ("List<u8,1>", &[2, 0, 0, 0, 1, 2]),
        ("List<(),4294967295>", &[0xff, 0xff, 0xff, 0xff]),
        ("Choice", &[2]),
        ("Unknown", &[0]),
    ];
    for (kind, bytes) in cases {
        assert!(decoded(kind, bytes).is_err(), "{kind} {bytes:?}");
    }
}

#[test]
fn arguments_come_by_name_in_any_order_or_by_place_or_encoded() {
    let (spec, book) = (spec(), book());
    let names = Names { network: Network::Dev, aliases: &book };
    let pay = spec.function("pay").unwrap();
    let expected = [[7u8; 32].as_slice(), &5u128.to_le_bytes()].concat();
    let encoded = format!("0x{}", hex::encode(&expected));
    for good in [vec!["to=alice", "amount=5"], vec!["amount=5", "to=alice"], vec!["alice", "5"], vec![encoded.as_str()]]
    {
        assert_eq!(spec.encode_arguments(pay, &typed(&good), names).unwrap(), expected, "{good:?}");
    }
    let wrong = [
        vec![],
        vec!["alice"],
        vec!["to=alice"],
        vec!["to=alice", "5"],
        vec!["to=alice", "amount=5", "amount=6"],
        vec!["to=alice", "price=5"],
        vec!["alice", "5", "6"],
        vec!["0x07"],
    ];
    for bad in wrong {
        assert!(spec.encode_arguments(pay, &typed(&bad), names).is_err(), "{bad:?}");
    }
    // Where one argument is written as hex, hex is that argument and never the whole input.
    let note = spec.function("note").unwrap();
    assert_eq!(spec.encode_arguments(note, &typed(&["0x01"]), names).unwrap(), [1, 0, 0, 0, 1]);
    assert!(spec.function("steal").unwrap_err().to_string().contains("pay"));
}

#[test]
fn an_argument_that_the_function_does_not_have_is_named() {
    let (spec, book) = (spec(), book());
    let names = Names { network: Network::Dev, aliases: &book };
    let function = Function {
        name: "give".into(),
        kind: Kind::Call,
        arguments: vec![
            Field { name: "to".into(), kind: Type::Address, doc: String::new() },
            Field { name: "why".into(), kind: Type::Text(20), doc: String::new() },
        ],
        result: Type::Tuple(Vec::new()),
        error: None,
        payable: false,
        reentrant: false,
        guards: Vec::new(),
        doc: String::new(),
    };
    let given = |arguments: &[&str]| spec.encode_arguments(&function, &typed(arguments), names);
    for wrong in [&["to=dev:1", "wy=x"][..], &["too=dev:1", "x"], &["tto=dev:1"]] {
        let refused = given(wrong).unwrap_err().to_string();
        assert!(refused.contains("has no such argument"), "{refused}");
    }
    assert_eq!(given(&["dev:1", "wy=x"]).unwrap(), given(&["to=dev:1", "why=wy=x"]).unwrap(), "a text by its place");
}

#[test]
fn well_known_accounts_have_names_on_development_networks_alone() {
    let book = book();
    let on = |network| Names { network, aliases: &book };
    let first = crate::devnet::devnet_account(1).unwrap().address;
    assert_eq!(on(Network::Dev).address("dev:1").unwrap(), first);
    for wrong in ["dev:10", "dev:", "dev:+1", "dev:1 ", "dev:4294967296"] {
        assert!(on(Network::Dev).address(wrong).is_err(), "{wrong}");
    }
    assert!(on(Network::Main).address("dev:1").is_err(), "nobody must pay to keys that everybody knows");
}

#[test]
fn events_and_codes_get_their_names() {
    let (spec, book) = (spec(), book());
    let names = Names { network: Network::Dev, aliases: &book };
    let mut topic = [0u8; 32];
    topic[..4].copy_from_slice(b"Paid");
    let data = [[7u8; 32].as_slice(), &5u128.to_le_bytes()].concat();
    let (event, fields) = spec.decode_event(&[topic], &data, names).unwrap();
    assert_eq!((event.name.as_str(), &fields["amount"]), ("Paid", &json!("5")));
    assert!(spec.decode_event(&[topic], &data[1..], names).is_none(), "data of another shape");
    topic[4] = b'!';
    assert!(spec.decode_event(&[topic], &data, names).is_none(), "another topic");
    assert!(spec.decode_event(&[], &data, names).is_none());
    let pay = spec.function("pay").ok();
    assert_eq!(spec.problem(pay, 1).unwrap().name, "Error::Empty");
    assert_eq!(spec.problem(pay, 2).unwrap().name, "Other::Two");
    assert_eq!(spec.problem(None, 0xFFFF_0001).unwrap().name, "BadInput");
    assert!(spec.problem(pay, 3).is_none());
}

#[test]
fn specs_that_are_none_are_refused() {
    let contract = "{\"contract\":\"x\",\"spec\":1}\n";
    let wrong = [
        String::new(),
        "{\"contract\":\"x\",\"spec\":2}".into(),
        format!("{contract}{contract}"),
        format!("{contract}nonsense"),
        format!("{contract}{{\"function\":\"f\",\"kind\":\"run\"}}"),
        format!("{contract}{{\"function\":\"f\\u001b[2J\",\"kind\":\"call\"}}"),
        format!("{contract}{{\"function\":\"f\",\"kind\":\"call\"}}\n{{\"function\":\"f\",\"kind\":\"view\"}}"),
        format!(
            "{contract}{{\"function\":\"f\",\"kind\":\"call\",\"arguments\":[{{\"name\":\"a b\",\"type\":\"u8\"}}]}}"
        ),
        format!(
            "{contract}{{\"function\":\"f\",\"kind\":\"call\",\"arguments\":[{{\"name\":\"a\",\"type\":\"u9 \"}}]}}"
        ),
        format!("{contract}{{\"struct\":\"S\"}}\n{{\"struct\":\"S\"}}"),
        "\n".repeat(3_000),
        "x".repeat(300 * 1024),
    ];
    for text in wrong {
        let shown: String = text.chars().take(80).collect();
        assert!(Spec::parse(text.as_bytes()).is_err(), "{shown}");
    }
    assert!(Spec::parse(&[0xff]).is_err());
    let doc = Spec::parse(b"{\"contract\":\"x\",\"spec\":1,\"doc\":\"a\\u001b[2Jb\"}").unwrap().doc;
    assert_eq!(doc, "a [2Jb");
}

#[test]
fn types_have_one_spelling() {
    for text in ["u8", "U256", "[u8;32]", "Bytes<64>", "List<(Address,Option<Amount>),10>", "()", "Order"] {
        assert_eq!(Type::parse(text).unwrap().to_string(), text);
    }
    let nested = format!("{}u8{}", "Option<".repeat(40), ">".repeat(40));
    for text in
        ["", "u8 ", "[u8;03]", "[u16;3]", "Bytes", "Bytes<>", "List<u8>", "(u8", "(u8,)", "a-b", "Text<-1>", &nested]
    {
        assert!(Type::parse(text).is_err(), "{text}");
    }
}

#[test]
fn an_alias_book_keeps_names_of_one_chain() {
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (GenesisId([1; 32]), GenesisId([2; 32]));
    let update = |change: &dyn Fn(&mut AliasBook) -> Result<(), crate::WalletError>| {
        AliasBook::update(folder.path(), &here, Network::Dev, change)
    };
    let read = || AliasBook::open(folder.path(), &here, Network::Dev).unwrap();
    update(&|book| book.add("token", Address([3; 32]))).unwrap();
    update(&|book| book.add("token", Address([3; 32]))).unwrap();
    assert!(update(&|book| book.add("token", Address([4; 32]))).is_err(), "a name that is taken");
    for bad in ["", "Token", "tct", "tctd1abc", "0x00", "a b", "-a", "über", "a".repeat(33).as_str()] {
        assert!(update(&|book| book.add(bad, Address([5; 32]))).is_err(), "{bad}");
    }
    assert_eq!(read().entries().collect::<Vec<_>>(), [("token", Address([3; 32]))]);
    assert!(AliasBook::open(folder.path(), &here, Network::Main).is_err(), "addresses of another network");
    assert_eq!(AliasBook::open(folder.path(), &there, Network::Dev).unwrap().entries().count(), 0);
    assert_eq!(read().name_of(&Address([3; 32])), Some("token"));
    let mut book = read();
    assert!(book.remove("token") && !book.remove("token"));
    let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let file = files.into_iter().find(|file| file.extension().is_some_and(|ending| ending == "json")).unwrap();
    std::fs::write(file, "{\"token\":").unwrap();
    assert!(AliasBook::open(folder.path(), &here, Network::Dev).is_err(), "half a file");
    assert!(update(&|book| book.add("other", Address([6; 32]))).is_err(), "half a file is not written over");
}

#[test]
fn names_that_are_given_at_once_are_all_kept() {
    let folder = tempfile::tempdir().unwrap();
    let give = |thread: u8| {
        for number in 0..10 {
            let add = |book: &mut AliasBook| book.add(&format!("n{thread}-{number}"), Address([thread; 32]));
            AliasBook::update(folder.path(), &GenesisId([1; 32]), Network::Dev, add).unwrap();
        }
    };
    std::thread::scope(|scope| {
        let give = &give;
        (0..4).for_each(|thread| {
            scope.spawn(move || give(thread));
        });
    });
    let book = AliasBook::open(folder.path(), &GenesisId([1; 32]), Network::Dev).unwrap();
    assert_eq!(book.entries().count(), 4 * 10);
}

#[test]
fn names_that_mean_two_things_are_refused() {
    let with = |line: &str| Spec::parse(format!("{{\"contract\":\"x\",\"spec\":1}}\n{line}").as_bytes());
    for bad in [
        r#"{"struct":"A","fields":[["a","u8"],["a","u8"]]}"#,
        r#"{"struct":"A","fields":[["0","u8"],["b","u8"]]}"#,
        r#"{"struct":"A","fields":[["a","u8"],["1","u8"]]}"#,
        r#"{"struct":"A","fields":[["1","u8"],["0","u8"]]}"#,
        r#"{"event":"E","fields":[["a","u8"],["a","u8"]]}"#,
        r#"{"function":"f","kind":"call","arguments":[["a","u8"],["a","u8"]]}"#,
        r#"{"function":"f","kind":"call","arguments":[["0","u8"]]}"#,
        r#"{"enum":"A","cases":[{"name":"B"},{"name":"B"}]}"#,
        r#"{"enum":"A","cases":[{"name":"B","fields":[["a","u8"],["a","u8"]]}]}"#,
        r#"{"error":"A","cases":[["B",1],["B",2]]}"#,
        r#"{"struct":"u8","fields":[]}"#,
        r#"{"struct":"Option","fields":[]}"#,
        r#"{"enum":"List","cases":[]}"#,
    ] {
        assert!(with(bad).is_err(), "{bad}");
    }
    assert!(with(r#"{"struct":"A","fields":[["0","u8"],["1","u8"]]}"#).is_ok());
    let shown = with(r#"{"struct":"A","fields":[["a","u8","ends\u001b[2J"]]}"#).unwrap();
    assert_eq!(shown.structs["A"][0].doc, "ends [2J", "what a terminal would obey");
}

proptest! {
    #[test]
    fn no_spec_text_or_bytes_bring_the_reader_down(text: String, bytes: Vec<u8>, kind in "[A-Za-z0-9<>,;()\\[\\]]{0,24}") {
        let _ = Spec::parse(text.as_bytes());
        let _ = Spec::parse(&bytes);
        let line = format!("{{\"contract\":\"x\",\"spec\":1}}\n{{\"event\":{}}}", serde_json::to_string(&text).unwrap());
        let _ = Spec::parse(line.as_bytes());
        if let Ok(kind) = Type::parse(&kind) {
            let _ = decoded(&kind.to_string(), &bytes);
            let _ = encoded(&kind.to_string(), &text);
        }
    }

    #[test]
    fn bytes_that_decode_are_the_only_encoding_of_their_value(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let book = AliasBook::default();
        let names = Names { network: Network::Dev, aliases: &book };
        for kind in ["Option<List<u8,8>>", "(bool,Text<8>)", "Choice", "Bytes<32>", "(u64,Option<Option<bool>>)"] {
            let kind = Type::parse(kind).unwrap();
            if let Ok(value) = spec().decode(&kind, &bytes, names) {
                prop_assert_eq!(&spec().encode(&kind, &value, names).unwrap(), &bytes);
            }
        }
    }
}
