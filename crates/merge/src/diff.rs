//! What changed from one version of a template to the next, as a person would say it.

use crate::{Finding, FindingKind, Severity, Template};

/// Longer than this, texts are compared by their lines only, not one against each other.
const MOST_LINES: usize = 2_000;
/// More sentences help nobody.
const MOST: usize = 100;

/// The differences between two versions, one sentence each; none when they say and ask the same.
pub fn differences(before: &Template, after: &Template) -> Vec<String> {
    let mut found = Vec::new();
    if before.format() != after.format() {
        found.push(format!("It was a {} and is a {} now.", before.format().label(), after.format().label()));
    }
    let names = |template: &Template| template.codes().map(str::to_owned).collect::<Vec<_>>();
    compare("code", &braced(&names(before)), &braced(&names(after)), &mut found);
    let loops = |template: &Template| template.relations().into_iter().map(str::to_owned).collect::<Vec<_>>();
    compare("repetition over", &loops(before), &loops(after), &mut found);
    let (old, new) = (before.text(), after.text());
    let (old, new): (Vec<&str>, Vec<&str>) = (lines(&old), lines(&new));
    if old.len().max(new.len()) <= MOST_LINES {
        changed_lines(&old, &new, &mut found);
    } else if old != new {
        found.push(format!("The text changed; it had {} lines and has {} now.", old.len(), new.len()));
    }
    if found.len() > MOST {
        let more = found.len() - MOST;
        found.truncate(MOST);
        found.push(format!("And {more} more changes."));
    }
    found
}

/// The codes of the main text that a translation lacks, one warning each.
pub fn missing_in_language(main: &Template, translation: &Template, language: &str) -> Vec<Finding> {
    let has: Vec<&str> = translation.codes().collect();
    let missing = main.codes().filter(|code| !has.contains(code));
    let found = missing.map(|code| {
        let sentence = format!("The main text has {{{code}}}, and the text in {language} does not. Add it, or leave it out on purpose.");
        Finding::new(Severity::Warning, FindingKind::MissingInLanguage, &format!("{{{code}}}"), sentence)
    });
    found.collect()
}

fn braced(names: &[String]) -> Vec<String> {
    names.iter().map(|name| format!("{{{name}}}")).collect()
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

fn compare(what: &str, before: &[String], after: &[String], found: &mut Vec<String>) {
    let only = |some: &[String], others: &[String]| -> Vec<String> {
        some.iter().filter(|name| !others.contains(name)).cloned().collect()
    };
    for (verb, names) in [("new", only(after, before)), ("gone", only(before, after))] {
        match names.as_slice() {
            [] => {}
            [one] => found.push(format!("The {what} {one} is {verb}.")),
            many => found.push(format!("The {what}s {} are {verb}.", many.join(", "))),
        }
    }
}

/// Lines taken away, added and changed, by the longest run they share.
fn changed_lines(old: &[&str], new: &[&str], found: &mut Vec<String>) {
    let same_start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[same_start..], &new[same_start..]);
    let same_end = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[..old.len() - same_end], &new[..new.len() - same_end]);
    let width = new.len() + 1;
    let mut longest = vec![0_u16; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i * width + j] = if old[i] == new[j] {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
            continue;
        }
        let (from_i, from_j) = (i, j);
        while (i < old.len() || j < new.len()) && !(i < old.len() && j < new.len() && old[i] == new[j]) {
            let down = if i < old.len() { longest[(i + 1) * width + j] } else { 0 };
            let right = if j < new.len() { longest[i * width + j + 1] } else { 0 };
            if j >= new.len() || i < old.len() && down >= right {
                i += 1;
            } else {
                j += 1;
            }
        }
        describe(&old[from_i..i], &new[from_j..j], found);
    }
}

fn describe(gone: &[&str], come: &[&str], found: &mut Vec<String>) {
    let paired = gone.len().min(come.len());
    for (old, new) in gone.iter().zip(come) {
        found.push(format!("“{}” became “{}”.", shown(old), shown(new)));
    }
    found.extend(gone[paired..].iter().map(|line| format!("“{}” was removed.", shown(line))));
    found.extend(come[paired..].iter().map(|line| format!("“{}” was added.", shown(line))));
}

fn shown(line: &str) -> String {
    let mut text: String = line.chars().take(80).collect();
    if text.len() < line.len() {
        text.push('…');
    }
    text
}
