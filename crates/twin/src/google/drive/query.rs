//! The grammar of `q` in files.list (developers.google.com, "Search query terms and operators").
//!
//! `and` and `or` bind alike and are read from left to right, as the documentation says: `a or b and c` means
//! `(a or b) and c`. Keywords may be written in any case.

use super::state::When;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// A query.
#[derive(Debug, Clone, PartialEq)]
pub enum Query {
    And(Box<Query>, Box<Query>),
    Or(Box<Query>, Box<Query>),
    Not(Box<Query>),
    Term(Term),
}

/// How values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
}

/// Which instant of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instant {
    Created,
    Modified,
    ViewedByMe,
}

/// What is asked of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    Name(Compare, String),
    FullText(String),
    MimeType(Compare, String),
    Time(Instant, Compare, When),
    Trashed(bool),
    Starred(bool),
    SharedWithMe(bool),
    Parent(String),
    Owner(String),
    Writer(String),
    Reader(String),
    /// Equal to it, or not.
    Visibility(bool, String),
    Property {
        own: bool,
        name: String,
        value: String,
    },
    /// Equal to it, or not.
    ShortcutTarget(bool, String),
}

/// The query is malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// Reads a query.
/// # Errors
/// When it is malformed, names an unknown term, or compares a term in a way it cannot be.
pub fn parse(text: &str) -> Result<Query, Malformed> {
    let mut reader = Reader { tokens: tokens(text)?, at: 0, depth: 0 };
    let query = reader.chain()?;
    if reader.at == reader.tokens.len() { Ok(query) } else { Err(Malformed) }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Sign(&'static str),
}

const SIGNS: [&str; 10] = ["!=", "<=", ">=", "=", "<", ">", "(", ")", "{", "}"];

fn tokens(text: &str) -> Result<Vec<Token>, Malformed> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            tokens.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else if first == '\'' || first == '"' {
            let (value, after) = quoted(rest, first)?;
            tokens.push(Token::Text(value));
            rest = after;
        } else if first.is_ascii_alphanumeric() {
            let end = rest
                .find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '.' || letter == '_'))
                .unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        } else {
            return Err(Malformed);
        }
        rest = rest.trim_start();
    }
    Ok(tokens)
}

/// A quoted value: `\'` is an apostrophe, `\\` a backslash; what else follows a backslash stays as it is.
fn quoted(text: &str, quote: char) -> Result<(String, &str), Malformed> {
    let mut value = String::new();
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some((_, escaped @ ('\\' | '\'' | '"'))) => value.push(escaped),
                Some((_, other)) => {
                    value.push('\\');
                    value.push(other);
                }
                None => return Err(Malformed),
            },
            letter if letter == quote => return Ok((value, &text[at + 1..])),
            letter => value.push(letter),
        }
    }
    Err(Malformed)
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
    depth: u32,
}

impl Reader {
    fn peek_word(&self, word: &str) -> bool {
        matches!(self.tokens.get(self.at), Some(Token::Word(found)) if found.eq_ignore_ascii_case(word))
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.peek_word(word);
        self.at += usize::from(found);
        found
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Sign(found)) if *found == sign);
        self.at += usize::from(found);
        found
    }

    fn next(&mut self) -> Result<Token, Malformed> {
        let token = self.tokens.get(self.at).cloned().ok_or(Malformed)?;
        self.at += 1;
        Ok(token)
    }

    fn text(&mut self) -> Result<String, Malformed> {
        match self.next()? {
            Token::Text(text) => Ok(text),
            _ => Err(Malformed),
        }
    }

    fn chain(&mut self) -> Result<Query, Malformed> {
        let mut query = self.one()?;
        loop {
            if self.take_word("and") {
                query = Query::And(Box::new(query), Box::new(self.one()?));
            } else if self.take_word("or") {
                query = Query::Or(Box::new(query), Box::new(self.one()?));
            } else {
                return Ok(query);
            }
        }
    }

    fn one(&mut self) -> Result<Query, Malformed> {
        self.depth += 1;
        if self.depth > 100 {
            return Err(Malformed);
        }
        let query = if self.take_word("not") {
            Query::Not(Box::new(self.one()?))
        } else if self.take_sign("(") {
            let query = self.chain()?;
            if !self.take_sign(")") {
                return Err(Malformed);
            }
            query
        } else {
            Query::Term(self.term()?)
        };
        self.depth -= 1;
        Ok(query)
    }

    fn term(&mut self) -> Result<Term, Malformed> {
        match self.next()? {
            Token::Text(value) => self.member(value),
            Token::Word(word) => self.comparison(&word),
            Token::Sign(_) => Err(Malformed),
        }
    }

    /// `'x' in parents`.
    fn member(&mut self, value: String) -> Result<Term, Malformed> {
        if !self.take_word("in") {
            return Err(Malformed);
        }
        match self.next()? {
            Token::Word(list) => match list.as_str() {
                "parents" => Ok(Term::Parent(value)),
                "owners" => Ok(Term::Owner(value)),
                "writers" => Ok(Term::Writer(value)),
                "readers" => Ok(Term::Reader(value)),
                _ => Err(Malformed),
            },
            _ => Err(Malformed),
        }
    }

    fn comparison(&mut self, word: &str) -> Result<Term, Malformed> {
        match word {
            "properties" | "appProperties" => return self.property(word == "appProperties"),
            "sharedWithMe" if !matches!(self.tokens.get(self.at), Some(Token::Sign("=" | "!="))) => {
                return Ok(Term::SharedWithMe(true));
            }
            _ => {}
        }
        let how = self.operator()?;
        let same = match how {
            Compare::Equal => Some(true),
            Compare::NotEqual => Some(false),
            _ => None,
        };
        match word {
            "name" if same.is_some() || how == Compare::Contains => Ok(Term::Name(how, self.text()?)),
            "fullText" if how == Compare::Contains => Ok(Term::FullText(self.text()?)),
            "mimeType" if same.is_some() || how == Compare::Contains => Ok(Term::MimeType(how, self.text()?)),
            "createdTime" => self.time(Instant::Created, how),
            "modifiedTime" => self.time(Instant::Modified, how),
            "viewedByMeTime" => self.time(Instant::ViewedByMe, how),
            "trashed" => Ok(Term::Trashed(self.truth()? == same.ok_or(Malformed)?)),
            "starred" => Ok(Term::Starred(self.truth()? == same.ok_or(Malformed)?)),
            "sharedWithMe" => Ok(Term::SharedWithMe(self.truth()? == same.ok_or(Malformed)?)),
            "visibility" => {
                const KNOWN: [&str; 5] =
                    ["anyoneCanFind", "anyoneWithLink", "domainCanFind", "domainWithLink", "limited"];
                let value = self.text()?;
                let known = KNOWN.contains(&value.as_str());
                if known { Ok(Term::Visibility(same.ok_or(Malformed)?, value)) } else { Err(Malformed) }
            }
            "shortcutDetails.targetId" => Ok(Term::ShortcutTarget(same.ok_or(Malformed)?, self.text()?)),
            _ => Err(Malformed),
        }
    }

    fn operator(&mut self) -> Result<Compare, Malformed> {
        if self.take_word("contains") {
            return Ok(Compare::Contains);
        }
        match self.next()? {
            Token::Sign("=") => Ok(Compare::Equal),
            Token::Sign("!=") => Ok(Compare::NotEqual),
            Token::Sign("<") => Ok(Compare::Less),
            Token::Sign("<=") => Ok(Compare::LessOrEqual),
            Token::Sign(">") => Ok(Compare::Greater),
            Token::Sign(">=") => Ok(Compare::GreaterOrEqual),
            _ => Err(Malformed),
        }
    }

    fn truth(&mut self) -> Result<bool, Malformed> {
        match self.next()? {
            Token::Word(word) if word.eq_ignore_ascii_case("true") => Ok(true),
            Token::Word(word) if word.eq_ignore_ascii_case("false") => Ok(false),
            _ => Err(Malformed),
        }
    }

    fn time(&mut self, of: Instant, how: Compare) -> Result<Term, Malformed> {
        if how == Compare::Contains {
            return Err(Malformed);
        }
        let text = self.text()?;
        Ok(Term::Time(of, how, instant(&text).ok_or(Malformed)?))
    }

    /// `has { key='k' and value='v' }`.
    fn property(&mut self, own: bool) -> Result<Term, Malformed> {
        let parts = [self.take_word("has"), self.take_sign("{"), self.take_word("key"), self.take_sign("=")];
        if parts.contains(&false) {
            return Err(Malformed);
        }
        let name = self.text()?;
        let parts = [self.take_word("and"), self.take_word("value"), self.take_sign("=")];
        if parts.contains(&false) {
            return Err(Malformed);
        }
        let value = self.text()?;
        if self.take_sign("}") { Ok(Term::Property { own, name, value }) } else { Err(Malformed) }
    }
}

/// RFC 3339, UTC when it names no offset; a day alone is its beginning.
fn instant(text: &str) -> Option<When> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.into());
    }
    let civil = text.parse::<DateTime>().ok().or_else(|| text.parse::<Date>().ok().map(DateTime::from))?;
    Some(TimeZone::UTC.to_timestamp(civil).ok()?.into())
}

impl Query {
    /// Whether any term fits.
    pub fn any(&self, fits: &impl Fn(&Term) -> bool) -> bool {
        match self {
            Self::And(one, other) | Self::Or(one, other) => one.any(fits) || other.any(fits),
            Self::Not(inner) => inner.any(fits),
            Self::Term(term) => fits(term),
        }
    }
}

impl std::fmt::Display for Compare {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Contains => "contains",
        })
    }
}

fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

impl std::fmt::Display for Term {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = |same: bool| if same { "=" } else { "!=" };
        match self {
            Self::Name(how, value) => write!(f, "name {how} {}", quote(value)),
            Self::FullText(value) => write!(f, "fullText contains {}", quote(value)),
            Self::MimeType(how, value) => write!(f, "mimeType {how} {}", quote(value)),
            Self::Time(of, how, at) => {
                let name = match of {
                    Instant::Created => "createdTime",
                    Instant::Modified => "modifiedTime",
                    Instant::ViewedByMe => "viewedByMeTime",
                };
                write!(f, "{name} {how} '{at}'")
            }
            Self::Trashed(is) => write!(f, "trashed = {is}"),
            Self::Starred(is) => write!(f, "starred = {is}"),
            Self::SharedWithMe(is) => write!(f, "sharedWithMe = {is}"),
            Self::Parent(id) => write!(f, "{} in parents", quote(id)),
            Self::Owner(who) => write!(f, "{} in owners", quote(who)),
            Self::Writer(who) => write!(f, "{} in writers", quote(who)),
            Self::Reader(who) => write!(f, "{} in readers", quote(who)),
            Self::Visibility(same, value) => write!(f, "visibility {} {}", sign(*same), quote(value)),
            Self::Property { own, name, value } => {
                let list = if *own { "appProperties" } else { "properties" };
                write!(f, "{list} has {{ key={} and value={} }}", quote(name), quote(value))
            }
            Self::ShortcutTarget(same, id) => {
                write!(f, "shortcutDetails.targetId {} {}", sign(*same), quote(id))
            }
        }
    }
}

impl std::fmt::Display for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::And(one, other) => write!(f, "({one}) and ({other})"),
            Self::Or(one, other) => write!(f, "({one}) or ({other})"),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::Term(term) => write!(f, "{term}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn queries_are_read_from_left_to_right() {
        let cases = [
            ("trashed=false", "trashed = false"),
            ("trashed != true", "trashed = false"),
            ("NOT starred = true AND trashed = FALSE", "(not (starred = true)) and (trashed = false)"),
            (
                "starred=true or trashed=true and sharedWithMe",
                "((starred = true) or (trashed = true)) and (sharedWithMe = true)",
            ),
            (
                "starred=true or (trashed=true and sharedWithMe)",
                "(starred = true) or ((trashed = true) and (sharedWithMe = true))",
            ),
            (r"name = 'it\'s \\ done'", r"name = 'it\'s \\ done'"),
            ("name contains \"x\"", "name contains 'x'"),
            ("'root' in parents", "'root' in parents"),
            ("'me' in owners or 'a@b.c' in writers", "('me' in owners) or ('a@b.c' in writers)"),
            ("modifiedTime >= '2012-06-04T12:00:00-08:00'", "modifiedTime >= '2012-06-04T20:00:00.000Z'"),
            ("createdTime<'2012-06-04T12:00:00'", "createdTime < '2012-06-04T12:00:00.000Z'"),
            ("viewedByMeTime > '2012-06-04'", "viewedByMeTime > '2012-06-04T00:00:00.000Z'"),
            ("appProperties has { key='a' and value='b' }", "appProperties has { key='a' and value='b' }"),
            ("properties has {key='a' and value='b'}", "properties has { key='a' and value='b' }"),
            ("visibility != 'limited'", "visibility != 'limited'"),
            ("shortcutDetails.targetId='1'", "shortcutDetails.targetId = '1'"),
            ("fullText contains '\"two words\"'", "fullText contains '\"two words\"'"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text).map(|query| query.to_string()).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_query_is_refused() {
        let cases = [
            "",
            "name",
            "name =",
            "name = x",
            "name > 'x'",
            "title = 'x'",
            "name = 'x",
            "name = 'x' and",
            "(name = 'x'",
            "name = 'x')",
            "name = 'it's'",
            "fullText = 'x'",
            "mimeType < 'x'",
            "trashed",
            "trashed = 'x'",
            "trashed > true",
            "'x' in folders",
            "'x' parents",
            "modifiedTime > 'yesterday'",
            "modifiedTime contains 'x'",
            "visibility = 'everyone'",
            "properties has {key='a'}",
            "name = 'a' name = 'b'",
            "and",
            "not",
            "id = 'x'",
            "ä = 'x'",
        ];
        for text in cases {
            assert_eq!(parse(text), Err(Malformed), "{text}");
        }
    }

    fn term() -> impl Strategy<Value = Term> {
        let word = || r"[a-z'\\ \x22ä=(){}]{0,8}";
        let how = prop_oneof![Just(Compare::Equal), Just(Compare::NotEqual), Just(Compare::Contains)];
        prop_oneof![
            (how.clone(), word()).prop_map(|(how, text)| Term::Name(how, text)),
            (how, word()).prop_map(|(how, text)| Term::MimeType(how, text)),
            word().prop_map(Term::FullText),
            word().prop_map(Term::Parent),
            word().prop_map(Term::Reader),
            any::<bool>().prop_map(Term::Trashed),
            (0_i64..2_000_000_000_000).prop_map(|at| Term::Time(Instant::Modified, Compare::Less, When(at))),
            (any::<bool>(), word(), word()).prop_map(|(own, name, value)| Term::Property {
                own,
                name,
                value
            }),
            (any::<bool>(), word()).prop_map(|(same, id)| Term::ShortcutTarget(same, id)),
        ]
    }

    fn query() -> impl Strategy<Value = Query> {
        term().prop_map(Query::Term).prop_recursive(4, 20, 2, |inner| {
            prop_oneof![
                (inner.clone(), inner.clone()).prop_map(|(a, b)| Query::And(Box::new(a), Box::new(b))),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| Query::Or(Box::new(a), Box::new(b))),
                inner.prop_map(|a| Query::Not(Box::new(a))),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_query_that_is_written_down_is_read_as_it_was(query in query()) {
            prop_assert_eq!(parse(&query.to_string()), Ok(query));
        }

        #[test]
        fn no_text_makes_the_reader_fall_over(text in "(name|in|parents|'|\\\\|=|<|\\(|\\)|and|or|not|has|\\{|ä| ){0,30}") {
            let _ = parse(&text);
        }
    }
}
