//! Rust source taken apart just far enough: code without comments and string contents, and the comments alone.
//!
//! Both views have the length and the lines of the original, so a place in one is a place in the other.

/// The two views of one file.
#[derive(Debug, Default)]
pub struct Views {
    /// The code; comments and the insides of strings are spaces.
    pub code: String,
    /// The comments; everything else is spaces.
    pub comments: String,
    /// Byte ranges of items under `#[cfg(test)]`.
    pub tests: Vec<std::ops::Range<usize>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Code,
    LineComment,
    BlockComment(usize),
    Text,
    RawText(usize),
    Character,
}

/// Takes `source` apart.
pub fn views(source: &str) -> Views {
    let bytes = source.as_bytes();
    let mut code = vec![b' '; bytes.len()];
    let mut comments = vec![b' '; bytes.len()];
    let mut state = State::Code;
    let mut at = 0;
    while at < bytes.len() {
        let (next, step) = advance(state, bytes, at);
        for index in at..(at + step).min(bytes.len()) {
            let byte = bytes[index];
            if byte == b'\n' {
                code[index] = byte;
                comments[index] = byte;
            } else if byte.is_ascii() {
                match (state, next) {
                    (State::LineComment | State::BlockComment(_), _)
                    | (_, State::LineComment | State::BlockComment(_)) => comments[index] = byte,
                    (State::Code, State::Code) => code[index] = byte,
                    (State::Code, _) | (_, State::Code) => code[index] = b'"',
                    _ => {}
                }
            }
        }
        state = next;
        at += step;
    }
    // Only ASCII was copied, so both are valid text.
    let mut views = Views {
        code: String::from_utf8_lossy(&code).into_owned(),
        comments: String::from_utf8_lossy(&comments).into_owned(),
        tests: Vec::new(),
    };
    views.tests = test_items(&views.code);
    views
}

/// The state after the bytes at `at`, and how many bytes that took.
fn advance(state: State, bytes: &[u8], at: usize) -> (State, usize) {
    let rest = &bytes[at..];
    match state {
        State::Code if rest.starts_with(b"//") => (State::LineComment, 2),
        State::Code if rest.starts_with(b"/*") => (State::BlockComment(1), 2),
        State::Code if rest[0] == b'"' => (State::Text, 1),
        State::Code if matches!(rest[0], b'r' | b'b' | b'c') && !inside_word(bytes, at) => prefixed(rest),
        State::Code if rest[0] == b'\'' && is_character(rest) => (State::Character, 1),
        State::Code => (State::Code, 1),
        State::LineComment => (if rest[0] == b'\n' { State::Code } else { state }, 1),
        State::BlockComment(depth) if rest.starts_with(b"/*") => (State::BlockComment(depth + 1), 2),
        State::BlockComment(depth) if rest.starts_with(b"*/") => {
            (if depth == 1 { State::Code } else { State::BlockComment(depth - 1) }, 2)
        }
        State::BlockComment(_) => (state, 1),
        State::Text | State::Character if rest[0] == b'\\' => (state, 2),
        State::Text => (if rest[0] == b'"' { State::Code } else { state }, 1),
        State::Character => (if rest[0] == b'\'' { State::Code } else { state }, 1),
        State::RawText(hashes) => {
            let closes =
                rest[0] == b'"' && rest.len() > hashes && rest[1..=hashes].iter().all(|byte| *byte == b'#');
            if closes { (State::Code, 1 + hashes) } else { (state, 1) }
        }
    }
}

/// `r"`, `r#"`, `b"`, `br#"`, `c"`; anything else is an ordinary word.
fn prefixed(rest: &[u8]) -> (State, usize) {
    let letters = rest.iter().take_while(|byte| matches!(byte, b'r' | b'b' | b'c')).count();
    let hashes = rest[letters..].iter().take_while(|byte| **byte == b'#').count();
    let quoted = rest.get(letters + hashes) == Some(&b'"');
    let raw = rest[..letters].contains(&b'r');
    match (quoted, raw) {
        (true, true) if letters <= 2 => (State::RawText(hashes), letters + hashes + 1),
        (true, false) if letters == 1 && hashes == 0 => (State::Text, 2),
        _ => (State::Code, 1),
    }
}

fn inside_word(bytes: &[u8], at: usize) -> bool {
    at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_')
}

/// Tells `'x'` from the lifetime `'x`.
fn is_character(rest: &[u8]) -> bool {
    match rest.get(1) {
        Some(b'\\') => true,
        Some(first) => {
            let width = match first {
                0..=0x7f => 1,
                0x80..=0xdf => 2,
                0xe0..=0xef => 3,
                _ => 4,
            };
            rest.get(1 + width) == Some(&b'\'')
        }
        None => false,
    }
}

/// The items that exist only for tests.
fn test_items(code: &str) -> Vec<std::ops::Range<usize>> {
    const MARK: &str = "#[cfg(test)]";
    let mut items = Vec::new();
    let mut from = 0;
    while let Some(found) = code[from..].find(MARK) {
        let start = from + found;
        let end = item_end(code, start + MARK.len());
        items.push(start..end);
        from = end;
    }
    items
}

/// Where the item that starts at `from` ends: after its block, or after its semicolon.
pub fn item_end(code: &str, from: usize) -> usize {
    let mut depth = 0usize;
    for (offset, byte) in code.as_bytes()[from..].iter().enumerate() {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 && *byte == b'}' {
                    return from + offset + 1;
                }
            }
            b';' if depth == 0 => return from + offset + 1,
            _ => {}
        }
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_comments_leave_the_code() {
        let source =
            "let a = \"fn {\"; // fn }\nlet b = r#\"\"{\"#; /* { /* } */ */ let c = '{'; let d: &'a str;";
        let views = views(source);
        assert_eq!(views.code.len(), source.len());
        assert!(!views.code.contains(['{', '}']), "{}", views.code);
        assert!(views.code.contains("&'a str"));
        assert!(views.comments.contains("// fn }"));
        assert!(views.comments.contains("/* { /* } */ */"));
        assert!(!views.comments.contains("let"));
    }

    #[test]
    fn an_escaped_quote_does_not_end_a_string() {
        assert_eq!(views(r#"f("\"{", '\'', b"{", br"{");"#).code.matches(['{', '}']).count(), 0);
    }

    #[test]
    fn a_test_module_is_found_with_its_whole_block() {
        let source = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() { if x { y } }\n}\nfn c() {}\n";
        let views = views(source);
        let [item] = views.tests.as_slice() else { panic!("one item") };
        assert!(source[item.clone()].ends_with("} }\n}"));
    }
}
