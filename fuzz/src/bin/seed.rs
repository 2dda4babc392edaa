//! Writes the committed corpus: `seed FOLDER`.
//!
//! Conversations of two applications are recorded as each side said them, values and messages are encoded, and to
//! these come inputs made by hand that break one rule each.

use std::ffi::CString;
use std::fs;
use std::path::{Path, PathBuf};

use protium_fuzz::abi::*;
use protium_fuzz::application::{Application, Setup};
use protium_fuzz::target::tls::ends;
use protium_fuzz::target::transport::setup;

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("usage: seed FOLDER"));
    conversations(&folder.join("transport"));
    broken_frames(&folder.join("transport"));
    broken_links(&folder.join("transport"));
    values(&folder.join("data_decode"));
    messages(&folder.join("message_decode"));
    formats(&folder.join("formats"));
    urls(&folder.join("urls"));
    authentications(&folder.join("sasl"));
    orders_for_tls(&folder.join("tls_records"));
    certificates(&folder.join("certificates"));
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    fs::create_dir_all(folder).expect("the folder can be made");
    fs::write(folder.join(name), bytes).expect("the input can be written");
}

/// A line with a peer's name and a name from a certificate, and a certificate.
fn certificates(folder: &Path) {
    let certificate = include_bytes!("../../../src/tls/certificate/acme.der");
    for (name, line) in [
        ("host", "acme.example/acme.example\n"),
        ("wildcard", "a.acme.example/*.acme.example\n"),
        ("part", "abc.example./a*c.example\n"),
        ("international", "xn--bcher-kva.example/x*.example\n"),
        ("address", "[::1]/::1\n"),
    ] {
        write(folder, name, &[line.as_bytes(), certificate].concat());
    }
}

/// A URL, a pattern, and what is made of addresses that it fits.
fn urls(folder: &Path) {
    for (name, lines) in [
        ("whole", "amqps://us%3Aer:p%40ss@[::1]:5671/path/to\namqps://*/%/*\namqp://$1:5672/$2$$$3"),
        ("host", "host\n*\n$0"),
        ("port", "host:amqp/\n%:%\n$2$9$1"),
        ("broken", "://@:[]:%4g%/?#\n**%%**\n$"),
    ] {
        write(folder, name, lines.as_bytes());
    }
}

/// A client and a server talk; what each heard is an input for its kind.
fn conversations(folder: &Path) {
    for (name, flags) in [
        ("plain", 0),
        ("sasl", setup::SASL),
        ("frames", setup::SMALL_FRAMES),
        ("window", setup::SMALL_CAPACITY),
    ] {
        // SAFETY: the application keeps the C contract, see its story.
        unsafe {
            let make = |client| Application::new(Setup { client, ..setup::read(flags) });
            let (mut client, mut server) = (make(true), make(false));
            let (mut to_server, mut to_client) = (Vec::new(), Vec::new());
            let (mut heard_by_server, mut heard_by_client) = (0, 0);
            for turn in 0..12 {
                if turn == 8 {
                    pn_connection_close(client.connection);
                }
                client.drive(|bytes| to_server.extend_from_slice(bytes));
                heard_by_server += hear(&mut server, &to_server[heard_by_server..], &mut to_client);
                heard_by_client += hear(&mut client, &to_client[heard_by_client..], &mut to_server);
            }
            client.free();
            server.free();
            write(folder, &format!("{name}-to-server"), &[&[flags], to_server.as_slice()].concat());
            write(
                folder,
                &format!("{name}-to-client"),
                &[&[flags | setup::CLIENT], to_client.as_slice()].concat(),
            );
            for seed in 1..7 {
                let wild = flags | setup::WILD | if seed % 3 == 0 { setup::TRACED } else { 0 };
                write(
                    folder,
                    &format!("{name}-wild-server-{seed}"),
                    &[&[wild, seed], &to_server[..]].concat(),
                );
                let wild = [&[wild | setup::CLIENT, seed], &to_client[..]].concat();
                write(folder, &format!("{name}-wild-client-{seed}"), &wild);
            }
        }
    }
}

unsafe fn hear(application: &mut Application, bytes: &[u8], answer: &mut Vec<u8>) -> usize {
    let mut heard = 0;
    while heard < bytes.len() {
        let rest = &bytes[heard..];
        let taken = pn_transport_push(application.transport, rest.as_ptr().cast(), rest.len());
        application.drive(|bytes| answer.extend_from_slice(bytes));
        match usize::try_from(taken) {
            Ok(taken) if taken > 0 => heard += taken,
            _ => break,
        }
    }
    application.drive(|bytes| answer.extend_from_slice(bytes));
    heard
}

/// Orders that make, move and damage the records of TLS; see the target.
fn orders_for_tls(folder: &Path) {
    use ends::{ASKS, CLIENT_ALONE, OLDER, RAW, SECURE, SERVER_ALONE, TRANSPORT};
    /// The order for the other side's bytes.
    const BACK: u8 = 128;
    let hello = b"\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03................................\x00\x00\x04\x13\x01\x13\x02\x01\x00";
    let answer =
        b"\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03\x03................................\x00\x13\x01\x00";
    let settle = 15;
    for (name, flags, orders) in [
        ("hello-to-server", SERVER_ALONE, &hello[..]),
        ("answer-to-client", CLIENT_ALONE, answer),
        ("alert-to-client", CLIENT_ALONE, b"\x15\x03\x03\x00\x02\x02\x28"),
        ("plain-to-server", SERVER_ALONE, b"GET / HTTP/1.1\r\n\r\n"),
        ("words-both-ways", RAW | SECURE, &[10, 5, b'h', b'e', b'l', b'l', b'o', 138, 2, b'h', b'i', settle]),
        ("staged", RAW, &[11, 200, 139, 90, 12, 140, settle]),
        ("one-byte-at-a-time", RAW, &[6, 1, 8, 0, 1, 13, 1, 0, 1, 13, 1, 135, 1, 136, 137, settle]),
        ("no-room", RAW | SECURE, &[6, 0, 7, 0, 8, 9, 11, 70, settle]),
        ("bit-flipped", RAW | SECURE, &[11, 40, 141, 200, 1, 30, 3, settle]),
        ("bit-flipped-back", RAW | SECURE, &[139, 40, 13, 200, BACK | 1, 3, 3, settle]),
        ("dropped", RAW | SECURE, &[11, 40, 141, 200, 2, 20, settle]),
        ("repeated", RAW | SECURE, &[11, 40, 141, 200, 3, 62, settle]),
        ("cut-off", RAW | SECURE, &[11, 40, 12, 141, 200, 4, 3, settle]),
        ("forged-end", RAW | SECURE, &[5, 7, 0x15, 3, 3, 0, 2, 1, 0, settle]),
        ("stopped", RAW | SECURE, &[11, 70, 14, 0, settle, 142, 0]),
        ("halves", RAW | SECURE, &[12, settle, 139, 60, 140, settle]),
    ] {
        write(folder, name, &[&[flags], orders].concat());
    }
    let open = frame(0, 0x10, 1, b"\xa1\x01p", b"");
    let say = |bytes: &[u8]| [&[6, bytes.len() as u8], bytes].concat();
    let close = frame(0, 0x18, 0, b"", b"");
    let talk = [&say(HEADER)[..], &say(&open), &[15, 15, 15], &say(&close), &[15, 11, 15, 15]].concat();
    let hands = [15, 15, 15, 15];
    for (name, flags) in
        [("server", 0), ("client", ASKS), ("older-server", OLDER), ("older-client", ASKS | OLDER)]
    {
        let flags = flags | TRANSPORT;
        write(folder, &format!("transport-{name}"), &[&[flags], &hands[..], &talk].concat());
        let damaged = [&[flags], &hands[..], &talk[..20], &[1, 9, 9, 0, 200], &talk[20..]].concat();
        write(folder, &format!("transport-{name}-damaged"), &damaged);
    }
}

/// A frame with a performative that has a list of eight-bit size.
fn frame(channel: u16, code: u8, count: u8, fields: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut body = vec![0x00, 0x53, code, 0xc0, fields.len() as u8 + 1, count];
    body.extend_from_slice(fields);
    body.extend_from_slice(payload);
    let mut frame = (body.len() as u32 + 8).to_be_bytes().to_vec();
    frame.extend_from_slice(&[2, 0]);
    frame.extend_from_slice(&channel.to_be_bytes());
    frame.extend_from_slice(&body);
    frame
}

const HEADER: &[u8] = b"AMQP\x00\x01\x00\x00";

/// Input for a server: some streams one after the other.
fn write_stream(folder: &Path, name: &str, flags: u8, parts: &[&[u8]]) {
    write(folder, name, &[&[flags], parts.concat().as_slice()].concat());
}

fn broken_frames(folder: &Path) {
    let open = frame(0, 0x10, 1, b"\xa1\x01p", b"");
    let raw: [(&str, &[&[u8]]); 8] = [
        ("http", &[b"GET / HTTP/1.1\r\n\r\n"]),
        ("old-amqp", &[b"AMQP\x01\x01\x00\x0a"]),
        ("tls", &[b"\x16\x03\x01\x00\x05hello"]),
        ("two-headers", &[HEADER, HEADER]),
        ("frame-too-large", &[HEADER, &open, b"\xff\xff\xff\xff\x02\x00\x00\x00"]),
        ("frame-too-small", &[HEADER, b"\x00\x00\x00\x04\x02\x00\x00\x00"]),
        ("bad-doff", &[HEADER, b"\x00\x00\x00\x08\x09\x00\x00\x00"]),
        ("extended-header", &[HEADER, b"\x00\x00\x00\x0c\x03\x00\x00\x00\x01\x02\x03\x04"]),
    ];
    for (name, parts) in raw {
        write_stream(folder, name, setup::SMALL_FRAMES, parts);
    }
    let frames = [
        ("unknown-performative", frame(0, 0x19, 0, b"", b"")),
        ("high-channel", frame(40_000, 0x11, 0, b"", b"")),
        ("unknown-reply", frame(0, 0x11, 1, b"\x60\x00\x03", b"")),
        ("no-channel", frame(7, 0x17, 0, b"", b"")),
        ("close", frame(0, 0x18, 0, b"", b"")),
    ];
    for (name, bad) in frames {
        write_stream(folder, name, setup::SMALL_FRAMES, &[HEADER, &open, &bad]);
        write_stream(folder, &format!("{name}-before-open"), 0, &[HEADER, &bad]);
    }
    let sasl: &[u8] = b"AMQP\x03\x01\x00\x00";
    let init = b"\x00\x00\x00\x1c\x02\x01\x00\x00\x00\x53\x41\xc0\x0f\x02\xa3\x05PLAIN\xa0\x05\x00a\x00pw";
    write_stream(folder, "sasl-plain", setup::SASL, &[sasl, init]);
    write_stream(folder, "sasl-open-inside", setup::SASL, &[sasl, &open]);
}

fn broken_links(folder: &Path) {
    let open = frame(0, 0x10, 1, b"\xa1\x01p", b"");
    let begin = frame(0, 0x11, 4, b"\x40\x43\x52\x64\x52\x64", b"");
    let termini = b"\x40\x40\x00\x53\x28\x45\x00\x53\x29\x45\x40\x40\x43";
    let attach = frame(0, 0x12, 10, &[b"\xa1\x01L\x43\x42", termini.as_slice()].concat(), b"");
    let receiver = frame(0, 0x12, 10, &[b"\xa1\x01R\x52\x01\x41", termini.as_slice()].concat(), b"");
    let credit = frame(0, 0x13, 7, b"\x43\x52\x64\x43\x52\x64\x52\x01\x43\x52\x05", b"");
    let whole = frame(0, 0x14, 4, b"\x43\x43\xa0\x01t\x43", b"whole");
    let part = frame(0, 0x14, 6, b"\x43\x43\xa0\x01t\x43\x42\x41", b"part");
    let rejected = b"\x41\x43\x40\x41\x00\x53\x25\xc0\x0b\x01\x00\x53\x1d\xc0\x05\x01\xa3\x02no";
    let modified = b"\x41\x52\x01\x40\x41\x00\x53\x27\xc0\x06\x03\x41\x41\xc1\x03\x02\x43\x43";
    let transactional = b"\x41\x52\x02\x40\x42\x00\x53\x34\xc0\x08\x02\xa0\x01t\x00\x53\x24\x45";
    let received = b"\x41\x52\x03\x40\x42\x00\x53\x23\xc0\x05\x02\x52\x01\x53\x02";
    let outcomes: Vec<u8> = [rejected.as_slice(), modified, transactional, received]
        .iter()
        .flat_map(|fields| frame(0, 0x15, 5, fields, b""))
        .collect();
    let cases: [(&str, Vec<u8>, Vec<u8>); 8] = [
        ("attach-twice", attach.clone(), Vec::new()),
        ("no-handle", Vec::new(), frame(0, 0x16, 1, b"\x52\x09", b"")),
        ("sequence", whole.clone(), frame(0, 0x14, 4, b"\x43\x52\x05\xa0\x01u\x43", b"x")),
        ("continuation", part.clone(), frame(0, 0x14, 2, b"\x43\x52\x01", b"x")),
        ("abort", part, frame(0, 0x14, 10, b"\x43\x43\x40\x40\x41\x42\x40\x40\x40\x41", b"")),
        ("backward-range", whole, frame(0, 0x15, 3, b"\x41\x52\x05\x52\x03", b"")),
        ("outcomes", [receiver, credit].concat(), outcomes),
        ("drain", Vec::new(), frame(0, 0x13, 9, b"\x43\x52\x64\x43\x52\x64\x43\x43\x52\x05\x43\x41", b"")),
    ];
    for (name, first, then) in cases {
        write_stream(folder, name, setup::SMALL_FRAMES, &[HEADER, &open, &begin, &attach, &first, &then]);
    }
}

fn values(folder: &Path) {
    let fills: [(&str, &str); 6] = [
        ("list", "[SSn[SS]]"),
        ("map", "{SSsSsS}"),
        ("described", "DsDsS"),
        ("symbols", "sssss"),
        ("nested", "[[[[[[[[S]]]]]]]]"),
        ("open", "DS[SSnnS]"),
    ];
    for (name, format) in fills {
        let format = CString::new(format).expect("no zero inside");
        let word = c"word".as_ptr();
        // SAFETY: every letter of the formats takes one string, and there are enough.
        unsafe {
            let data = pn_data(0);
            pn_data_fill(data, format.as_ptr(), word, word, word, word, word, word);
            let mut buffer = vec![0u8; 1000];
            let size = pn_data_encode(data, buffer.as_mut_ptr().cast(), buffer.len());
            write(folder, name, &buffer[..usize::try_from(size).expect("it encodes")]);
            pn_data_free(data);
        }
    }
    let by_hand: [(&str, &[u8]); 16] = [
        ("scalars", b"\x40\x41\x42\x56\x01\x50\xff\x51\xff\x60\x01\x02\x61\xff\xfe\x43\x52\x01\x70\x00\x01\x00\x00\x54\x80\x71\x80\x00\x00\x00"),
        ("wide", b"\x44\x53\x01\x80\x00\x00\x00\x01\x00\x00\x00\x00\x55\x80\x81\x80\x00\x00\x00\x00\x00\x00\x00\x83\x00\x00\x00\x00\x00\x00\x00\x01"),
        ("floats", b"\x72\x7f\xc0\x00\x00\x82\x7f\xf8\x00\x00\x00\x00\x00\x00\x73\x00\x10\xff\xff\x74\x00\x00\x00\x01\x84\x00\x00\x00\x00\x00\x00\x00\x01"),
        ("fixed", b"\x940123456789abcdef\x980123456789abcdef"),
        ("variable", b"\xa0\x02ab\xa1\x02ab\xa3\x02ab\xb0\x00\x00\x00\x02ab\xb1\x00\x00\x00\x02ab\xb3\x00\x00\x00\x02ab"),
        ("array", b"\xe0\x05\x03\x54\x01\x02\x03\xf0\x00\x00\x00\x08\x00\x00\x00\x03\x50\x01\x02\x03"),
        ("described-array", b"\xe0\x08\x02\x00\xa3\x01d\x54\x01\x02"),
        ("zero-width", b"\xf0\x00\x00\x00\x05\x00\x00\xff\xff\x41"),
        ("array-of-lists", b"\xf0\x00\x00\x00\x12\x00\x00\x00\x02\xc0\x03\x01\x54\x01\x05\x02\x54\x01\x54\x02\x40\x40"),
        ("huge-count", b"\xd0\x00\x00\x00\x08\xff\xff\xff\xff\x40\x40\x40\x40"),
        ("huge-size", b"\xd0\xff\xff\xff\xff\x00\x00\x00\x01\x40"),
        ("odd-map", b"\xc1\x04\x03\x43\x43\x43"),
        ("short-list", b"\xc0\x04\x01\x54\x07\x41"),
        ("long-list", b"\xc0\x02\x02\x54\x01\x54\x02"),
        ("described-twice", b"\xc0\x09\x02\x00\x53\x01\x00\x53\x02\x43\x41"),
        ("cut", b"\xb1\x00\x00\x01\x00abc"),
    ];
    for (name, bytes) in by_hand {
        write(folder, name, bytes);
    }
    write(folder, "deep", &b"\xc0\xff\x01".repeat(60));
    write(folder, "deep-described", &b"\x00\x43".repeat(100));
    write(folder, "deep-arrays", &b"\xf0\x00\x00\x00\xff\x00\x00\x00\x01".repeat(30));
}

fn messages(folder: &Path) {
    // SAFETY: the message is made and freed here; lengths belong to their pointers.
    unsafe {
        for (name, inferred, format) in [
            ("text", false, c"S"),
            ("list", true, c"[SS]"),
            ("map", false, c"{SSSS}"),
            ("described", false, c"DsS"),
        ] {
            let (message, word) = (pn_message(), c"word".as_ptr());
            pn_message_set_address(message, c"queue".as_ptr());
            pn_message_set_subject(message, c"about".as_ptr());
            pn_message_set_durable(message, true);
            pn_message_set_inferred(message, inferred);
            pn_data_fill(pn_message_annotations(message), c"{sS}".as_ptr(), word, word);
            pn_data_fill(pn_message_properties(message), c"{SS}".as_ptr(), word, word);
            pn_data_fill(pn_message_instructions(message), c"{sS}".as_ptr(), word, word);
            pn_data_fill(pn_message_body(message), format.as_ptr(), word, word, word, word);
            let mut buffer = vec![0u8; 1000];
            let mut size = buffer.len();
            assert_eq!(pn_message_encode(message, buffer.as_mut_ptr().cast(), &raw mut size), 0);
            write(folder, name, &buffer[..size]);
            pn_message_free(message);
        }
    }
    let by_hand: [(&str, &[u8]); 12] = [
        ("header", b"\x00\x53\x70\xc0\x0c\x05\x41\x50\x09\x70\x00\x00\x03\xe8\x41\x52\x07"),
        ("ids", b"\x00\x53\x73\xc0\x18\x06\x980123456789abcdef\x40\x40\x40\x40\x53\x05"),
        ("data-twice", b"\x00\x53\x75\xa0\x02ab\x00\x53\x75\xa0\x02cd"),
        ("sequence", b"\x00\x53\x76\xc0\x05\x02\x54\x01\x54\x02"),
        ("footer", b"\x00\x53\x77\x40\x00\x53\x78\xc1\x01\x00"),
        ("wide-descriptor", b"\x00\x80\x00\x00\x00\x00\x00\x00\x00\x77\xa1\x01x"),
        ("symbolic-descriptor", b"\x00\xa3\x10amqp:header:list\x45"),
        ("unknown-section", b"\x00\x53\x7f\x45\x00\x53\x77\x41"),
        ("bare-value", b"\xa1\x01a"),
        ("wrong-types", b"\x00\x53\x73\xc0\x0b\x08\x54\x01\x54\x01\x54\x01\x54\x01\x54\x01"),
        ("cut-list", b"\x00\x53\x73\xd0\x00\x00\x01\x00\x00\x00\x00\x0d\x40"),
        (
            "wrong-time",
            b"\x00\x53\x73\xc0\x10\x09\x40\x40\x40\x40\x40\x40\x40\x40\x81\x00\x00\x00\x00\x00\x00\x00\x01",
        ),
    ];
    for (name, bytes) in by_hand {
        write(folder, name, bytes);
    }
}

/// Options, a format to fill with, one to scan with, and bytes for arguments and earlier values.
fn formats(folder: &Path) {
    const BYTES: &[u8] =
        b"\x01\x02\x05hello\x03abc\x07\xff\x80\x00\x04name\x13\x02ab\xc0\x03\x01\xa1\x00\x45\x43";
    for (number, (fill, scan)) in [
        ("?DL[?SSnI]?S", "D?L[?S?S.?I]?S"),
        ("{S[iii]SI}", "{S[ii]S?I}"),
        ("DsDLi", "DsDLi"),
        ("@T[sss]", "@[ss]"),
        ("nobBhHiIlLtfdzZSs", "nobBhHiIlLtfdzzSs"),
        ("[aaCM]a", "[aaCC]a"),
        ("*s?*s", "?s?s?s"),
        ("??i?@T[i]?DL[]", "?n?@i?D.[.]"),
        ("DL[oDL[iC", "DL[oDL[iC"),
        ("[i}]", "[i}]"),
        ("D[]D{}", "D?[?i]D{?S.}"),
        ("[[[[[[C]]]]]]", "[[[[[[C]]]]]]"),
        ("x", "?x"),
        ("T[", "??"),
    ]
    .into_iter()
    .enumerate()
    {
        for options in [0u8, 5, 10] {
            let input = [&[options], fill.as_bytes(), b"\0", scan.as_bytes(), b"\0", BYTES].concat();
            write(folder, &format!("pair-{number}-{options}"), &input);
        }
    }
}

/// A SASL frame with a list of eight-bit size.
fn sasl_frame(code: u8, count: u8, fields: &[u8]) -> Vec<u8> {
    let mut frame = frame(0, code, count, fields, b"");
    frame[5] = 1;
    frame
}

/// Two ends talk in each mechanism, with the right password and a wrong one, and with bytes changed on the way.
fn pairs(folder: &Path) {
    use protium_fuzz::target::sasl::{GUESS, JOINED, MECHANISMS};
    for choice in 0..MECHANISMS.len() as u8 {
        write(folder, &format!("pair-{choice}"), &[0, JOINED, choice]);
        write(folder, &format!("pair-{choice}-guess"), &[16, JOINED, choice | GUESS]);
        for (place, byte) in [(70u16, b'x'), (120, b','), (180, 0), (260, b'=')] {
            let [high, low] = place.to_be_bytes();
            let input = [64, JOINED, choice | 8, high, low, byte];
            write(folder, &format!("pair-{choice}-{place}"), &input);
        }
    }
}

/// Streams to servers and clients that authenticate, well-formed and not.
fn authentications(folder: &Path) {
    use protium_fuzz::target::sasl::setup::{CLIENT, CREDENTIALS, INSECURE, REQUIRED, TRACED};
    const SASL: &[u8] = b"AMQP\x03\x01\x00\x00";
    let open = frame(0, 0x10, 1, b"\xa1\x01p", b"");
    let begin = frame(0, 0x11, 4, b"\x40\x43\x52\x64\x52\x64", b"");
    let amqp = [HEADER, &open, &begin].concat();
    let init = |fields: &[u8], count| sasl_frame(0x41, count, fields);
    let anonymous = init(b"\xa3\x09ANONYMOUS\xa0\x03bob\xa1\x01h", 3);
    let to_server: [(&str, Vec<u8>); 9] = [
        ("anonymous", [&anonymous, amqp.as_slice()].concat()),
        ("plain", init(b"\xa3\x05PLAIN\xa0\x08\x00fred\x00pw", 2)),
        ("external", init(b"\xa3\x08EXTERNAL\xa0\x00", 2)),
        ("response-first", [sasl_frame(0x43, 1, b"\xa0\x02hi"), anonymous.clone()].concat()),
        ("init-twice", [anonymous.clone(), anonymous.clone()].concat()),
        ("outcome-to-a-server", [sasl_frame(0x44, 1, b"\x50\x00"), amqp.clone()].concat()),
        ("open-inside", open.clone()),
        ("header-again", [SASL, &anonymous].concat()),
        ("empty-frames", [b"\x00\x00\x00\x08\x02\x01\x00\x00".repeat(3), anonymous].concat()),
    ];
    for (number, (name, stream)) in to_server.into_iter().enumerate() {
        for flags in [0, REQUIRED | TRACED] {
            write(
                folder,
                &format!("server-{name}-{flags}"),
                &[&[flags, number as u8], SASL, &stream].concat(),
            );
        }
    }
    pairs(folder);
    let array = sasl_frame(0x40, 1, b"\xe0\x19\x03\xa3\x05PLAIN\x09ANONYMOUS\x06GSSAPI");
    let good = sasl_frame(0x44, 1, b"\x50\x00");
    let to_client: [(&str, Vec<u8>); 8] = [
        ("success", [&array, &good, amqp.as_slice()].concat()),
        ("refusal", [array.clone(), sasl_frame(0x44, 2, b"\x50\x01\xa0\x03why")].concat()),
        ("one-symbol", [sasl_frame(0x40, 1, b"\xa3\x09ANONYMOUS"), good.clone()].concat()),
        ("external", [sasl_frame(0x40, 1, b"\xa3\x08EXTERNAL"), good.clone()].concat()),
        ("nothing-offered", sasl_frame(0x40, 1, b"\xe0\x02\x00\xa3")),
        ("outcome-at-once", [good.clone(), amqp.clone()].concat()),
        ("challenge", [array.clone(), sasl_frame(0x42, 1, b"\xa0\x02hi"), good].concat()),
        ("open-inside", [array, open].concat()),
    ];
    for (number, (name, stream)) in to_client.into_iter().enumerate() {
        for flags in [CLIENT, CLIENT | INSECURE | CREDENTIALS | TRACED] {
            let which = (number as u8 % 2) * 32;
            write(folder, &format!("client-{name}-{flags}"), &[&[flags, which], SASL, &stream].concat());
        }
    }
    write(folder, "server-no-sasl", &[&[REQUIRED, 0], amqp.as_slice()].concat());
}
