//! stub
pub(crate) enum Direction {
    In,
    Out,
}
pub(crate) fn frame_text(_c: u16, _d: Direction, _b: &[u8]) -> String {
    String::new()
}
pub(crate) fn raw_text(_d: Direction, _b: &[u8]) -> Vec<String> {
    Vec::new()
}
