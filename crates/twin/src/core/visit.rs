//! Who looks at a product's pages, and the forms they send.
//!
//! No password guards anything: a person is chosen. Forms are still bound to the browser that was shown them, so
//! that no other site can send one.

use super::answer::Answer;
use super::blobs::Blob;
use super::call::{Call, Pairs};
use super::digest::{hex, sha256};
use super::env::House;

/// A form with a file above this is not taken.
const LARGEST: u64 = 1 << 30;

/// A browser at a product's pages.
#[derive(Debug, Clone)]
pub struct Visit {
    name: &'static str,
    word: String,
    /// The chosen person; empty when nobody was chosen yet.
    pub person: String,
}

impl Visit {
    /// The browser of a call, by a cookie of this name.
    pub fn of(call: &Call, house: &House, name: &'static str) -> Self {
        match call.cookie(name).and_then(|value| value.split_once('.')).filter(|(word, _)| word.len() == 32) {
            Some((word, person)) => Self { name, word: word.to_owned(), person: person.to_owned() },
            None => Self { name, word: house.random.token(32), person: String::new() },
        }
    }

    /// What its forms carry.
    pub fn token(&self) -> String {
        hex(&sha256(format!("{} {}", self.name, self.word).as_bytes())[..16])
    }

    /// Keeps it in the browser.
    pub fn keep(&self, answer: Answer, base: &str) -> Answer {
        let secure = if base.starts_with("https:") { "; Secure" } else { "" };
        let cookie =
            format!("{}={}.{}; Path=/; HttpOnly; SameSite=Lax{secure}", self.name, self.word, self.person);
        answer.with("set-cookie", &cookie)
    }

    /// A form that was made for this browser; nothing when it was not.
    pub fn form(&self, call: &Call, house: &House) -> Option<Form> {
        let form = Form::read(call, house)?;
        (form.get("form") == self.token()).then_some(form)
    }
}

/// A form that was sent, with its files.
#[derive(Debug, Clone, Default)]
pub struct Form {
    fields: Pairs,
    /// Names and contents.
    pub files: Vec<(String, Blob)>,
}

impl Form {
    /// A field; empty when it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.fields.get(name).unwrap_or_default()
    }

    fn read(call: &Call, house: &House) -> Option<Self> {
        if call.media_type() != "multipart/form-data" {
            return Some(Self { fields: call.body.form(), files: Vec::new() });
        }
        if call.body.content.size() > LARGEST {
            return None;
        }
        let boundary = call.header("content-type").and_then(|value| parameter(value, "boundary"))?;
        let body = call.body.content.read(0..call.body.content.size()).ok()?;
        let mut form = Self::default();
        for (head, content) in parts(&body, &boundary)? {
            let head = String::from_utf8_lossy(head);
            let line =
                head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
            let name = parameter(line, "name")?;
            match parameter(line, "filename") {
                None => form.fields.0.push((name, String::from_utf8_lossy(content).into_owned())),
                Some(file) if file.is_empty() => {}
                Some(file) => {
                    let mut writer = house.blobs.writer();
                    writer.append(content).ok()?;
                    form.files.push((bare(&file), writer.finish().ok()?));
                }
            }
        }
        Some(form)
    }
}

/// The last part of a file's name, should a browser send a path.
fn bare(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
}

/// A parameter of a header: `name="value"` or `name=value`. Browsers write a quote inside as `%22`.
pub(crate) fn parameter(header: &str, name: &str) -> Option<String> {
    let mut rest = header;
    loop {
        let (_, after) = rest.split_once(';')?;
        let after = after.trim_start();
        rest = after;
        let Some((key, value)) = after.split_once('=') else { continue };
        if !key.trim().eq_ignore_ascii_case(name) {
            continue;
        }
        return Some(match value.strip_prefix('"') {
            Some(quoted) => {
                quoted.split('"').next().unwrap_or_default().replace("%22", "\"").replace("%0D%0A", " ")
            }
            None => value.split(';').next().unwrap_or_default().trim().to_owned(),
        });
    }
}

/// Heads and contents of `multipart/form-data` (RFC 7578, RFC 2046); nothing when it is malformed.
pub(crate) fn parts<'b>(body: &'b [u8], boundary: &str) -> Option<Vec<(&'b [u8], &'b [u8])>> {
    if boundary.is_empty() || boundary.len() > 70 {
        return None;
    }
    let mark = format!("\r\n--{boundary}");
    let first = &mark.as_bytes()[2..];
    let mut at = find(body, first)? + first.len();
    let mut found = Vec::new();
    loop {
        let rest = body.get(at..)?;
        if rest.starts_with(b"--") {
            return Some(found);
        }
        let start = at + find(rest, b"\r\n")? + 2;
        let head_end = start + find(body.get(start..)?, b"\r\n\r\n")?;
        let content = head_end + 4;
        let end = content + find(body.get(content..)?, mark.as_bytes())?;
        found.push((&body[start..head_end], &body[content..end]));
        if found.len() > 1000 {
            return None;
        }
        at = end + mark.len();
    }
}

/// Where a text begins in another. The first byte is looked for, then the rest compared.
fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    let (first, rest) = wanted.split_first()?;
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.iter().position(|byte| byte == first)?;
        if text.get(at + 1..).is_some_and(|after| after.starts_with(rest)) {
            return Some(at);
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_with_files_is_taken_apart() {
        let body = b"--b\r\nContent-Disposition: form-data; name=\"form\"\r\n\r\nword\r\n\
            --b\r\ncontent-disposition: form-data; filename=\"a; %22b%22.txt\"; name=\"file\"\r\nContent-Type: text/plain\r\n\r\none\r\n--two\r\n\r\n--b--\r\n";
        let found = parts(body, "b").unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].1, b"word");
        assert_eq!(found[1].1, b"one\r\n--two\r\n");
        let head = String::from_utf8_lossy(found[1].0).into_owned();
        let line = head.lines().next().unwrap();
        assert_eq!(parameter(line, "name").as_deref(), Some("file"));
        // A semicolon inside quotes ends no parameter that is read whole.
        assert_eq!(parameter(line, "filename").as_deref(), Some("a; \"b\".txt"));
    }

    #[test]
    fn a_malformed_form_is_no_form() {
        for body in ["", "--b", "--b\r\n", "--b\r\nx\r\n\r\ny", "--b\r\nx: y\r\n--b--"] {
            assert_eq!(parts(body.as_bytes(), "b"), None, "{body:?}");
        }
        assert_eq!(parts(b"--b--", "b"), Some(Vec::new()));
        assert_eq!(parameter("multipart/form-data", "boundary"), None);
        assert_eq!(parameter("multipart/form-data; boundary=x; charset=y", "boundary").as_deref(), Some("x"));
    }
}
