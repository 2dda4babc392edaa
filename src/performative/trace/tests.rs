//! The examples of the spec, the recorded frames, and bytes at random.

use super::*;

const CHANNEL: Channel = Channel(0);

/// The bytes that the hexadecimal digits of `text` stand for.
fn hex(text: &str) -> Vec<u8> {
    text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

/// Each line: a frame with its header, a bar, what its trace shows behind the channel and the arrow.
fn check(table: &str) {
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (frame, expected) = line.split_once('|').unwrap();
        let frame = hex(frame);
        assert_eq!(
            frame_text(CHANNEL, Direction::Out, &frame[8..]),
            format!("0 -> {}", expected.trim()),
            "{line}"
        );
    }
}

#[test]
fn recorded_connection_and_session_frames_read_as_the_reference_prints_them() {
    check(
        r#"
        00 00 00 25 02 00 00 00 00 53 10 c0 18 05 a1 02 63 41 a1 04 68 6f 73 74 70 00 00 80 00 60 7f ff 70 00 00 27 10 | @open(16) [container-id="cA", hostname="host", max-frame-size=0x8000, channel-max=0x7fff, idle-time-out=0x2710]
        00 00 00 1b 02 00 00 00 00 53 10 c0 0e 04 a1 02 63 42 40 70 00 00 80 00 60 7f ff | @open(16) [container-id="cB", max-frame-size=0x8000, channel-max=0x7fff]
        00 00 00 10 02 00 00 00 00 53 10 c0 03 01 a1 00 | @open(16) [container-id=""]
        00 00 00 1f 02 00 00 00 00 53 11 c0 12 05 40 43 70 7f ff ff ff 70 7f ff ff ff 70 7f ff ff ff | @begin(17) [next-outgoing-id=0x0, incoming-window=0x7fffffff, outgoing-window=0x7fffffff, handle-max=0x7fffffff]
        00 00 00 21 02 00 00 00 00 53 11 c0 14 05 60 00 00 43 70 7f ff ff ff 70 7f ff ff ff 70 7f ff ff ff | @begin(17) [remote-channel=0x0, next-outgoing-id=0x0, incoming-window=0x7fffffff, outgoing-window=0x7fffffff, handle-max=0x7fffffff]
        00 00 00 0c 02 00 00 00 00 53 17 45 | @end(23) []
        00 00 00 0c 02 00 00 00 00 53 18 45 | @close(24) []
        00 00 00 08 02 00 00 00 | (EMPTY FRAME)
        "#,
    );
}

#[test]
fn recorded_link_frames_read_as_the_reference_prints_them() {
    check(
        r#"
        00 00 00 35 02 00 00 00 00 53 12 c0 28 0b a1 03 6c 6e 6b 43 42 50 02 50 00 00 53 28 c0 06 05 40 43 40 43 42 00 53 29 c0 08 05 a1 01 71 43 40 43 42 40 40 43 44 | @attach(18) [name="lnk", handle=0x0, role=false, snd-settle-mode=0x2, rcv-settle-mode=0x0, source=@source(40) [durable=0x0, timeout=0x0, dynamic=false], target=@target(41) [address="q", durable=0x0, timeout=0x0, dynamic=false], initial-delivery-count=0x0, max-message-size=0x0]
        00 00 00 33 02 00 00 00 00 53 12 c0 26 0b a1 03 6c 6e 6b 43 41 50 02 50 00 00 53 28 c0 06 05 40 43 40 43 42 00 53 29 c0 06 05 40 43 40 43 42 40 40 43 44 | @attach(18) [name="lnk", handle=0x0, role=true, snd-settle-mode=0x2, rcv-settle-mode=0x0, source=@source(40) [durable=0x0, timeout=0x0, dynamic=false], target=@target(41) [durable=0x0, timeout=0x0, dynamic=false], initial-delivery-count=0x0, max-message-size=0x0]
        00 00 00 23 02 00 00 00 00 53 13 c0 16 09 43 70 7f ff ff ff 43 70 7f ff ff ff 43 43 70 00 00 01 2c 40 42 | @flow(19) [next-incoming-id=0x0, incoming-window=0x7fffffff, next-outgoing-id=0x0, outgoing-window=0x7fffffff, handle=0x0, delivery-count=0x0, link-credit=0x12c, drain=false]
        00 00 00 1e 02 00 00 00 00 53 16 c0 11 03 43 41 00 53 1d c0 09 02 a3 03 61 3a 62 a1 01 64 | @detach(22) [handle=0x0, closed=true, error=@error(29) [condition=:"a:b", description="d"]]
        00 00 00 20 02 00 00 00 00 53 16 c0 13 03 43 41 00 53 1d c0 0b 02 a3 03 78 3a 79 a1 03 77 68 79 | @detach(22) [handle=0x0, closed=true, error=@error(29) [condition=:"x:y", description="why"]]
        00 00 00 0f 02 00 00 00 00 53 16 c0 02 01 43 | @detach(22) [handle=0x0]
        "#,
    );
}

#[test]
fn recorded_transfers_and_dispositions_read_as_the_reference_prints_them() {
    check(
        r#"
        00 00 00 1a 02 00 00 00 00 53 14 c0 08 04 43 43 a0 02 74 31 43 68 65 6c 6c 6f | @transfer(20) [handle=0x0, delivery-id=0x0, delivery-tag=b"t1", message-format=0x0] (5) hello
        00 00 00 19 02 00 00 00 00 53 14 c0 0a 05 43 52 01 a0 02 74 32 43 41 68 65 | @transfer(20) [handle=0x0, delivery-id=0x1, delivery-tag=b"t2", message-format=0x0, settled=true] (2) he
        00 00 00 1a 02 00 00 00 00 53 14 c0 0b 06 43 52 02 a0 02 74 33 43 40 41 68 65 | @transfer(20) [handle=0x0, delivery-id=0x2, delivery-tag=b"t3", message-format=0x0, more=true] (2) he
        00 00 00 1c 02 00 00 00 00 53 14 c0 0f 0a 43 52 02 a0 02 74 33 43 41 40 40 40 40 41 | @transfer(20) [handle=0x0, delivery-id=0x2, delivery-tag=b"t3", message-format=0x0, settled=true, aborted=true]
        00 00 00 1c 02 00 00 00 00 53 14 c0 0a 06 43 43 a0 02 74 31 43 40 41 68 65 6c 6c 6f | @transfer(20) [handle=0x0, delivery-id=0x0, delivery-tag=b"t1", message-format=0x0, more=true] (5) hello
        00 00 00 16 02 00 00 00 00 53 15 c0 09 05 41 43 40 41 00 53 24 45 | @disposition(21) [role=true, first=0x0, settled=true, state=@accepted(36) []]
        00 00 00 17 02 00 00 00 00 53 15 c0 0a 05 41 43 52 05 41 00 53 24 45 | @disposition(21) [role=true, first=0x0, last=0x5, settled=true, state=@accepted(36) []]
        "#,
    );
}

#[test]
fn recorded_sasl_frames_read_as_the_reference_prints_them() {
    check(
        r#"
        00 00 00 1c 02 01 00 00 00 53 40 c0 0f 01 e0 0c 01 a3 09 41 4e 4f 4e 59 4d 4f 55 53 | @sasl-mechanisms(64) [sasl-server-mechanisms=@<symbol>[:ANONYMOUS]]
        00 00 00 1f 02 01 00 00 00 53 41 c0 12 02 a3 05 50 4c 41 49 4e a0 08 00 66 72 65 64 00 70 77 | @sasl-init(65) [mechanism=:PLAIN, initial-response=b"\x00fred\x00pw"]
        00 00 00 10 02 01 00 00 00 53 44 c0 03 01 50 00 | @sasl-outcome(68) [code=0x0]
        "#,
    );
}

#[test]
fn received_and_empty_frames_are_marked() {
    assert_eq!(frame_text(Channel(7), Direction::In, &hex("00 53 17 45")), "7 <- @end(23) []");
    assert_eq!(frame_text(CHANNEL, Direction::In, b""), "0 <- (EMPTY FRAME)");
}

#[test]
fn descriptors_show_as_the_numbers_they_are() {
    let received = |body| frame_text(CHANNEL, Direction::In, &hex(body));
    assert_eq!(received("00 53 99 45"), "0 <- @153 []");
    assert_eq!(received("00 44 45"), "0 <- @0 []");
    assert_eq!(
        received("00 53 14 c0 06 01 73 00 00 00 41 01 02"),
        r"0 <- @transfer(20) [handle=A] (2) \x01\x02"
    );
}

#[test]
fn a_body_that_is_no_performative_still_shows() {
    let received = |body| frame_text(CHANNEL, Direction::In, &hex(body));
    assert_eq!(received("01 02"), "0 <- !!");
    assert_eq!(received("00 53 18 c0 7f 01"), "0 <- @close(24) [!!]");
    assert_eq!(received("41 68 69"), "0 <- true (2) hi");
}

#[test]
fn a_long_frame_is_cut_and_says_so() {
    let mut body = hex("00 53 14 45");
    body.resize(70_000, 0);
    let text = frame_text(CHANNEL, Direction::Out, &body);
    assert_eq!(text.len(), 1023);
    assert!(text.starts_with("0 -> @transfer(20) [] (69996) \\x00\\x00"));
    assert!(text.ends_with(" ... (truncated)"));
    let mut name = hex("00 53 10 d0 00 01 00 09 00 00 00 01 b1 00 01 00 00");
    name.resize(name.len() + 65536, b'x');
    let text = frame_text(CHANNEL, Direction::Out, &name);
    assert_eq!(text.len(), 1023);
    assert!(text.ends_with("xxx ... (truncated)"));
}

#[test]
fn a_frame_of_exactly_the_longest_text_is_not_cut() {
    for payload in 0..=1023 {
        let mut body = hex("00 53 14 45");
        body.resize(4 + payload, b'x');
        let text = frame_text(CHANNEL, Direction::Out, &body);
        let counted = if payload == 0 { 0 } else { 4 + payload.to_string().len() + payload };
        let whole = "0 -> @transfer(20) []".len() + counted;
        assert_eq!(text.len(), whole.min(1023));
        assert_eq!(text.ends_with(" ... (truncated)"), whole > 1023, "{payload}");
    }
}

#[test]
fn raw_lines_hold_sixteen_bytes_and_their_characters() {
    let bytes = hex("00 00 00 1a 02 00 00 00 00 53 10 c0 0d 04 a1 02 63 40 70 20 7f 80");
    let lines: Vec<_> = raw_lines(Direction::Out, &bytes).collect();
    assert_eq!(
        lines,
        [
            "->0000/0016: 00 00 00 1a 02 00 00 00 00 53 10 c0 0d 04 a1 02 .........S......",
            "->0010/0016: 63 40 70 20 7f 80                               c@p.\x7f.",
        ]
    );
    assert!(raw_lines(Direction::In, &bytes).all(|line| line.starts_with("<-")));
    assert_eq!(raw_lines(Direction::In, b"").count(), 0);
}

#[test]
fn no_bytes_make_a_trace_longer_than_its_bound() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[4]
    };
    for _ in 0..100_000 {
        let body: Vec<u8> = [0x00, 0x53, 0x10 + next() % 16, 0xc0, next(), next()]
            .into_iter()
            .chain((0..next() % 48).map(|_| if next() < 128 { 0x40 | next() & 0xb3 } else { next() }))
            .collect();
        let text = frame_text(Channel(u16::MAX), Direction::In, &body);
        assert!(text.is_ascii() && text.len() <= MAX_TEXT, "{text}");
    }
}
