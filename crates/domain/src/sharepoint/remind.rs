//! Who can work in SharePoint, and what is written to those who cannot yet (T09, T17, T18).

use std::fmt::Write as _;

/// The longest address of a message that mail programs take, in characters: Windows stops at 2,083.
const LONGEST_LINK: usize = 1800;

/// How somebody can work in SharePoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// They have connected Microsoft 365.
    Connected,
    /// They sign in with Microsoft and have not connected their documents.
    SignsIn,
    /// They are known at Microsoft as a guest of another tenant (T17).
    Guest,
    /// They have never signed in with Microsoft (T09, T18).
    Never,
}

/// A message that is ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    subject: &'static str,
    text: String,
}

impl Reminder {
    /// What is written to somebody; `address` is where they connect their documents. Nothing for who is connected.
    pub fn of(fit: Fit, name: &str, address: &str) -> Option<Self> {
        let what = match fit {
            Fit::Connected => return None,
            Fit::SignsIn => format!(
                "Please open {address}, press “Connect my documents” and agree at Microsoft. It takes a minute."
            ),
            Fit::Never => format!(
                "Please open {address} and sign in with Microsoft, with your address at work. Then press “Connect my \
                 documents” and agree. It takes two minutes."
            ),
            Fit::Guest => format!(
                "You sign in with the Microsoft account of another organisation, as a guest. SharePoint lets guests in only \
                 where somebody shares a document with them, so this account cannot be connected. If you have an account of \
                 our organisation, please sign in with that one at {address} and press “Connect my documents”. If you have \
                 none, tell me: then I keep what you need where you can open it."
            ),
        };
        Some(Self { subject: "Your documents in SharePoint", text: letter(&format!("Hello {name},"), &what) })
    }

    /// What is written to all who have to connect, whatever is missing.
    pub fn to_all(address: &str) -> Self {
        let what = format!(
            "Please open {address}, sign in with Microsoft with your address at work, press “Connect my documents” and agree. \
             It takes two minutes."
        );
        Self { subject: "Your documents in SharePoint", text: letter("Hello,", &what) }
    }

    /// The address that opens the message in a mail program, to one person.
    pub fn link_to(&self, email: &str) -> String {
        format!("mailto:{}?{}", address(email), self.rest())
    }

    /// The same to several, who do not see each other's addresses: as many links as mail programs can take, each with how
    /// many it reaches.
    pub fn links_to(&self, emails: &[String]) -> Vec<(String, usize)> {
        let mut links = Vec::new();
        let rest = self.rest();
        let (mut to, mut count) = (String::new(), 0);
        for email in emails {
            let one = address(email);
            if count > 0 && to.len() + one.len() + rest.len() > LONGEST_LINK {
                links.push((format!("mailto:?bcc={to}&{rest}"), count));
                (to, count) = (String::new(), 0);
            }
            if count > 0 {
                to.push(',');
            }
            to.push_str(&one);
            count += 1;
        }
        if count > 0 {
            links.push((format!("mailto:?bcc={to}&{rest}"), count));
        }
        links
    }

    fn rest(&self) -> String {
        format!("subject={}&body={}", escaped(self.subject, ""), escaped(&self.text, ""))
    }
}

fn letter(greeting: &str, what: &str) -> String {
    format!(
        "{greeting}\n\nthe documents of our CRM are going to SharePoint, where everybody works as themselves.\n\n{what}\n\n\
         Until then you can use the CRM as before.\n"
    )
}

/// An address within an address (RFC 6068): what stands between its parts stays.
fn address(email: &str) -> String {
    escaped(email.trim(), "@")
}

/// Everything but letters, digits and what always may stand in an address is escaped; lines end as in a message.
fn escaped(text: &str, also: &str) -> String {
    let mut out = String::new();
    for byte in text.replace('\n', "\r\n").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || also.as_bytes().contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing into a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: &str = "https://crm.example/settings/accounts";

    #[test]
    fn t09_t17_t18_each_person_reads_what_they_have_to_do_and_where() {
        for (fit, words) in [
            (Fit::SignsIn, "press “Connect my documents” and agree at Microsoft"),
            (Fit::Never, "sign in with Microsoft, with your address at work"),
            (Fit::Guest, "account of another organisation"),
        ] {
            let reminder = Reminder::of(fit, "Åse", AT).unwrap();
            assert!(reminder.text.contains(words), "{fit:?}: {}", reminder.text);
            assert!(reminder.text.contains(AT) && reminder.text.starts_with("Hello Åse,\n"), "{fit:?}");
        }
        assert_eq!(Reminder::of(Fit::Connected, "Ada", AT), None);
    }

    #[test]
    fn nothing_in_a_name_or_an_address_gets_out_of_its_place() {
        let reminder = Reminder::of(Fit::SignsIn, "A&B?cc=x\r\n", AT).unwrap();
        let link = reminder.link_to("a+b@fjord.example?cc=eve@x");
        assert!(
            link.starts_with("mailto:a%2Bb@fjord.example%3Fcc%3Deve@x?subject=Your%20documents"),
            "{link}"
        );
        assert_eq!(link.matches('?').count(), 1);
        assert_eq!(link.matches('&').count(), 1, "subject and body, and no more: {link}");
        assert!(link.contains("%0D%0A"), "{link}");
        assert!(link.bytes().all(|b| b.is_ascii_graphic()), "{link}");
    }

    #[test]
    fn one_message_reaches_all_in_as_many_parts_as_mail_programs_take() {
        let all: Vec<_> = (0..120).map(|n| format!("person.number.{n}@nordlys.example")).collect();
        let links = Reminder::to_all(AT).links_to(&all);
        assert!(links.len() > 1);
        assert_eq!(links.iter().map(|(_, count)| count).sum::<usize>(), 120);
        for (link, count) in &links {
            assert!(link.len() < 2000 && link.starts_with("mailto:?bcc="), "{link}");
            assert_eq!(link.matches("@nordlys.example").count(), *count);
        }
        assert_eq!(Reminder::to_all(AT).links_to(&[]), []);
    }
}
