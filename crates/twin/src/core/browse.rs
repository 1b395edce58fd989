//! What the two product pages have in common: folders as tables, a file with its facts, forms for what can be done.

use super::answer::{Answer, escape};
use super::blobs::Blob;
use super::page::page;
use super::visit::Visit;
use http::StatusCode;
use std::fmt::Write as _;

/// How much of a text is shown.
const PREVIEW: u64 = 16 << 10;
/// How many lines of a table are shown.
pub const LINES: usize = 500;

/// A product, and who looks at it.
#[derive(Debug)]
pub struct Frame<'a> {
    pub product: &'a str,
    pub visit: &'a Visit,
    /// The person's name and address.
    pub who: String,
    /// Where another person is chosen.
    pub account: String,
    /// Names and addresses of the product's main places.
    pub places: Vec<(String, String)>,
}

/// A line of a folder.
#[derive(Debug, Default)]
pub struct Line {
    pub name: String,
    pub to: String,
    pub kind: String,
    pub size: String,
    pub modified: String,
    pub by: String,
    /// HTML: forms.
    pub extra: String,
}

impl Frame<'_> {
    /// A page; `body` is HTML.
    pub fn show(&self, status: StatusCode, title: &str, body: &str) -> Answer {
        let mut head = String::from("<nav class=\"wide\" aria-label=\"Places\">");
        for (name, to) in &self.places {
            let _ = write!(head, "<a href=\"{}\">{}</a>", escape(to), escape(name));
        }
        let _ = write!(
            head,
            "<span>{} · <a href=\"{}\">Change person</a></span></nav>",
            escape(&self.who),
            escape(&self.account)
        );
        Answer::html(status, page(self.product, title, &(head + body)))
            .with("cache-control", "no-store")
            .with("x-frame-options", "DENY")
            .with(
                "content-security-policy",
                "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
            )
    }

    /// A refusal in words.
    pub fn refuse(&self, status: StatusCode, title: &str, words: &str) -> Answer {
        let body =
            format!("<h1>{}</h1><p class=\"problem\" role=\"alert\">{}</p>", escape(title), escape(words));
        self.show(status, title, &body)
    }

    /// A form that does one thing. `fields` is HTML.
    pub fn act(&self, to: &str, label: &str, fields: &str) -> String {
        format!(
            "<form method=\"post\" action=\"{}\" class=\"actions\"><input type=\"hidden\" name=\"form\" value=\"{}\">\
             {fields}<button type=\"submit\" class=\"quiet\">{}</button></form>",
            escape(to),
            self.visit.token(),
            escape(label),
        )
    }

    /// A form that sends files.
    pub fn upload(&self, to: &str, label: &str, many: bool) -> String {
        let many = if many { " multiple" } else { "" };
        format!(
            "<form method=\"post\" action=\"{}\" enctype=\"multipart/form-data\" class=\"actions\">\
             <input type=\"hidden\" name=\"form\" value=\"{}\"><label>{label} \
             <input type=\"file\" name=\"file\" required{many}></label>\
             <button type=\"submit\" class=\"quiet\">Upload</button></form>",
            escape(to),
            self.visit.token(),
            label = escape(label),
        )
    }
}

/// A field for text with a label.
pub fn field(label: &str, name: &str, value: &str) -> String {
    format!(
        "<label>{} <input type=\"text\" name=\"{name}\" value=\"{}\" required></label>",
        escape(label),
        escape(value)
    )
}

/// A choice of one of several values.
pub fn choice(label: &str, name: &str, options: &[(String, String)]) -> String {
    let mut html = format!("<label>{} <select name=\"{name}\">", escape(label));
    for (value, words) in options {
        let _ = write!(html, "<option value=\"{}\">{}</option>", escape(value), escape(words));
    }
    html + "</select></label>"
}

/// The way to a place: names and addresses, the last without one.
pub fn way(steps: &[(String, String)]) -> String {
    if steps.len() < 2 {
        return String::new();
    }
    let mut html = String::from("<nav aria-label=\"Way\">");
    for (number, (name, to)) in steps.iter().enumerate() {
        let joint = if number == 0 { "" } else { " / " };
        let _ = match to.as_str() {
            "" => write!(html, "{joint}<span aria-current=\"page\">{}</span>", escape(name)),
            to => write!(html, "{joint}<a href=\"{}\">{}</a>", escape(to), escape(name)),
        };
    }
    html + "</nav>"
}

/// A table of a folder's content. Columns in which nothing stands are left out. The roles keep it a table for a
/// screen reader where a narrow screen shows its rows as blocks.
pub fn table(lines: &[Line], empty: &str) -> String {
    rows(lines, "Kind", empty)
}

/// A table of a file's versions; `kind` of a line is what was said about it.
pub fn versions(lines: &[Line], empty: &str) -> String {
    rows(lines, "Comment", empty)
}

fn rows(lines: &[Line], kind: &'static str, empty: &str) -> String {
    type Text = fn(&Line) -> &str;
    let all: [(&str, Text); 4] = [
        (kind, |line| &line.kind),
        ("Size", |line| &line.size),
        ("Changed", |line| &line.modified),
        ("By", |line| &line.by),
    ];
    if lines.is_empty() {
        return format!("<p class=\"soft\">{}</p>", escape(empty));
    }
    let shown = &lines[..lines.len().min(LINES)];
    let columns: Vec<(&str, Text)> =
        all.into_iter().filter(|(_, text)| shown.iter().any(|line| !text(line).is_empty())).collect();
    let mut html = String::from(
        "<div class=\"scroll\"><table role=\"table\"><thead role=\"rowgroup\"><tr role=\"row\">\
         <th role=\"columnheader\" scope=\"col\">Name</th>",
    );
    for (title, _) in &columns {
        let _ = write!(html, "<th role=\"columnheader\" scope=\"col\">{title}</th>");
    }
    html += "</tr></thead><tbody role=\"rowgroup\">";
    for line in shown {
        let name = match line.to.as_str() {
            "" => escape(&line.name),
            to => format!("<a href=\"{}\">{}</a>", escape(to), escape(&line.name)),
        };
        let _ = write!(html, "<tr role=\"row\"><td role=\"cell\">{name}{}</td>", line.extra);
        for (_, text) in &columns {
            let _ = write!(html, "<td role=\"cell\">{}</td>", escape(text(line)));
        }
        html += "</tr>";
    }
    html += "</tbody></table></div>";
    if lines.len() > LINES {
        let _ = write!(html, "<p class=\"soft\">Only the first {LINES} are shown.</p>");
    }
    html
}

/// Names and values.
pub fn facts(pairs: &[(&str, String)]) -> String {
    let one = |(name, value): &(&str, String)| format!("<dt>{}</dt><dd>{}</dd>", escape(name), escape(value));
    format!("<dl>{}</dl>", pairs.iter().map(one).collect::<String>())
}

/// A media type for people: the long ones in words.
pub fn kind(media_type: &str) -> String {
    let short = match media_type.strip_prefix("application/vnd.openxmlformats-officedocument.") {
        Some("wordprocessingml.document") => "text document",
        Some("spreadsheetml.sheet") => "spreadsheet",
        Some("presentationml.presentation") => "presentation",
        Some(other) => other,
        None if media_type == "application/octet-stream" => "file",
        None if media_type == "text/plain" => "text",
        None if media_type == "application/pdf" => "PDF",
        None => media_type.strip_prefix("application/vnd.google-apps.").unwrap_or(media_type),
    };
    short.to_owned()
}

/// A length for people.
pub fn bytes(size: u64) -> String {
    match size {
        0..1024 => format!("{size} B"),
        1024..1_048_576 => format!("{}.{} KiB", size / 1024, size % 1024 * 10 / 1024),
        _ => format!("{}.{} MiB", size >> 20, ((size & 0xf_ffff) * 10) >> 20),
    }
}

/// An instant for people: minutes, in UTC.
pub fn instant(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// The beginning of a text; nothing when the content is no text.
pub fn preview(content: &Blob, media_type: &str) -> String {
    let textual = media_type.starts_with("text/")
        || matches!(media_type, "application/json" | "application/xml" | "application/javascript");
    let bytes = content.read(0..content.size().min(PREVIEW)).unwrap_or_default();
    if !textual || bytes.contains(&0) {
        return String::new();
    }
    let more =
        if content.size() > PREVIEW { "<p class=\"soft\">Only the beginning is shown.</p>" } else { "" };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    format!("<h2>Content</h2><pre tabindex=\"0\">{}</pre>{more}", escape(&text))
}

/// Where people are chosen: names, addresses and ids.
pub fn people(
    product: &str,
    visit: &Visit,
    action: &str,
    next: &str,
    people: &[(String, String, String)],
) -> Answer {
    let mut body = String::from(
        "<h1>Who looks?</h1><p>Choose a person. What they may see and do is what counts here.</p><ul class=\"choices\">",
    );
    for (name, address, id) in people.iter().take(50) {
        let _ = write!(
            body,
            "<li><form method=\"post\" action=\"{}\"><input type=\"hidden\" name=\"form\" value=\"{}\">\
             <input type=\"hidden\" name=\"next\" value=\"{}\">\
             <button type=\"submit\" name=\"person\" value=\"{}\">{} <span>{}</span></button></form></li>",
            escape(action),
            visit.token(),
            escape(next),
            escape(id),
            escape(name),
            escape(address),
        );
    }
    let _ = write!(
        body,
        "</ul><h2>Somebody else</h2><form method=\"post\" action=\"{}\"><input type=\"hidden\" name=\"form\" value=\"{}\">\
         <input type=\"hidden\" name=\"next\" value=\"{}\"><label for=\"person\">Address</label>\
         <input id=\"person\" type=\"email\" name=\"person\" required autocomplete=\"off\"><button type=\"submit\">Go on</button></form>",
        escape(action),
        visit.token(),
        escape(next),
    );
    Answer::html(StatusCode::OK, page(product, "Who looks?", &body)).with("cache-control", "no-store")
}

/// An address inside this host; anything else becomes `/`.
pub fn inside(next: &str) -> &str {
    if next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n']) {
        next
    } else {
        "/"
    }
}

/// A content as something to be kept.
pub fn download(content: Blob, media_type: &str, name: &str) -> Answer {
    let encoded: String =
        percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).to_string();
    Answer::content(content, media_type, None)
        .with("content-disposition", &format!("attachment; filename*=UTF-8''{encoded}"))
        .with("x-content-type-options", "nosniff")
        .with("cache-control", "private, no-store")
}
