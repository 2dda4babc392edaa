//! Recorded frames, byte for byte, both ways (spec/transport.md section 8).

use super::*;
use crate::codec::Content;
use crate::codec::Decoded;
use crate::codec::names::composite as name_of;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn written(encode: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    encode(&mut out);
    out
}

/// What a frame body holds, which has to be of the type named, and the payload behind it.
fn read<'a, T>(body: &'a [u8], code: u8, decode: fn(Reader<'a>) -> Decoded<T>) -> (T, &'a [u8]) {
    let performative = Performative::read(body).unwrap();
    assert_eq!(performative.code, code);
    (decode(performative.fields).unwrap(), performative.payload)
}

#[test]
fn open_matches_the_recorded_frames() {
    let open = Open {
        container_id: Some(Str(b"cA")),
        hostname: Some(Str(b"host")),
        max_frame_size: Some(32768),
        channel_max: Some(32767),
        idle_time_out: Some(10000),
        ..Open::default()
    };
    let recorded = hex("005310 c0 18 05 a1026341 a104686f7374 7000008000 607fff 7000002710");
    assert_eq!(written(|out| open.encode(out)), recorded);
    let minimal = Open { container_id: Some(Str(b"")), ..Open::default() };
    assert_eq!(written(|out| minimal.encode(out)), hex("005310c00301a100"));
}

#[test]
fn begin_matches_the_recorded_frames() {
    let begin = Begin {
        incoming_window: 0x7fff_ffff,
        outgoing_window: 0x7fff_ffff,
        handle_max: Some(0x7fff_ffff),
        ..Begin::default()
    };
    let recorded = hex("005311 c0 12 05 40 43 707fffffff 707fffffff 707fffffff");
    assert_eq!(written(|out| begin.encode(out)), recorded);
    let reply = Begin { remote_channel: Some(0), ..begin };
    let recorded = hex("005311 c0 14 05 600000 43 707fffffff 707fffffff 707fffffff");
    assert_eq!(written(|out| reply.encode(out)), recorded);
}

#[test]
fn attach_matches_the_recorded_frame_and_reads_back() {
    let attach = Attach {
        name: Some(Str(b"lnk")),
        snd_settle_mode: Some(SenderSettleMode::Mixed),
        rcv_settle_mode: Some(ReceiverSettleMode::First),
        source: Some(Source { dynamic: Some(false), ..Source::default() }),
        target: Some(TargetArchetype::Target(Target {
            address: Some(Str(b"q")),
            dynamic: Some(false),
            ..Target::default()
        })),
        initial_delivery_count: Some(SequenceNo(0)),
        max_message_size: Some(0),
        ..Attach::default()
    };
    let recorded = hex(
        "005312 c0 28 0b a1036c6e6b 43 42 5002 5000 005328c00605 40 43 40 43 42 005329c00805 a10171 43 40 43 42 \
         40 40 43 44",
    );
    assert_eq!(written(|out| attach.encode(out)), recorded);
    let (read, []) = read(&recorded, Attach::DESCRIPTOR, Attach::decode) else { panic!("a payload") };
    assert_eq!(read.name, Some(Str(b"lnk")));
    let Some(TargetArchetype::Target(target)) = read.target else { panic!("no target") };
    assert_eq!(target.address, Some(Str(b"q")));
}

#[test]
fn flow_matches_the_recorded_frame_and_reads_back() {
    let flow = Flow {
        next_incoming_id: Some(SequenceNo(0)),
        incoming_window: 0x7fff_ffff,
        outgoing_window: 0x7fff_ffff,
        handle: Some(Handle(0)),
        delivery_count: Some(SequenceNo(0)),
        link_credit: Some(300),
        drain: Some(false),
        ..Flow::default()
    };
    let recorded = hex("005313 c0 16 09 43 707fffffff 43 707fffffff 43 43 700000012c 40 42");
    assert_eq!(written(|out| flow.encode(out)), recorded);
    let (read, []) = read(&recorded, Flow::DESCRIPTOR, Flow::decode) else { panic!("a payload") };
    assert_eq!((read.link_credit, read.handle, read.available), (Some(300), Some(Handle(0)), None));
}

#[test]
fn transfers_match_the_recorded_frames() {
    let transfer = |id, tag, settled, more, aborted| Transfer {
        delivery_id: Some(SequenceNo(id)),
        delivery_tag: Some(Binary(tag)),
        message_format: Some(0),
        settled,
        more,
        aborted,
        ..Transfer::default()
    };
    for (recorded, transfer) in [
        ("005314 c0 08 04 43 43 a0027431 43", transfer(0, b"t1", None, false, false)),
        ("005314 c0 0a 05 43 5201 a0027432 43 41", transfer(1, b"t2", Some(true), false, false)),
        ("005314 c0 0b 06 43 5202 a0027433 43 40 41", transfer(2, b"t3", None, true, false)),
        (
            "005314 c0 0f 0a 43 5202 a0027433 43 41 40 40 40 40 41",
            transfer(2, b"t3", Some(true), false, true),
        ),
    ] {
        assert_eq!(written(|out| transfer.encode(out)), hex(recorded));
    }
    let frame = hex("005314 c0 0b 06 43 5202 a0027433 43 40 41 6865");
    let (read, payload) = read(&frame, Transfer::DESCRIPTOR, Transfer::decode);
    assert!(read.more && !read.aborted && read.settled.is_none());
    assert_eq!((read.delivery_id, payload), (Some(SequenceNo(2)), &b"he"[..]));
}

#[test]
fn disposition_and_detach_match_the_recorded_frames() {
    let disposition = Disposition {
        role: Role::Receiver,
        settled: true,
        state: Some(DeliveryState::Accepted),
        ..Disposition::default()
    };
    assert_eq!(written(|out| disposition.encode(out)), hex("005315 c0 09 05 41 43 40 41 00532445"));
    let error =
        Error { condition: Some(Symbol(b"a:b")), description: Some(Str(b"d")), info: Content::Absent };
    let detach = Detach { closed: true, error: Some(error), ..Detach::default() };
    assert_eq!(
        written(|out| detach.encode(out)),
        hex("005316 c0 11 03 43 41 00531dc00902 a303613a62 a10164")
    );
    assert_eq!(written(|out| Detach::default().encode(out)), hex("005316 c0 02 01 43"));
    assert_eq!(written(|out| End::default().encode(out)), hex("00531745"));
    assert_eq!(written(|out| Close::default().encode(out)), hex("00531845"));
}

#[test]
fn sasl_frames_match_the_recorded_frames() {
    let offer = Mechanisms { sasl_server_mechanisms: MechanismList::Names(&[b"ANONYMOUS"]) };
    let recorded = hex("005340 c0 0f 01 e00c01a309 414e4f4e594d4f5553");
    assert_eq!(written(|out| offer.encode(out)), recorded);
    let Ok(SaslFrame::Mechanisms(read)) = SaslFrame::decode(&recorded) else { panic!("no mechanisms") };
    assert_eq!(read.sasl_server_mechanisms.names(), [b"ANONYMOUS"]);
    let nothing = Mechanisms::default();
    assert_eq!(written(|out| nothing.encode(out)), hex("005340 c0 05 01 e00200a3"));
    let init =
        Init { mechanism: Symbol(b"PLAIN"), initial_response: Some(Binary(b"\0fred\0pw")), hostname: None };
    assert_eq!(written(|out| init.encode(out)), hex("005341 c0 12 02 a305504c41494e a0080066726564007077"));
    assert_eq!(
        written(|out| Outcome { code: Some(0), ..Outcome::default() }.encode(out)),
        hex("005344 c0 03 01 5000")
    );
}

#[test]
fn a_single_symbol_is_a_list_of_one_mechanism() {
    let frame = hex("005340 c0 08 01 a305 504c41494e");
    let Ok(SaslFrame::Mechanisms(read)) = SaslFrame::decode(&frame) else { panic!("no mechanisms") };
    assert_eq!(read.sasl_server_mechanisms.names(), [b"PLAIN"]);
}

#[test]
fn frames_of_the_other_layer_are_unknown() {
    assert_eq!(Performative::read(&hex("00534445")).err(), Some(DispatchError::Unknown(0x44)));
    assert_eq!(SaslFrame::decode(&hex("00531045")).err(), Some(DispatchError::Unknown(0x10)));
}

#[test]
fn a_body_that_is_no_described_list_is_malformed() {
    for body in ["45", "00a3016145", "005310a10161", "005310c00501", "00", "005310d0ffffffff00000000"] {
        let bytes = hex(body);
        assert!(matches!(Performative::read(&bytes), Err(DispatchError::Malformed(_))), "{body}");
    }
}

#[test]
fn every_state_reads_back_as_written() {
    let states = [
        DeliveryState::Received { section_number: 3, section_offset: 1 << 40 },
        DeliveryState::Accepted,
        DeliveryState::Released,
        DeliveryState::Rejected {
            error: Some(Error { condition: Some(Symbol(b"x:y")), ..Error::default() }),
        },
        DeliveryState::Modified {
            delivery_failed: true,
            undeliverable_here: false,
            message_annotations: Content::Absent,
        },
        DeliveryState::Declared { transaction_id: b"tx" },
        DeliveryState::Transactional {
            transaction_id: b"tx",
            outcome: Content::Encoded(&[0, 0x53, 0x24, 0x45]),
        },
        DeliveryState::Custom { descriptor: 0x1234_5678_9abc, body: Content::Encoded(&[0x45]) },
    ];
    for state in states {
        let disposition = Disposition { state: Some(state), ..Disposition::default() };
        let bytes = written(|out| disposition.encode(out));
        let (read, []) = read(&bytes, Disposition::DESCRIPTOR, Disposition::decode) else {
            panic!("a payload")
        };
        assert_eq!(written(|out| read.encode(out)), bytes);
    }
}

#[test]
fn a_list_that_outgrows_the_small_form_takes_the_large_one() {
    let long = vec![b'x'; 300];
    let open = Open { container_id: Some(Str(&long)), ..Open::default() };
    let bytes = written(|out| open.encode(out));
    assert_eq!(bytes[3], 0xd0);
    let (read, []) = read(&bytes, Open::DESCRIPTOR, Open::decode) else { panic!("a payload") };
    assert_eq!(read.container_id, Some(Str(&long)));
}

#[test]
fn the_tables_name_their_fields_as_the_standard_does() {
    for (code, fields) in [
        (Open::DESCRIPTOR, Open::FIELDS),
        (Begin::DESCRIPTOR, Begin::FIELDS),
        (Attach::DESCRIPTOR, Attach::FIELDS),
        (Flow::DESCRIPTOR, Flow::FIELDS),
        (Transfer::DESCRIPTOR, Transfer::FIELDS),
        (Disposition::DESCRIPTOR, Disposition::FIELDS),
        (Detach::DESCRIPTOR, Detach::FIELDS),
        (End::DESCRIPTOR, End::FIELDS),
        (Close::DESCRIPTOR, Close::FIELDS),
        (Error::DESCRIPTOR, Error::FIELDS),
        (Source::DESCRIPTOR, Source::FIELDS),
        (Target::DESCRIPTOR, Target::FIELDS),
        (Coordinator::DESCRIPTOR, Coordinator::FIELDS),
        (Mechanisms::DESCRIPTOR, Mechanisms::FIELDS),
        (Init::DESCRIPTOR, Init::FIELDS),
        (Challenge::DESCRIPTOR, Challenge::FIELDS),
        (Response::DESCRIPTOR, Response::FIELDS),
        (Outcome::DESCRIPTOR, Outcome::FIELDS),
    ] {
        let ours: Vec<_> = fields.iter().map(|field| field.replace('_', "-")).collect();
        let known = name_of(u64::from(code)).expect("every table's type has a name");
        assert_eq!(ours, known.fields, "{}", known.name);
    }
}
