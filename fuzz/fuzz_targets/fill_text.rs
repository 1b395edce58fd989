//! A text template and a value.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use merge::{Culture, Format, Limits, Template};

fuzz_target!(|input: (String, String)| {
    let (text, value) = input;
    let Ok(template) = Template::compile(Format::Text, text.clone().into_bytes(), &Limits::default()) else {
        return;
    };
    let values = BTreeMap::from([("name".to_owned(), value.clone())]);
    let Ok(document) = template.fill(&values, &Culture::default()) else { return };
    let document = String::from_utf8(document).expect("text stays text");
    let quiet = template.codes().next().is_none() && template.relations().is_empty();
    if quiet && !["padd", "culture:", "group", "order", "row."].iter().any(|word| text.to_ascii_lowercase().contains(word)) {
        assert_eq!(document, text, "a text without codes is copied");
    }
    let plain = value.chars().all(|c| !c.is_control() && c < '\u{FFFE}');
    if plain && text == "{name}" {
        assert_eq!(document, value, "a value is never read for codes");
    }
});
