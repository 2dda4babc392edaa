//! Configurations of Cyrus SASL: where they lie, and what one says.
//!
//! libsasl2 reads one of them by itself, once in a process. A server that has another one gets its options from here
//! (`callbacks`), so the same rules apply: a line is a key, a colon and a value, `#` begins a comment.

use std::ffi::{CStr, CString, OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::Fault;

/// What a configuration says, in the order of its lines. There may be passwords of databases in it.
#[derive(Default)]
pub(crate) struct Options(Vec<(CString, CString)>);

/// The folders that libsasl2 looks into when it is told none, in the builds of distributions.
const FOLDERS: [&str; 6] = [
    "/etc/sasl2",
    "/etc/sasl",
    "/usr/lib/x86_64-linux-gnu/sasl2",
    "/usr/lib/aarch64-linux-gnu/sasl2",
    "/usr/lib64/sasl2",
    "/usr/lib/sasl2",
];

/// As much of a file as can be meant.
const LONGEST: u64 = 1024 * 1024;

impl Options {
    /// What the configuration of this name says, in these folders (separated by colons) or in the usual ones; nothing
    /// where there is none, as with libsasl2.
    pub(crate) fn read(name: &CStr, folders: Option<&CStr>) -> Result<Self, Fault> {
        let mut text = Text::default();
        for file in files(name, folders) {
            match File::open(&file).and_then(|open| open.take(LONGEST).read_to_end(&mut text.0)) {
                Ok(_) => return Self::parse(&text.0).ok_or_else(|| Fault::in_file(&file)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(_) => return Err(Fault::in_file(&file)),
            }
        }
        Ok(Self::default())
    }

    /// `None` if a line is none.
    fn parse(text: &[u8]) -> Option<Self> {
        let lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with(b"#"));
        lines.map(Self::pair).collect::<Option<_>>().map(Self)
    }

    fn pair(line: &[u8]) -> Option<(CString, CString)> {
        let end = line.iter().position(|&byte| !is_of_key(byte))?;
        let (key, rest) = line.split_at_checked(end)?;
        let value = rest.trim_ascii_start().strip_prefix(b":")?.trim_ascii();
        if key.is_empty() || value.is_empty() {
            return None;
        }
        Some((CString::new(key.to_ascii_lowercase()).ok()?, CString::new(value).ok()?))
    }

    /// What is said under a key.
    pub(super) fn get(&self, key: &CStr) -> Option<&CStr> {
        self.0.iter().find(|(known, _)| known.as_c_str() == key).map(|(_, value)| value.as_c_str())
    }
}

impl Drop for Options {
    fn drop(&mut self) {
        for (_, value) in self.0.drain(..) {
            drop(Text(value.into_bytes()));
        }
    }
}

/// Bytes that are wiped.
#[derive(Default)]
struct Text(Vec<u8>);

impl Drop for Text {
    fn drop(&mut self) {
        self.0.fill(0);
        std::hint::black_box(&mut self.0);
    }
}

const fn is_of_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Whether there is a configuration of this name where libsasl2 looks when it is told nothing.
pub(crate) fn is_usual(name: &CStr) -> bool {
    files(name, None).any(|file| file.exists())
}

/// What the environment says, unless the program was started with rights of another user.
pub(crate) fn environment(name: &str) -> Option<CString> {
    // SAFETY: a question about this process, without memory.
    if unsafe { libc::getauxval(libc::AT_SECURE) } != 0 {
        return None;
    }
    CString::new(std::env::var_os(name)?.as_bytes()).ok().filter(|text| !text.is_empty())
}

fn files(name: &CStr, folders: Option<&CStr>) -> impl Iterator<Item = PathBuf> {
    let folders: Vec<PathBuf> = match folders.map(CStr::to_owned).or_else(|| environment("SASL_CONF_PATH")) {
        Some(list) => list.to_bytes().split(|&byte| byte == b':').map(path).collect(),
        None => FOLDERS.map(PathBuf::from).to_vec(),
    };
    let mut file = OsString::from(OsStr::from_bytes(name.to_bytes()));
    file.push(".conf");
    folders.into_iter().map(move |folder| folder.join(&file))
}

fn path(bytes: &[u8]) -> PathBuf {
    Path::new(OsStr::from_bytes(bytes)).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said<'a>(options: &'a Options, key: &CStr) -> Option<&'a str> {
        options.get(key).and_then(|value| value.to_str().ok())
    }

    #[test]
    fn a_configuration_says_a_value_for_each_key() {
        let text =
            b"# users\nPwcheck_Method: auxprop\n\n  mech_list :  PLAIN  SCRAM-SHA-256 \t\nmech_list: later\n";
        let options = Options::parse(text).expect("all lines are lines");
        assert_eq!(said(&options, c"pwcheck_method"), Some("auxprop"));
        assert_eq!(said(&options, c"mech_list"), Some("PLAIN  SCRAM-SHA-256"), "the first one counts");
        assert_eq!(said(&options, c"auxprop_plugin"), None);
    }

    #[test]
    fn a_line_without_key_colon_or_value_spoils_a_configuration() {
        for text in ["mech_list PLAIN", "mech_list", "mech_list:", ": PLAIN", "a: b\0c"] {
            assert!(Options::parse(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn a_configuration_is_read_from_the_first_folder_that_has_it_and_need_not_be_there() {
        let folder = std::env::temp_dir().join(format!("protium-options-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for temporary files");
        std::fs::write(folder.join("there.conf"), "mech_list: PLAIN\n").expect("room for a file");
        let folders = CString::new(format!("/nowhere:{}", folder.display())).expect("no NUL");
        let options =
            Options::read(c"there", Some(&folders)).unwrap_or_else(|fault| panic!("{}", fault.text));
        assert_eq!(said(&options, c"mech_list"), Some("PLAIN"));
        let absent =
            Options::read(c"absent", Some(&folders)).unwrap_or_else(|fault| panic!("{}", fault.text));
        assert_eq!(said(&absent, c"mech_list"), None);
        std::fs::write(folder.join("there.conf"), "mech_list\n").expect("room for a file");
        let fault = Options::read(c"there", Some(&folders)).err().expect("the line is none");
        assert!(fault.text.contains("there.conf"), "{}", fault.text);
        std::fs::remove_dir_all(&folder).expect("it was there");
    }
}
